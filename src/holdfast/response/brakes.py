"""What goes out too fast, and who may let it? Beyond a cap reversible deeds go on, and one-way deeds wait for a person.

A brake that an attacker can trip by a flood would save the attacker. So nothing that is done to accounts that carry
lures counts, and of one-way deeds only those of the like harm or more: ten thousand cheap ones cannot use up what is
kept for one that matters. What waits is refused at the guard all the same, for that takes no deed on the platform.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator

import msgspec

from holdfast.containment import Hold, PlanKind, Restriction, one_way
from holdfast.errors import UsageError
from holdfast.ledger import RecordKind

from .book import Book, Page, Shelf
from .conduct import Deed
from .outbox import Errand
from .timeline import HappeningKind

HOUR = 3_600_000  # milliseconds: what the caps are counted over
LONGEST_RAISED = 24 * HOUR  # a cap that stays raised is none
_FORGOTTEN = 48 * HOUR  # by then nothing that was placed is still on its way
PUT_OFF = 24 * HOUR  # an errand that waits for a person is passed over until then, and then again

ONE_WAY = "one_way"


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """How much may go out in an hour on one connector, and which role may raise that.

    `one_way` counts deeds that nothing gives back, within one power of ten of harm and above; people agreed to each,
    and ten in an hour are more than any incident has needed. `innocents` counts, for each kind of plan, the innocent
    accounts (as expected) that standing orders hold on their own: twice what the widest order of one campaign covers
    beyond what was approved, so that several campaigns at once are needed to reach it; `innocents_of` is that of a kind
    which has one of its own.
    """

    one_way: int = 10
    innocents: int = 1_000
    innocents_of: dict[PlanKind, int] = {}
    owner: str = "commander"


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What a standing order for `rule` placed at `at` (ms since 1970 UTC): expected innocents, and one-way holds."""

    at: int
    rule: PlanKind
    innocents: float
    one_way: tuple[str, ...] = ()


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A one-way deed that went out at `at` (ms since 1970 UTC), in a band of harm: its power of ten."""

    at: int
    band: int


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """A one-way deed that waits since `at` (ms since 1970 UTC) until somebody raises `cap`."""

    at: int
    cap: str


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A cap that `by` has raised to `to` until `until` (ms since 1970 UTC)."""

    to: int
    by: str
    why: str
    until: int


class Brake(msgspec.Struct, frozen=True, kw_only=True):
    """A cap as it stands: `used` of `cap` in the last hour, and how many deeds wait. `until` None: it is not raised."""

    name: str
    cap: int
    used: float
    waiting: int
    owner: str
    until: int | None = None
    raised_by: str = ""
    why: str = ""


class Brakes:
    """The caps of one connector, on the record that its book keeps."""

    def __init__(self, book: Book, lasting: Collection[Restriction], caps: Caps) -> None:
        """Go on as kept; `lasting` are the restrictions that this platform cannot take back."""
        self._book = book
        self._lasting = frozenset(lasting) | {each for each in Restriction if one_way(each)}
        self._caps = caps
        self._followed = Shelf(book, "followed", Followed)
        self._kept = Shelf(book, "gone", Gone)
        self._gone: dict[str, Gone] = dict(self._kept)  # with those of the round under way
        self._stopped = Shelf(book, "stopped", Stopped)
        self._raised = Shelf(book, "raised", Raised)

    @property
    def owner(self) -> str:
        """The role, or the person, who may raise a cap."""
        return self._caps.owner

    def followed(self, page: Page, rule: PlanKind, holds: Iterable[Hold], innocents: float) -> None:
        """Count what a standing order places; told once when it goes beyond the cap."""
        name = _of_rule(rule)
        before, most = self._innocents(rule, page.now), self._most(name, page.now)
        final = tuple(hold.id for hold in holds if hold.restriction in self._lasting)
        key = f"{page.now:015}/{rule}/{len(self._followed)}"
        self._followed.put(page, key, Followed(at=page.now, rule=rule, innocents=innocents, one_way=final))
        if before <= most < before + innocents:
            text = f"standing orders for {rule} have held {before + innocents:.0f} innocents in an hour"
            page.note(HappeningKind.ALARM, f"{text}; their one-way deeds wait")
        for old in [old for old, each in self._followed.items() if page.now - each.at >= _FORGOTTEN]:
            self._followed.drop(page, old)

    def stops(self, errand: Errand, now: int) -> bool:
        """Whether the deed has to wait for a person; one that may go counts from now on."""
        if errand.deed is Deed.LIFT or errand.restriction not in self._lasting or errand.hold in self._gone:
            return False
        if errand.hold in self._stopped or self._over(errand.hold, errand.harm, now):
            return True
        self._gone[errand.hold] = Gone(at=now, band=_band(errand.harm))
        return False

    def stopped(self, page: Page, errand: Errand) -> None:
        """Put on record that it waits, and tell a person; once."""
        if errand.hold in self._stopped:
            return
        cap = self._over(errand.hold, errand.harm, page.now) or ONE_WAY
        self._stopped.put(page, errand.hold, Stopped(at=page.now, cap=cap))
        body = {"hold": errand.hold, "cap": cap, "owner": self._caps.owner}
        page.record(RecordKind.DECISION, f"stopped/{errand.hold}/{errand.number}", errand.hold, body)
        text = f"a one-way deed ({errand.restriction}) waits for the {self._caps.owner}: the cap {cap} is reached"
        page.note(HappeningKind.ALARM, text, errand.hold)

    def went(self, page: Page, hold: str) -> None:
        """Keep that a one-way deed went out."""
        if hold in self._gone and hold not in self._kept:
            self._kept.put(page, hold, self._gone[hold])

    def raise_cap(self, name: str, to: int, *, by: str, why: str, until: int, now: int) -> None:  # noqa: PLR0913
        """Let more through until `until` (ms since 1970 UTC); what waits goes at once as far as it fits, by harm.

        Raises:
            UsageError: there is no such cap, no reason, or no raise that ends within a day.
            StoreError: nothing was kept.

        """
        if name not in self._names():
            raise UsageError(f"there is no cap {name}", advice=f"There are: {', '.join(self._names())}.")
        if not why.strip():
            raise UsageError("a cap is raised for a reason", advice="Say which.")
        if not now < until <= now + LONGEST_RAISED or to <= self._base(name):
            raise UsageError(
                f"{name} is {self._base(name)}; it can be raised above that, for up to a day",
                advice="Name a higher figure, and an end.",
            )
        with self._book.change(now) as page:
            self._raised.put(page, name, Raised(to=to, by=by, why=why, until=until))
            body = {"cap": name, "to": to, "until": until, "why": why, "owner": self._caps.owner}
            page.record(RecordKind.DECISION, f"raised/{name}/{by}/{now}", name, body, actor=by)
            page.note(HappeningKind.APPROVAL, f"{by} raised the cap {name} to {to}: {why}")
        self._let_go(now)

    def seen(self, now: int) -> tuple[Brake, ...]:
        """Every cap as it stands at `now`."""
        return tuple(self._brake(name, now) for name in self._names())

    def waiting(self) -> tuple[str, ...]:
        """The holds whose one-way deed waits for a person."""
        return tuple(errand.hold for errand in self._errands())

    def _let_go(self, now: int) -> None:
        """Have those tried that fit by now; the rest stays as it is."""
        waiting = sorted(self._errands(), key=lambda errand: (-errand.harm, errand.hold))
        free = []
        for errand in waiting:
            if not self._over(errand.hold, errand.harm, now):
                self._gone[errand.hold] = Gone(at=now, band=_band(errand.harm))
                free.append(errand)
        with self._book.change(now) as page:
            for errand in free:
                self._stopped.drop(page, errand.hold)
        for errand in free:
            self._book.errands.put(msgspec.structs.replace(errand, due=now))

    def _errands(self) -> Iterator[Errand]:
        for hold in self._stopped:
            errand = self._book.errands.get(hold)
            if errand is not None and errand.deed is Deed.APPLY:
                yield errand

    def _over(self, hold: str, harm: float, now: int) -> str:
        """The cap that keeps it back; empty when none does."""
        for each in self._followed.values():
            if hold in each.one_way and self._innocents(each.rule, now) > self._most(_of_rule(each.rule), now):
                return _of_rule(each.rule)
        like = sum(now - gone.at < HOUR and gone.band >= _band(harm) for gone in self._gone.values())
        return ONE_WAY if like >= self._most(ONE_WAY, now) else ""

    def _innocents(self, rule: PlanKind, now: int) -> float:
        return sum(each.innocents for each in self._followed.values() if each.rule is rule and now - each.at < HOUR)

    def _most(self, name: str, now: int) -> int:
        raised = self._raised.get(name)
        return raised.to if raised is not None and now < raised.until else self._base(name)

    def _base(self, name: str) -> int:
        own = {_of_rule(rule): most for rule, most in self._caps.innocents_of.items()}
        return self._caps.one_way if name == ONE_WAY else own.get(name, self._caps.innocents)

    def _names(self) -> tuple[str, ...]:
        return (ONE_WAY, *(_of_rule(rule) for rule in PlanKind))

    def _brake(self, name: str, now: int) -> Brake:
        raised = self._raised.get(name)
        stands = raised is not None and now < raised.until
        stopped = [self._stopped[errand.hold].cap for errand in self._errands()]
        rule = next((rule for rule in PlanKind if _of_rule(rule) == name), None)
        recent = sum(now - gone.at < HOUR for gone in self._gone.values())
        return Brake(
            name=name,
            cap=self._most(name, now),
            used=round(recent if rule is None else self._innocents(rule, now), 1),
            waiting=stopped.count(name),
            owner=self._caps.owner,
            until=raised.until if raised is not None and stands else None,
            raised_by=raised.by if raised is not None and stands else "",
            why=raised.why if raised is not None and stands else "",
        )


def _of_rule(rule: PlanKind) -> str:
    return f"innocents/{rule}"


def _band(harm: float) -> int:
    """The power of ten that harm is of: deeds of the like weight share a cap."""
    return int(math.log10(max(harm, 1.0)))
