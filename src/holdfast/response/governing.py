"""Which policies are in force, since when and by whose word, and how do others take their place while all goes on?

What lets nothing through that was stopped before, one administrator puts in force. Whatever may loosen something takes
two, who each ask for exactly the same files; it is bound to them, and to those that were in force when it was asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import msgspec
import rfc8785

from holdfast.errors import NotAllowedError, PolicyError, UsageError
from holdfast.guard import Act, Caller, Person, Policy, RefusalCode, RuleKind, looser
from holdfast.guard.staff import Grant, StaffPolicy, not_there, staff_looser
from holdfast.ledger import RecordKind

from .book import ACTOR, Book, Page, Shelf
from .emergency import reason
from .entitled import Entitled
from .notices import Notices
from .people import same
from .staff import StaffGate
from .staff.kept import named
from .staff.outlived import outlived
from .timeline import HappeningKind

WAITS_MS = 60 * 60_000  # how long an asking waits for somebody else's, as a proposal to loosen a lockdown does
_IN_FORCE = "in force"  # where it lies in its collection
_MOST_SAID = 200  # sentences that go on record: more are another set of policies, and the files' hashes name it
_STARTED = "the service started with them"
_KEEPERS = 2  # people who can change policies are left, where there were so many: else nobody could ever loosen them


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """All that is decided by: those of the response and those of the staff gate."""

    response: Policy
    staff: StaffPolicy

    @property
    def version(self) -> str:
        """What names exactly these, 64 hex: SHA-256 over the RFC 8785 form of both versions."""
        both = {"response": self.response.version, "staff": self.staff.version}
        return hashlib.sha256(rfc8785.dumps(both)).hexdigest()

    @property
    def files(self) -> dict[str, str]:
        """The SHA-256 of each file, 64 hex, by its name in the folder."""
        named = {**self.response.texts, **{f"staff/{name}": text for name, text in self.staff.texts.items()}}
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(named.items())}


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """The policies of this `version`, in force since `at` (ms since 1970 UTC) by the word of `by`, for `why`.

    `looser` is what they let through that those before may have stopped; `number` counts the changes.
    """

    version: str
    number: int
    at: int
    by: tuple[str, ...]
    why: str
    looser: tuple[str, ...]
    texts: dict[str, str]
    staff_texts: dict[str, str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """That `by` wants the policies of `version` in place of those of `before`, from `at` on (ms since 1970 UTC).

    `looser` is what they may let through that those before stop.
    """

    version: str
    before: str
    looser: tuple[str, ...]
    by: str
    revision: int
    credential: str
    why: str
    at: int

    @property
    def until(self) -> int:
        """When it no longer waits."""
        return self.at + WAITS_MS


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """What other policies would change: what they may let through, and what would end or be void with these."""

    looser: tuple[str, ...]
    ends: tuple[str, ...]


class Governing:
    """The policies in force. One thread changes them: the one that owns the book."""

    def __init__(self, book: Book, entitled: Entitled, notices: Notices, staff: StaffGate) -> None:
        """Begin with the policies by which `entitled` and `staff` decide."""
        self._book, self._entitled, self._notices, self._staff = book, entitled, notices, staff
        self._kept = Shelf(book, "policies", InForce)
        self._asked: dict[str, Asked] = {}  # needs no store: a new start reads the files, whoever asked for them

    @property
    def policies(self) -> Policies:
        """Those in force."""
        return Policies(response=self._entitled.policy, staff=self._staff.policy)

    @property
    def since(self) -> InForce | None:
        """How they came into force; None before that is known."""
        return self._kept.get(_IN_FORCE)

    def waiting(self, now: int) -> list[Asked]:
        """What somebody asked for and somebody else can still ask for, too."""
        return [each for each in self._asked.values() if self._waits(each, now)]

    def begin(self, now: int) -> None:
        """Have it be on record by which policies is decided from now on, and what they loosen.

        Raises:
            StoreError: it is not on record.

        """
        before, here = self.since, self.policies
        if before is None or before.version != here.version:
            said = () if before is None else _looser_than_kept(before, here)
            with self._book.change(now) as page:
                self._note_on(page, here, (ACTOR,), _STARTED, said)
        self._staff.begin(now)

    def weigh(self, wanted: Policies, now: int) -> Weighed:
        """What would come of `wanted`."""
        here = self.policies
        said = (*looser(here.response, wanted.response), *staff_looser(here.staff, wanted.staff))
        ends = [*outlived(self._staff, here.staff, wanted.staff, now).words]
        ends += _about_nothing(self._staff, wanted.staff, now)
        grants, proposers = self._without_leave(wanted.response, now)
        if grants:
            ends.append(f"{len(grants)} grant(s) by whoever may give none any more")
        if proposers:
            ends.append(f"proposals to loosen something by whoever may not any more: {', '.join(proposers)}")
        if wanted.response.version != here.response.version:
            ends.append("open requests of the response, if any: asked for by other policies, they are void")
        return Weighed(looser=said, ends=tuple(ends))

    def ask(self, wanted: Policies, by: Caller, why: str, now: int) -> InForce | Asked:
        """Have `wanted` in force, at once where they loosen nothing or somebody else asked for just these.

        Asking again for what waits changes nothing.

        Raises:
            NotAllowedError: whoever asks may not, or gives no reason.
            UsageError: they are in force already, or would leave too few who can change them.
            StoreError: nothing was kept, and nothing changed.

        """
        self._entitled.check(by, Act.MANAGE_PEOPLE)
        said = reason(why)
        weighed = self._possible(wanted, now)
        if not weighed.looser:
            return self._put(wanted, (by.person,), said, weighed, now)
        others = [each for each in self.waiting(now) if each.version == wanted.version]
        other = next((each for each in others if not same(each.by, by.person)), None)
        if other is not None:
            return self._put(wanted, (other.by, by.person), said, weighed, now)
        if others:
            return others[0]
        person = self._entitled.person(by)
        asked = Asked(
            version=wanted.version,
            before=self.policies.version,
            looser=_some(weighed.looser),
            by=person.id,
            revision=person.revision,
            credential=by.credential,
            why=said,
            at=now,
        )
        with self._book.change(now) as page:
            body = {"version": asked.version, "files": wanted.files, "looser": asked.looser, "why": said}
            id_ = named("policies", [msgspec.to_builtins(asked)])
            page.record(RecordKind.DECISION, f"policies/asked/{id_}", "policies", body, actor=asked.by)
            text = f"{asked.by} asks for policies {asked.version[:12]} that may loosen something: {said}"
            page.note(HappeningKind.REQUEST, text)
            self._notices.tell(page, id_, self._others((asked.by,)), text)
            page.then.append(lambda: self._asked.__setitem__(asked.by, asked))
        return asked

    def follow(self, wanted: Policies, why: str, now: int) -> InForce:
        """Have `wanted` in force though nobody known asks: whoever may signal the process. It never loosens anything.

        Raises:
            NotAllowedError: they may loosen something.
            UsageError: as for `ask`.
            StoreError: nothing was kept, and nothing changed.

        """
        weighed = self._possible(wanted, now)
        if weighed.looser:
            raise NotAllowedError(
                f"the policies {wanted.version[:12]} may let through what is stopped now: {weighed.looser[0]}",
                code=RefusalCode.APPROVALS_MISSING,
                advice="Two administrators ask for them: holdfast policy reload. A new start takes them as well.",
            )
        return self._put(wanted, (ACTOR,), why, weighed, now)

    def _possible(self, wanted: Policies, now: int) -> Weighed:
        if wanted.version == self.policies.version:
            raise UsageError("these policies are in force already", advice="Nothing has changed in their files.")
        keepers, known = self._keepers(self._entitled.policy), self._keepers(wanted.response)
        if len(known) < min(_KEEPERS, len(keepers)):
            raise UsageError(
                f"by these policies {len(known)} people could change them again, and now {len(keepers)} can",
                advice="Leave manage_people to two administrators at least.",
            )
        return self.weigh(wanted, now)

    def _put(self, wanted: Policies, by: tuple[str, ...], why: str, weighed: Weighed, now: int) -> InForce:
        with self._book.change(now) as page:
            if wanted.staff.version != self._staff.policy.version:
                self._staff.follow_on(page, wanted.staff, by[-1])
            made = self._note_on(page, wanted, by, why, weighed.looser, weighed.ends)
            page.then.append(lambda: self._turn(wanted))
        return made

    def _turn(self, wanted: Policies) -> None:
        self._entitled.follow(wanted.response)
        self._asked.clear()  # whatever else was asked for was weighed against those that were in force

    def _note_on(  # noqa: PLR0913, PLR0917 - what is said of it
        self,
        page: Page,
        policies: Policies,
        by: tuple[str, ...],
        why: str,
        said: tuple[str, ...],
        ends: tuple[str, ...] = (),
    ) -> InForce:
        made = InForce(
            version=policies.version,
            number=1 if self.since is None else self.since.number + 1,
            at=page.now,
            by=by,
            why=why,
            looser=_some(said),
            texts=dict(policies.response.texts),
            staff_texts=dict(policies.staff.texts),
        )
        self._kept.put(page, _IN_FORCE, made)
        grants, proposers = self._without_leave(policies.response, page.now)
        for grant in grants:
            self._staff.grants.revoke_on(page, grant, by[-1])
        for person in proposers:
            self._staff.locks.end_on(page, person, by[-1])
        body = {"version": made.version, "files": policies.files, "looser": made.looser, "ends": ends, "why": why}
        key = f"policies/{made.number}/{made.version}"
        page.record(RecordKind.DECISION, key, "policies", {**body, "by": by}, actor=by[-1])
        if made.number > 1:
            loose = f", which may loosen something: {'; '.join(said)}"[:2_000] if said else ", which loosen nothing"
            text = f"{' and '.join(by)} put policies {made.version[:12]} in force{loose} ({why})"
            page.note(HappeningKind.PEOPLE, text)
            self._notices.tell(page, f"policies-{made.number}", self._others(by), text)
        return made

    def _waits(self, asked: Asked, now: int) -> bool:
        """Whether whoever asked may still ask, by what they asked with, and things are as they were then."""
        person = self._entitled.people.person(asked.by)
        stands = asked.at <= now < asked.until and asked.before == self.policies.version
        return (
            stands
            and person is not None
            and person.revision == asked.revision
            and not self._entitled.revoked(asked.credential)
            and self._entitled.policy.may(person, Act.MANAGE_PEOPLE)
        )

    def _without_leave(self, policy: Policy, now: int) -> tuple[list[Grant], list[str]]:
        """The grants in force, and those who proposed to loosen something, that `policy` gives no leave for."""
        known, locks = self._entitled.people.known, self._staff.locks
        barred = {
            act: {each.id for each in known.values() if not policy.may(each, act)} for act in (Act.GRANT, Act.LOCK)
        }
        given = self._staff.grants.kept.values()
        proposed = {each.by for each in locks.proposals.values() if each.waits(now)}
        return (
            [each for each in given if each.in_force(now) and each.granted_by in barred[Act.GRANT]],
            sorted(proposed & barred[Act.LOCK]),
        )

    def _keepers(self, policy: Policy) -> list[Person]:
        return [each for each in self._entitled.people.known.values() if policy.may(each, Act.MANAGE_PEOPLE)]

    def _others(self, by: tuple[str, ...]) -> list[str]:
        return [each.id for each in self._keepers(self._entitled.policy) if each.id not in by]


def _looser_than_kept(before: InForce, here: Policies) -> tuple[str, ...]:
    try:
        was, staff_was = Policy(before.texts), StaffPolicy(before.staff_texts)
    except PolicyError:
        return ("this version of Holdfast cannot read those that were in force before",)
    return (*looser(was, here.response), *staff_looser(staff_was, here.staff))


def _about_nothing(gate: StaffGate, after: StaffPolicy, now: int) -> Iterator[str]:
    """The locks and holds in force that would be about nothing that there is."""
    for lock in gate.locks.standing(now):
        if slip := not_there(after.functions, lock.tool, lock.function):
            yield f"the lockdown {lock.id} is about nothing any more: there is no {slip}"
    named: Mapping[RuleKind, set[str]] = {
        RuleKind.TOOL: {tool for tool, _ in after.functions},
        RuleKind.FUNCTION: {"/".join(name) for name in after.functions},
    }
    for hold in gate.holds():
        if hold.in_force(now) and hold.kind in named and hold.subject not in named[hold.kind]:
            yield f"the hold {hold.id} is about nothing any more: there is no {hold.kind} {hold.subject}"


def _some(said: tuple[str, ...]) -> tuple[str, ...]:
    more = len(said) - _MOST_SAID
    return said if more <= 0 else (*said[:_MOST_SAID], f"and {more} more")
