"""Which takeover campaigns were injected: whose accounts, which lure posts, and when could anybody have known?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa

from holdfast.events import SecurityEvent
from holdfast.reading import LureKind, read_text

from .rows import Label, Rows

KNOWABLE_ACCOUNTS = 3
"""Two accounts are one person's, or a coincidence; with the third one's lure post a campaign can be known."""

_LURES = frozenset({LureKind.ADDRESS, LureKind.DOMAIN, LureKind.LINK, LureKind.SHORT_LINK})
"""Not telephone numbers: too many harmless numbers look like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LurePost:
    """One post of a campaign that carries its lure; time in ms."""

    id: str
    account: str
    time: int
    text: str = ""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One injected campaign: its lure posts in the order of the stream. Its carriers are the hijacked accounts."""

    name: str
    variant: str
    posts: tuple[LurePost, ...]

    @property
    def carriers(self) -> frozenset[str]:
        """The accounts that carry the lure."""
        return frozenset(post.account for post in self.posts)

    @property
    def knowable(self) -> int | None:
        """The number, from 1, of the lure post by the third distinct account; None if fewer took part."""
        seen: set[str] = set()
        for number, post in enumerate(self.posts, start=1):
            seen.add(post.account)
            if len(seen) == KNOWABLE_ACCOUNTS:
                return number
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """What was injected: posts in order of time (schema `POSTS`) and events, with their labels; the attacks in them."""

    posts: pa.Table
    labels: tuple[Label, ...]
    events: tuple[SecurityEvent, ...]
    event_labels: tuple[Label, ...]
    attacks: tuple[Attack, ...]

    @classmethod
    def of(cls, rows: Rows) -> Injection:
        """The campaigns that the rows of `campaigns.jsonl` tell of."""
        order = rows.posts.column("time").to_numpy().argsort(kind="stable")
        posts, labels = rows.posts.take(pa.array(order)), tuple(rows.labels[row] for row in order.tolist())
        return cls(
            posts=posts,
            labels=labels,
            events=tuple(rows.events),
            event_labels=tuple(rows.event_labels),
            attacks=_attacks(posts, labels),
        )

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of the variants, in order of their numbers."""
        return tuple(sorted({attack.variant for attack in self.attacks}, key=in_order))

    def only(self, variants: Collection[str]) -> Injection:
        """The campaigns of some variants."""
        rows = [row for row, label in enumerate(self.labels) if label.variant in variants]
        events = [row for row, label in enumerate(self.event_labels) if label.variant in variants]
        return Injection(
            posts=self.posts.take(pa.array(rows, pa.int64())),
            labels=tuple(self.labels[row] for row in rows),
            events=tuple(self.events[row] for row in events),
            event_labels=tuple(self.event_labels[row] for row in events),
            attacks=tuple(attack for attack in self.attacks if attack.variant in variants),
        )

    def cold(self) -> Injection:
        """The same campaigns by accounts without any history: each carrier under a name of its own in each campaign."""
        carriers = {attack.name: attack.carriers for attack in self.attacks}

        def name_of(account: str, label: Label) -> str:
            return _fresh(label.campaign, account) if account in carriers.get(label.campaign, ()) else account

        accounts = self.posts.column("account").to_pylist()
        renamed = pa.array(map(name_of, accounts, self.labels), pa.string())
        at = self.posts.schema.get_field_index("account")
        posts = self.posts.set_column(at, self.posts.schema.field("account"), renamed)
        return Injection(
            posts=posts,
            labels=self.labels,
            events=tuple(
                _moved(event, name_of(getattr(event, "account", ""), label))
                for event, label in zip(self.events, self.event_labels, strict=True)
            ),
            event_labels=self.event_labels,
            attacks=_attacks(posts, self.labels),
        )


def in_order(variant: str) -> tuple[int, str]:
    """A key that puts V2 before V10."""
    digits = "".join(char for char in short(variant) if char.isdecimal())
    return int(digits or 0), variant


def short(variant: str) -> str:
    """The short name of a variant: `V10` of `V10_three_accounts`."""
    return variant.partition("_")[0]


def _attacks(posts: pa.Table, labels: Iterable[Label]) -> tuple[Attack, ...]:
    names: dict[str, str] = {}
    rows: dict[str, list[tuple[dict[str, Any], Label]]] = {}
    columns = posts.select(["id", "time", "account", "text", "urls", "media"]).to_pylist()
    for row, label in zip(columns, labels, strict=True):
        names.setdefault(label.campaign, label.variant)
        rows.setdefault(label.campaign, []).append((row, label))
    made = (Attack(name=name, variant=variant, posts=_lure_posts(rows[name])) for name, variant in names.items())
    return tuple(attack for attack in made if attack.posts)


def _lure_posts(rows: list[tuple[dict[str, Any], Label]]) -> tuple[LurePost, ...]:
    """The posts that carry the lure: those said to. Where nothing is said, an account's posts with a lure, or else all.

    So what it posts first to look harmless does not count, and the halves of a divided address do.
    """
    told = [(row, label.lure, label.lure is None and _casts(row)) for row, label in rows]
    casters = {row["account"] for row, _, casts in told if casts}
    return tuple(
        LurePost(**{name: row[name] for name in ("id", "account", "time", "text")}, urls=tuple(row["urls"] or ()))
        for row, said, casts in told
        if said or (said is None and (casts or row["account"] not in casters))
    )


def _casts(row: dict[str, Any]) -> bool:
    if row["media"]:
        return True
    return any(found.lure.kind in _LURES for found in read_text(row["text"], tuple(row["urls"] or ())).lures)


def _fresh(campaign: str, account: str) -> str:
    digest = hashlib.sha256(f"{campaign}\0{account}".encode()).hexdigest()
    return f"fresh_{digest[:16]}"


def _moved(event: SecurityEvent, account: str) -> SecurityEvent:
    """The same event, happening to another account."""
    return msgspec.structs.replace(event, account=account) if account else event
