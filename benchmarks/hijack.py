"""How well are takeover campaigns found among real posts? Replays HijackBench through the real pipeline.

    python -m benchmarks.hijack DIRECTORY [--json] [--memory-mb N] [--seed N]

DIRECTORY holds `background.jsonl.zst`, `campaigns.jsonl`, `hard_negatives.json` and `crypto_posts.jsonl.zst`. Three replays, each in order of time with
weeks 1 and 2 as warm-up: the background alone (false campaigns), with the injected campaigns (posts to detect,
accounts recalled), and with benign look-alikes (which must not be contained; only a shared donation address may alert).
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import string
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from holdfast.detection import Campaign, DetectionSettings, Detector
from holdfast.events import POSTS, Batch

BATCH = 1_000
WEEK = 7 * 86_400_000
GAPS = (5, 30, 120, 600)  # mean seconds between the posts of a benign family
CROWDS = (3, 5, 12, 40, 200)  # accounts of a benign family
EXPECTED_BY = {"V0": 3, "V1": 3, "V2": 3, "V3": 3, "V4": 3, "V6": 3, "V9": 3, "V10": 3, "V11": 3}
MAY_ALERT = {"B1"}

Post = dict[str, Any]


def main() -> None:
    """Run all three replays and print their figures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--memory-mb", type=int, default=256)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    figures = measure(chosen.directory, memory_mb=chosen.memory_mb, seed=chosen.seed)
    print(json.dumps(figures, indent=None if chosen.json else 1))
    sys.exit(0 if figures["as_promised"] else 1)


def measure(directory: Path, *, memory_mb: int = 256, seed: int = 1) -> dict[str, Any]:
    """All figures as one object; `as_promised` says whether nothing that must hold was broken."""
    background = list(_background(directory / "background.jsonl.zst"))
    attacks = _attacks(directory / "campaigns.jsonl")
    clean = _replay(background, memory_mb)
    attacked = _replay(_mixed(background, itertools.chain.from_iterable(attacks.values())), memory_mb)
    families = Benign(directory, background, attacks, seed)
    teased = _replay(_mixed(background, families.posts()), memory_mb)
    variants = _variants(attacks, attacked)
    benign = families.judge(teased)
    quiet = _false_alarms(clean, background)
    promised = (
        all(row["missed"] == 0 and row["late"] == 0 for row in variants.values() if row["expected_by"])
        and quiet["alert"] == quiet["contain"] == 0
        and all(row["contain"] == 0 and (row["alert"] == 0 or name in MAY_ALERT) for name, row in benign.items())
        and families.warners_held(teased) == 0
    )
    return {
        "posts": len(background),
        "posts_per_second": round(len(background) / clean["seconds"]),
        "background": quiet,
        "variants": variants,
        "benign": benign,
        "warners": {"in_accounts": families.warners_held(teased, "alert"), "contained": families.warners_held(teased)},
        "as_promised": promised,
    }


def report(directory: Path) -> str:
    """The figures as the page shows them: per variant, per family of look-alikes, and on the background alone."""
    figures = measure(directory)
    shown = [
        (
            f"{figures['posts']:,} real posts, {figures['posts_per_second']:,} posts/s wall in batches of {BATCH:,}. On the background alone: "
            f"{figures['background']['alert']} false campaigns (at most {figures['background']['alert_per_million_at_most']} per million posts, "
            f"95 %), {figures['background']['contain']} of them contained."
        ),
        "",
        "| variant | campaigns | missed | posts until seen, median | most | later than promised | contained | accounts recalled |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, row in figures["variants"].items():
        after = row["after"] or ["-"]
        shown.append(
            f"| {name} | {row['campaigns']} | {row['missed']} | {after[len(after) // 2]} | {after[-1]} | {row['late']} | "
            f"{row['contained']} | {row['recall']:.3f} |"
        )
    shown += ["", "| look-alike | runs | alerts | contained |", "|---|---:|---:|---:|"]
    shown += [
        f"| {name} | {row['runs']} | {row['alert']} | {row['contain']} |" for name, row in figures["benign"].items()
    ]
    shown += ["", f"Warnings held with a campaign: {figures['warners']['contained']}."]
    return "\n".join(shown)


# ---- posts


def _lines(path: Path) -> Iterator[Post]:
    codec = "zstd" if path.suffix == ".zst" else None
    with pa.input_stream(str(path), compression=codec) as stream:
        rest = b""
        while block := stream.read(1 << 22):
            *whole, rest = (rest + block).split(b"\n")
            yield from (json.loads(line) for line in whole if line.strip())
        if rest.strip():
            yield json.loads(rest)


def _background(path: Path) -> Iterator[Post]:
    for post in sorted(_lines(path), key=lambda post: post["tsb"]):
        account = post["author"] or f"unnamed:{post['id']}"
        yield _post(post["id"], post["tsb"], account, post["text"], post["urls"], post["lang"], post["repost_of"])


def _attacks(path: Path) -> dict[str, list[Post]]:
    found = defaultdict(list)
    for post in _lines(path):
        found[post["campaign"]].append(_post(post["id"], post["tsb"], post["author"], post["text"], post["urls"]))
    return {name: sorted(posts, key=lambda post: post["time"]) for name, posts in found.items()}


def _post(
    name: str, seconds: float, account: str, text: str, urls: list[str], lang: str = "", repost_of: str = ""
) -> Post:
    return {
        "id": name, "time": int(seconds * 1000), "account": account, "text": text, "urls": urls,
        "lang": lang or None, "repost_of": repost_of or None,
    }  # fmt: skip


def _mixed(background: list[Post], others: Iterable[Post]) -> list[Post]:
    return sorted(itertools.chain(background, others), key=lambda post: post["time"])


# ---- replay


def _replay(posts: list[Post], memory_mb: int) -> dict[str, Any]:
    """Feed posts in order; every campaign's first appearance at each tier, and how all stand at the end."""
    detector = Detector(DetectionSettings(memory_mb=memory_mb))
    began = time.perf_counter()
    revisions: list[Campaign] = []
    for start in range(0, len(posts), BATCH):
        batch = pa.RecordBatch.from_pylist(posts[start : start + BATCH], schema=POSTS)
        revisions += detector.observe(Batch(posts=batch))
    return {
        "campaigns": detector.campaigns(),
        "revisions": revisions,
        "seconds": time.perf_counter() - began,
        "counters": detector.counters,
    }


def _variants(attacks: dict[str, list[Post]], replay: dict[str, Any]) -> dict[str, Any]:
    """Posts to detect and accounts recalled, for each variant."""
    rows: dict[str, dict[str, Any]] = {}
    for name, posts in attacks.items():
        variant = name.split("_")[0]
        row = rows.setdefault(
            variant, {"campaigns": 0, "missed": 0, "late": 0, "contained": 0, "after": [], "recall": []}
        )
        row["campaigns"] += 1
        ids = {post["id"] for post in posts}
        mine = [campaign for campaign in replay["campaigns"] if ids & set(campaign.posts)]
        if not mine:
            row["missed"] += 1
            row["recall"].append(0.0)
            continue
        detected = min(campaign.detected_at for campaign in mine)
        after = _posts_until(posts, detected)
        row["after"].append(after)
        row["late"] += after > EXPECTED_BY.get(variant, math.inf)
        row["contained"] += any(campaign.contained_at is not None for campaign in mine)
        found = {account for campaign in mine for account in campaign.accounts}
        carriers = {post["account"] for post in posts}
        row["recall"].append(len(found & carriers) / len(carriers))
        row.setdefault("strangers", 0)
        row["strangers"] += sum(bool(set(campaign.accounts) - carriers) for campaign in mine)
    for variant, row in rows.items():
        row["expected_by"] = EXPECTED_BY.get(variant)
        row["after"] = sorted(row["after"])
        row["recall"] = round(sum(row["recall"]) / len(row["recall"]), 4)
    return rows


def _posts_until(posts: list[Post], when: int) -> int:
    """Lure posts up to the one at which the campaign was detected; of several in one second, the first."""
    return sum(post["time"] < when for post in posts) + any(post["time"] == when for post in posts)


def _false_alarms(replay: dict[str, Any], posts: list[Post]) -> dict[str, Any]:
    """False campaigns on the background alone, with the 95 % upper bound of a Poisson rate per million posts."""
    contained = sum(campaign.contained_at is not None for campaign in replay["campaigns"])
    alerts = len(replay["campaigns"])
    return {
        "alert": alerts,
        "contain": contained,
        "alert_per_million_at_most": round(_upper(alerts) / len(posts) * 1e6, 2),
        "campaigns": [
            [campaign.lures[0].value if campaign.lures else "", campaign.score] for campaign in replay["campaigns"]
        ],
    }


def _upper(count: int) -> float:
    """The 95 % upper bound of a Poisson mean of which `count` were seen (Garwood 1936), by bisection."""
    low, high = 0.0, count + 50.0
    for _ in range(60):
        middle = (low + high) / 2
        below = (
            sum(math.exp(-middle + k * math.log(middle) - math.lgamma(k + 1)) for k in range(count + 1))
            if middle
            else 1.0
        )
        low, high = (middle, high) if below > 0.05 else (low, middle)
    return high


# ---- benign look-alikes


class Benign:
    """The ten families of look-alikes, each injected with many sizes and paces among background accounts and fresh ones."""

    def __init__(self, directory: Path, background: list[Post], attacks: dict[str, list[Post]], seed: int) -> None:
        """`attacks` are injected too, for the families that talk about them."""
        described = json.loads((directory / "hard_negatives.json").read_text())["families"]
        self._families = {family["id"].split("_")[0]: family.get("texts", []) for family in described}
        talk = _lines(directory / "crypto_posts.jsonl.zst")
        self._talk = [post for post in talk if "topic_crypto" in (post["labels"] or ())]
        self._accounts = sorted({post["account"] for post in background if not post["account"].startswith("unnamed:")})
        self._times = [post["time"] for post in background]
        self._background = background
        self._attacks = attacks
        self._random = random.Random(seed)
        self._start, self._end = background[0]["time"] + 2 * WEEK, background[-1]["time"]
        self._family_of: dict[str, str] = {}
        self._warners: dict[str, str] = {}
        self._runs: dict[str, int] = defaultdict(int)

    def posts(self) -> Iterator[Post]:
        """All of them."""
        for family, texts in self._families.items():
            if family in ("B3", "B4", "B7", "B10"):
                continue
            for crowd, gap, fresh in itertools.product(CROWDS, GAPS, (0.0, 0.5, 1.0)):
                yield from self._run(family, texts, crowd, gap, fresh)
        yield from self._news()
        yield from self._chatter(self._talk)
        for name, posts in self._attacks.items():
            if name.split("_")[0] in EXPECTED_BY:
                yield from posts
                yield from self._warnings(name, posts)

    def _run(self, family: str, texts: list[str], crowd: int, gap: float, fresh: float) -> Iterator[Post]:
        chance = self._random
        self._runs[family] += 1
        domain = f"{_word(chance)}{chance.randrange(100)}.{chance.choice(['com', 'org', 'io', 'net'])}"
        fill = {"url": f"https://{domain}/{_word(chance)}", "title": _word(chance).title(), "place": ""}
        text, own_url = chance.choice(texts or ["{url}"]), family == "B8"
        clock = chance.uniform(self._start, self._end) / 1000
        for account in self._crowd(crowd, fresh):
            clock += chance.expovariate(1 / gap)
            if own_url:
                fill |= {"url": f"https://{domain}/{_token(chance)}", "place": _place(chance)}
            words = _numbered(text, chance) if own_url else text
            for name, value in fill.items():
                words = words.replace("{" + name + "}", value)
            urls = [fill["url"]] if "{url}" in text else []
            yield self._made(family, clock, account, words, urls)

    def _news(self) -> Iterator[Post]:
        """B3: real headlines of the background, each with one link; B4: the same real words, without any."""
        chance = self._random
        headlines = [p["text"] for p in self._background if p["account"].startswith("unnamed:") and len(p["text"]) > 60]
        for crowd, gap, fresh in itertools.product(CROWDS, GAPS, (0.0, 0.5, 1.0)):
            for family in ("B3", "B4"):
                self._runs[family] += 1
                words = chance.choice(headlines).split("http")[0]
                url = f"https://{_word(chance)}.com/{_word(chance)}-{_word(chance)}"
                clock = chance.uniform(self._start, self._end) / 1000
                for account in self._crowd(crowd, fresh):
                    clock += chance.expovariate(1 / gap)
                    text, urls = (f"{words} {url}", [url]) if family == "B3" else (words, [])
                    yield self._made(family, clock, account, text, urls)

    def _chatter(self, posts: list[Post]) -> Iterator[Post]:
        """B10: real talk about coins and contracts, spread over the weeks, each post by an account of its own."""
        self._runs["B10"] += 1
        for post in posts:
            clock = self._random.uniform(self._start, self._end) / 1000
            yield self._made("B10", clock, f"trader:{post['id']}", post["text"], post["urls"] or [])

    def _warnings(self, name: str, posts: list[Post]) -> Iterator[Post]:
        """B7: outsiders who name a carrier or quote its words, from the second lure post on."""
        chance = self._random
        self._runs["B7"] += 1
        carriers = {post["account"] for post in posts}
        for index, account in enumerate(account for account in self._crowd(30, 0.5) if account not in carriers):
            victim = chance.choice(posts[: max(2, len(posts) // 2)])
            text = self._families["B7"][index % len(self._families["B7"])]
            lure = victim["text"].split()[-1] if not victim["urls"] else victim["urls"][0]
            address = next((word for word in victim["text"].split() if len(word) > 25), lure)
            words = (
                text.replace("{acct}", victim["account"]).replace("{addr}", address).replace("{lure}", victim["text"])
            )
            clock = victim["time"] / 1000 + chance.expovariate(1 / 120) + 5
            post = self._made("B7", clock, account, words, victim["urls"])
            self._warners[post["id"]] = account
            yield post

    def _made(self, family: str, clock: float, account: str, text: str, urls: list[str]) -> Post:
        name = f"{family}:{len(self._family_of)}"
        self._family_of[name] = family
        return _post(name, clock, account, text, urls, lang="en")

    def _crowd(self, size: int, fresh: float) -> list[str]:
        chance = self._random
        known = chance.sample(self._accounts, size)
        return [f"fresh:{chance.getrandbits(48):012x}" if chance.random() < fresh else account for account in known]

    def judge(self, replay: dict[str, Any]) -> dict[str, Any]:
        """Campaigns whose carriers are mostly a family's posts, by family and tier."""
        rows = {name: {"runs": self._runs[name], "alert": 0, "contain": 0} for name in sorted(self._runs)}
        for campaign in replay["campaigns"]:
            families = [self._family_of.get(post, "") for post in campaign.posts]
            family = max(set(families), key=families.count)
            if family:
                rows[family]["contain" if campaign.contained_at is not None else "alert"] += 1
        return rows

    def warners_held(self, replay: dict[str, Any], tier: str = "contain") -> int:
        """Warnings that stand among the carrying posts of campaigns of this tier or above."""
        found = 0
        for campaign in replay["campaigns"]:
            if tier == "alert" or campaign.contained_at is not None:
                found += sum(post in self._warners for post in campaign.posts)
        return found


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(string.ascii_lowercase) for _ in range(chance.randint(4, 9)))


def _token(chance: random.Random) -> str:
    return "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(7))


def _place(chance: random.Random) -> str:
    return " ".join(_word(chance).title() for _ in range(chance.randint(1, 4)))


def _numbered(text: str, chance: random.Random) -> str:
    return "".join(str(chance.randrange(10)) if letter.isdigit() else letter for letter in text)


if __name__ == "__main__":
    main()
