"""Are these the owner's hands: what was shown, what of it counts, and what is missing?

An intruder who could change what is on file can show all that is on file since. So only what was there before the
attack counts, facts of one kind count once, and facts that rest on one source (an address at an organisation's domain,
and the domain) count as one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

import msgspec


@enum.unique
class FactKind(enum.StrEnum):
    """What can speak for an owner."""

    PASSKEY = "passkey"  # a signature by a passkey registered before the attack
    CALL_BACK = "call_back"  # a second member of staff called a number from before the attack
    CONTACT = "contact"  # a code came back from an address or number from before the attack
    DOMAIN = "domain"  # a record on the organisation's domain
    DEVICE = "device"  # a device that was used before the attack


# In points, judged and not measured: by how hard each is for somebody who has the account and its mailbox.
WEIGHTS: Mapping[FactKind, int] = {
    FactKind.PASSKEY: 6,
    FactKind.CALL_BACK: 5,
    FactKind.CONTACT: 4,
    FactKind.DOMAIN: 4,
    FactKind.DEVICE: 2,
}
NEEDED = 8  # above any single fact: whatever it is, it can have been stolen


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was shown. `source` is what it rests on (a key, an address, a domain), by its hash or id.

    `on_file_since` is when the platform came to know the source, None when nobody can say; `by` is the member of staff
    who checked it, empty when a machine did. Times are milliseconds since 1970 UTC.
    """

    kind: FactKind
    source: str
    on_file_since: int | None
    by: str = ""


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that does not count, and why."""

    fact: Fact
    reason: str


class Ownership(msgspec.Struct, frozen=True, kw_only=True):
    """What the facts come to: those that count, those that do not, and how many points are missing."""

    counted: tuple[Fact, ...]
    set_aside: tuple[SetAside, ...]

    @property
    def points(self) -> int:
        """The sum of the facts that count."""
        return sum(WEIGHTS[fact.kind] for fact in self.counted)

    @property
    def missing(self) -> int:
        """How many points are still needed; 0 when the owner is proven."""
        return max(0, NEEDED - self.points)


def weigh(facts: Iterable[Fact], attacked_at: int, opened_by: str = "") -> Ownership:
    """What `facts` come to for an account attacked first at `attacked_at` (milliseconds since 1970 UTC).

    A call-back by `opened_by`, who works on the case, is no second person's. Of facts that share a kind or a source,
    those are counted that together weigh most: each kind is matched to a source of its own, the heaviest kinds first
    (greedy over a transversal matroid, which is optimal; Edmonds and Fulkerson, 1965).
    """
    told = list(dict.fromkeys(facts))
    reasons = {fact: _unusable(fact, attacked_at, opened_by) for fact in told}
    usable = [fact for fact in told if not reasons[fact]]
    taken: dict[str, Fact] = {}
    for kind in sorted(WEIGHTS, key=lambda kind: (-WEIGHTS[kind], kind)):
        _match(kind, usable, taken, set())
    counted = tuple(fact for fact in usable if taken.get(fact.source) is fact)
    aside = tuple(
        SetAside(fact=fact, reason=reasons[fact] or "another of its kind or source counts already")
        for fact in told
        if fact not in counted
    )
    return Ownership(counted=counted, set_aside=aside)


def _unusable(fact: Fact, attacked_at: int, opened_by: str) -> str:
    if fact.on_file_since is None:
        return "nobody can say since when it is on file"
    if fact.on_file_since >= attacked_at:
        return "on file only since the attack"
    if fact.kind is FactKind.CALL_BACK and fact.by in {"", opened_by}:
        return "not called back by a second person"
    return ""


def _match(kind: FactKind, usable: list[Fact], taken: dict[str, Fact], tried: set[str]) -> bool:
    """Find a source for `kind`, moving others to another source of theirs where that frees one."""
    for fact in usable:
        if fact.kind is not kind or fact.source in tried:
            continue
        tried.add(fact.source)
        there = taken.get(fact.source)
        if there is None or _match(there.kind, usable, taken, tried):
            taken[fact.source] = fact
            return True
    return False
