"""Which lures are put together from pieces? An address split over posts of one account, or put into its profile.

An address in two halves is no lure in either post; joined, its checksum proves it. What was put together is handed to
reading among the links of the post that completes it. A profile change that carries a lure is read as a post.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from holdfast.events import POSTS, ProfileChange, SecurityEvent
from holdfast.reading import LureKind, read_text
from holdfast.reading.flags import HAS_ADDRESS, HAS_LINK, HAS_PIECE, PROVED

from . import model
from .order import events_in_order

_RUN = re.compile(r"(?<![\w/@#.=&?%+~-])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{10,}(?![\w/@#=&?%+~-])")
_SHORTEST, _LONGEST = 25, 120  # characters of a whole address
_URLS = POSTS.names.index("urls")


class Pieces(msgspec.Struct, kw_only=True):
    """The pieces that accounts posted lately: by account, (time in ms, piece), of the accounts that last posted one."""

    recent: dict[str, list[tuple[int, str]]] = {}

    def complete(self, posts: Any, flags: Any) -> Any | None:
        """The posts, each address that is complete now among the links of the post completing it; None when none is."""
        rows = np.flatnonzero(flags & HAS_PIECE)
        if not len(rows):
            return None
        some = posts.select(["account", "time", "text"]).take(pa.array(rows))
        told = zip(rows.tolist(), *(column.to_pylist() for column in some.columns), strict=True)
        joined = {row: found for row, account, time, text in told if (found := self._join(account, time, text))}
        if not joined:
            return None
        urls = posts.column(_URLS).to_pylist()
        for row, addresses in joined.items():
            urls[row] = [*(urls[row] or ()), *addresses]
        return posts.set_column(_URLS, POSTS.field(_URLS), pa.array(urls, POSTS.field(_URLS).type))

    def _join(self, account: str, time: int, text: str) -> list[str]:
        """The addresses that this post's pieces make with earlier ones of its account; the pieces are kept for later."""
        pieces = [run[0] for run in itertools.islice(_RUN.finditer(_plain(text)), model.PIECES_KEPT)]
        if not pieces:
            return []
        earlier = self.recent.pop(account, None)
        if earlier is None:
            self.recent[account] = [(time, piece) for piece in pieces]
            self._let_go()
            return []
        before = [piece for when, piece in earlier if abs(time - when) <= model.PIECES_WINDOW]
        found = [whole for piece in pieces for other in before for whole in _wholes(other, piece)]
        kept = [*((when, piece) for when, piece in earlier if piece in before), *((time, piece) for piece in pieces)]
        self.recent[account] = kept[-model.PIECES_KEPT :]
        return found

    def _let_go(self) -> None:
        """Keep the accounts heard last; seldom, and many at once, for a dictionary is slow to lose its first."""
        beyond = len(self.recent) - model.PIECES_ACCOUNTS
        if beyond >= model.PIECES_ACCOUNTS:
            self.recent = dict(itertools.islice(self.recent.items(), beyond, None))


def _plain(text: str) -> str:
    """A text without what is invisible, in compatibility forms (NFKC)."""
    if text.isascii():
        return text
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", shown)


def _wholes(one: str, two: str) -> list[str]:
    """The proved addresses that two pieces make, in either order."""
    if not _SHORTEST <= len(one) + len(two) <= _LONGEST:
        return []
    wholes = (one + two, two + one)
    return [whole for whole in wholes if any(_is_proved(found) for found in read_text(whole).lures)]


def _is_proved(lure: Any) -> bool:
    return lure.kind is LureKind.ADDRESS and lure.valid == PROVED


def with_profiles(posts: Any, events: Iterable[SecurityEvent]) -> Any:
    """The posts, and what profiles now say where that holds a link or an address, each before the first post not older."""
    told = [event for event in events if isinstance(event, ProfileChange) and _lures(event.new)]
    if not told:
        return posts
    rows = [_post(event) for event in events_in_order(told)]
    places = np.searchsorted(posts.column("time").to_numpy(), [row["time"] for row in rows])
    return _inserted(posts, pa.RecordBatch.from_pylist(rows, schema=POSTS), places)


def _lures(text: str) -> bool:
    return bool(text) and bool(read_text(text).flags & (HAS_ADDRESS | HAS_LINK))


def _post(event: ProfileChange) -> dict[str, Any]:
    name = event.id or f"{event.account} {event.time}"
    return {"id": f"profile {name}", "time": event.time, "account": event.account, "text": event.new}


def _inserted(posts: Any, more: Any, places: Any) -> Any:
    """The rows of `more` put before the rows of `posts` at `places`, which do not fall."""
    together = pa.concat_batches([posts.cast(POSTS) if posts.schema != POSTS else posts, more])
    order = np.insert(np.arange(posts.num_rows), places, np.arange(posts.num_rows, together.num_rows))
    return together.take(pa.array(order))
