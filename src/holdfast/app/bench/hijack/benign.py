"""What looks like a campaign and is none? Families of benign look-alikes, drawn in many sizes and paces."""

from __future__ import annotations

import itertools
import random
import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from holdfast.events import POSTS

from .attacks import Attack, short
from .data import Data
from .rows import links_of
from .truth import Parts

GAPS = (5, 30, 120, 600)
"""Mean seconds between the posts of one run."""

CROWDS = (3, 5, 12, 40, 200)
"""Accounts of one run."""

FRESH = (0.0, 0.5, 1.0)
"""Share of a run's accounts that never posted before."""

WARNERS = 30
"""Accounts that warn of one campaign."""

_WARNING_AFTER, _WARNING_LEAST = 120, 5  # seconds from a lure post to a warning: on average, and at least
_HEADLINE = 60  # characters from which a post of the background may serve as a headline
_ADDRESS_LIKE = 25  # characters of a word that is taken for an address
_OWN_LINKS, _CHATTER, _WORDS_ALONE = "B8", "B10", "B4"
_ABOUT_LURES = re.compile(r"\{(acct|addr|lure)\}")


class LookAlikes:
    """A benchmark's families among its background's accounts and fresh ones; the same seed draws the same posts."""

    def __init__(self, data: Data, attacks: Sequence[Attack], parts: Parts, seed: int) -> None:
        """`attacks` are what the warnings warn of; everything begins after the warm-up."""
        columns = data.background.select(["account", "text"]).to_pydict()
        named = zip(columns["account"], columns["text"], strict=True)
        self._headlines = [text for account, text in named if len(text) > _HEADLINE and account.startswith("unnamed:")]
        self._headlines = self._headlines or [text for text in columns["text"] if len(text) > _HEADLINE]
        self._accounts = sorted({account for account in columns["account"] if not account.startswith("unnamed:")})
        self._data, self._attacks = data, attacks
        self._chance = random.Random(seed)  # noqa: S311 - a draw to be repeated, not a secret
        self._start, self._end = parts.edges[0] / 1000, parts.end / 1000
        self._drawn: list[dict[str, Any]] = []
        self.family_of: dict[str, str] = {}
        """The family of each post by its id."""

        self.runs: Counter[str] = Counter()
        """How many runs each family has."""

        self.warnings: set[str] = set()
        """The ids of posts that warn of a campaign."""

    def draw(self) -> pa.Table:
        """All families' posts, schema `POSTS`."""
        for family in self._data.families:
            name, told = short(family["id"]), family.get("texts")
            texts = [text for text in told if isinstance(text, str)] if isinstance(told, list) else []
            if name == _CHATTER:
                self._chatter(name)
            elif any(_ABOUT_LURES.search(text) for text in texts):
                for attack in self._attacks:
                    self._warn(name, texts, attack)
            elif texts or self._headlines:
                for crowd, gap, fresh in itertools.product(CROWDS, GAPS, FRESH):
                    self._run(name, texts, crowd, gap, fresh)
        return pa.Table.from_pylist(self._drawn, schema=POSTS)

    def _run(self, family: str, texts: list[str], crowd: int, gap: float, fresh: float) -> None:
        """One crowd with the same text, or a real headline, and the same link, or each with its own page."""
        chance = self._chance
        self.runs[family] += 1
        text = chance.choice(texts) if texts else self._headline(link=family != _WORDS_ALONE)
        domain = f"{_word(chance)}{chance.randrange(100)}.{chance.choice(['com', 'org', 'io', 'net'])}"
        fill = {"url": f"https://{domain}/{_word(chance)}", "title": _word(chance).title(), "place": ""}
        clock = chance.uniform(self._start, self._end)
        for account in self._crowd(crowd, fresh):
            clock += chance.expovariate(1 / gap)
            said = text
            if family == _OWN_LINKS:
                fill |= {"url": f"https://{domain}/{_token(chance)}", "place": _place(chance)}
                said = _numbered(text, chance)
            for name, value in fill.items():
                said = said.replace("{" + name + "}", value)
            self._say(family, clock, account, said, [fill["url"]] if "{url}" in text else [])

    def _headline(self, *, link: bool) -> str:
        words = self._chance.choice(self._headlines).split("http")[0].replace("{", "(")
        return f"{words} {{url}}" if link else words

    def _chatter(self, family: str) -> None:
        """Real talk about coins and contracts, spread over the weeks, each post by an account of its own."""
        self.runs[family] += bool(self._data.talk)
        for number, post in enumerate(self._data.talk):
            clock = self._chance.uniform(self._start, self._end)
            self._say(family, clock, f"trader:{number}", post["text"], links_of(post.get("urls")))

    def _warn(self, family: str, texts: list[str], attack: Attack) -> None:
        """Outsiders who name a carrier or quote its words, from the second lure post on."""
        chance = self._chance
        self.runs[family] += 1
        early = attack.posts[: max(2, len(attack.posts) // 2)]
        outsiders = [account for account in self._crowd(WARNERS, 0.5) if account not in attack.carriers]
        for number, account in enumerate(outsiders):
            lure = chance.choice(early)
            words = lure.text.split() or [""]
            shown = lure.urls[0] if lure.urls else words[-1]
            fill = {"acct": lure.account, "addr": next((w for w in words if len(w) > _ADDRESS_LIKE), shown)}
            said = texts[number % len(texts)]
            for name, value in (fill | {"lure": lure.text}).items():
                said = said.replace("{" + name + "}", value)
            clock = lure.time / 1000 + chance.expovariate(1 / _WARNING_AFTER) + _WARNING_LEAST
            self.warnings.add(self._say(family, clock, account, said, list(lure.urls)))

    def _say(self, family: str, clock: float, account: str, text: str, urls: list[str]) -> str:
        name = f"{family}:{len(self._drawn)}"
        self.family_of[name] = family
        time = int(clock * 1000)
        self._drawn.append({"id": name, "time": time, "account": account, "text": text, "urls": urls, "lang": "en"})
        return name

    def _crowd(self, size: int, fresh: float) -> Iterator[str]:
        """Accounts of the background, some exchanged for fresh ones; fresh ones where the background runs out."""
        known = self._chance.sample(self._accounts, min(size, len(self._accounts)))
        for place in range(size):
            old = place < len(known) and self._chance.random() >= fresh
            yield known[place] if old else f"fresh:{self._chance.getrandbits(48):012x}"


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(string.ascii_lowercase) for _ in range(chance.randint(4, 9)))


def _token(chance: random.Random) -> str:
    return "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(7))


def _place(chance: random.Random) -> str:
    return " ".join(_word(chance).title() for _ in range(chance.randint(1, 4)))


def _numbered(text: str, chance: random.Random) -> str:
    return "".join(str(chance.randrange(10)) if letter.isdigit() else letter for letter in text)
