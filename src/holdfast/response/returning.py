"""How do hijacked accounts come back to their owners: what is due in each case, who has to agree, who is watched?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import msgspec

from holdfast.containment import HIJACKED, RECENT_MS, Restriction, Subject, SubjectKind, ends, place
from holdfast.errors import PlatformError
from holdfast.guard import Permit
from holdfast.ledger import RecordKind
from holdfast.ports import Custody
from holdfast.recovery import Bounds, Door, Health, RecoveryCase, Stage, advance, shown, to_put_back, trouble
from holdfast.recovery.case import HoldAgain, News, Passed, Permitted, PutBack, Release, Renewed, Shown, Shut, Troubled

from .book import Book, Page, Shelf
from .conduct import LIVE, HoldState, Over
from .incidents import Incidents
from .signs import Sign, Signs
from .timeline import HappeningKind

OPENED_BY = "holdfast"  # no person opened it, so any member of staff who calls back is a second one
AHEAD = 3_600_000  # milliseconds: holds of an open case are renewed an hour before they would end


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """A case and how its deed under way stands: `begun` from its intent to its outcome; `tries` counts the outcomes."""

    case: RecoveryCase
    tries: int = 0
    begun: bool = False


class Returning:
    """Opens a case for each account that may not sign in, does what the platform can do, and asks for the rest.

    Every deed has its intent on record before it is done, and its outcome after. Whether an account is released is
    decided at the desk; that it is held again when trouble shows is not: it is done at once.
    """

    def __init__(
        self, book: Book, custody: Custody | None, incidents: Incidents, signs: Signs, *, probation: int
    ) -> None:
        """Go on with the cases that the book's store keeps; without `custody` none is opened."""
        self._book = book
        self._custody = custody
        self._incidents = incidents
        self._signs = signs
        self._probation = probation
        self._new: dict[str, None] = dict.fromkeys(book.holds)
        self.recoveries = Shelf(book, "recoveries", Recovery)
        book.when_moved(lambda moved, _: self._new.update(dict.fromkeys(sorted(moved))))

    @property
    def ready(self) -> Mapping[str, str]:
        """The dossiers of the cases that only wait for people to agree, by account."""
        cases = (each.case for each in self.recoveries.values())
        return {case.account: case.dossier for case in cases if case.stage is Stage.PUT_BACK}

    def given_back(self, account: str, about: str) -> bool:
        """Whether the account, held because of `about`, is its owner's again and nothing has been wrong since."""
        recovery = self.recoveries.get(account)
        if recovery is None or recovery.case.stage not in {Stage.RELEASED, Stage.CLOSED}:
            return False
        return recovery.case.campaign == about and not self._wrong(recovery.case)

    def review(self, now: int) -> None:
        """Open cases, do what is due in them, and watch the accounts on probation.

        Raises:
            StoreError: what was found is not kept; the next review does it again, deeds included, harmlessly.

        """
        if self._custody is not None:
            self._open(now)
            self._watch(now)
            self._work(self._custody, now)
            self._keep(now)

    def release(self, page: Page, permit: Permit, dossiers: Mapping[str, str]) -> None:
        """Give these accounts back on probation, all or none.

        Raises:
            RecoveryError: too few people agreed, or one of the cases is not as it was agreed to.

        """
        for account in dossiers:
            recovery = self.recoveries[account]
            self._tell(page, recovery, Permitted(permit=permit, dossiers=dossiers, now=page.now))

    def _open(self, now: int) -> None:
        """A case for each account that is newly kept from signing in, once the platform has said that it is."""
        waiting: dict[str, None] = {}
        found: dict[str, str] = {}
        for key in self._new:
            held = self._book.holds[key]
            if held.hold.subject.kind is not SubjectKind.ACCOUNT or held.hold.restriction is not Restriction.NO_SIGN_IN:
                continue
            if held.state is HoldState.WANTED:
                waiting[key] = None
            elif held.state is HoldState.IN_FORCE and not self._under_way(held.hold.subject.id):
                found[held.hold.subject.id] = held.hold.campaign
        self._new = waiting
        if found:
            with self._book.change(now) as page:
                for account, about in found.items():
                    self._open_one(page, account, about)
                page.note(HappeningKind.RECOVERY, f"{len(found)} recovery cases opened")

    def _open_one(self, page: Page, account: str, about: str) -> None:
        """What is on file since a day before the first sign of the attack is the attacker's, as far as we know."""
        signs = [each.changed_at for each in self._incidents.takeovers.values() if each.account == account]
        case = RecoveryCase(
            account=account,
            campaign=about,
            attacked_at=min(signs, default=page.now) - RECENT_MS,
            opened_at=page.now,
            opened_by=OPENED_BY,
        )
        self.recoveries.put(page, account, Recovery(case=case))
        body = {"attacked_at": case.attacked_at}
        page.record(RecordKind.DECISION, f"recovery/{account}/{case.opened_at}", account, body)

    def _under_way(self, account: str) -> bool:
        recovery = self.recoveries.get(account)
        return recovery is not None and recovery.case.stage not in {Stage.RELEASED, Stage.CLOSED}

    def _watch(self, now: int) -> None:
        """Hold again whoever gives a bad sign on probation, and close the cases whose probation has passed."""
        for recovery in [each for each in self.recoveries.values() if each.case.stage is Stage.RELEASED]:
            case = recovery.case
            wrong = self._wrong(case)
            news = Troubled(why="; ".join(wrong)) if wrong else Passed(now=now, probation=self._probation)
            if wrong or self._over(case, now):
                with self._book.change(now) as page:
                    self._tell(page, recovery, news)

    def _over(self, case: RecoveryCase, now: int) -> bool:
        return case.released_at is not None and now >= case.released_at + self._probation

    def _wrong(self, case: RecoveryCase) -> Sequence[str]:
        """What is wrong with an account on probation, by the bounds of the waves for one account.

        Complaints alone hold nobody again: anybody can file as many as they like.
        """
        since = case.released_at or 0
        seen = self._signs.of(case.account, since)
        health = Health(
            released=1,
            lures=seen[Sign.LURE],
            takeovers=seen[Sign.TAKEOVER],
            refusals=seen[Sign.REFUSAL],
        )
        return trouble(health, Bounds())

    def _work(self, custody: Custody, now: int) -> None:
        """Do what is due in every case: intents in one transaction, then the deeds, then what came of them in another.

        A case that only waits (for an owner to show something, for people to agree) has no deed, and no record is made.
        """
        due = [each for each in self.recoveries.values() if each.case.stage in _DEEDS]
        fresh = [each for each in due if not each.begun]
        if fresh:
            with self._book.change(now) as page:
                for recovery in fresh:
                    self._intend(page, recovery)
        asked = [each for each in self.recoveries.values() if each.case.stage is Stage.ATTACKER_OUT]
        outcomes = [(each.case.account, self._do(custody, each.case)) for each in (*due, *asked)]
        told = [(account, came) for account, came in outcomes if came]
        if told:
            with self._book.change(now) as page:
                for account, came in told:
                    self._conclude(page, self.recoveries[account], came)

    def _intend(self, page: Page, recovery: Recovery) -> None:
        case = recovery.case
        body = {"deed": _DEEDS[case.stage], "missing": case.missing, "diff": list(shown(case.left))}
        page.record(RecordKind.INTENT, _key(recovery, "intent"), case.account, body)
        self.recoveries.put(page, case.account, msgspec.structs.replace(recovery, begun=True))

    def _do(self, custody: Custody, case: RecoveryCase) -> list[News] | str:
        """What came of the deed that is due: the news of it, or why it could not be done."""
        try:
            match case.stage:
                case Stage.CONTAINED:
                    doors = sorted(set(Door) - case.shut)
                    for door in doors:
                        custody.shut(case.account, door, case.attacked_at)
                    return [Shut(door=door) for door in doors]
                case Stage.ATTACKER_OUT:
                    return [Shown(fact=fact) for fact in custody.shown(case.account) if fact not in case.facts]
                case Stage.OWNER_PROVEN:
                    fresh = sorted(set(custody.renew(case.account)) - case.renewed)
                    changes = to_put_back(custody.changed(case.account, case.attacked_at), case.attacked_at)
                    return [Renewed(credential=each, changed=changes) for each in fresh]
                case Stage.RENEWED:
                    lost = custody.put_back(case.account, case.left) if case.left else ()
                    return [PutBack(lost=tuple(lost))]
                case Stage.PUT_BACK | Stage.RELEASED | Stage.CLOSED:
                    return []
                case _:
                    assert_never(case.stage)
        except PlatformError as error:
            return str(error)

    def _conclude(self, page: Page, recovery: Recovery, came: list[News] | str) -> None:
        body: dict[str, object] = {"result": "failed", "detail": came}
        before, after = recovery.case.stage, recovery
        if not isinstance(came, str):
            for news in came:
                if after.case.stage is before:  # facts beyond what is needed are not asked for
                    after = self._tell(page, after, news)
            body = {"result": "done", "stage": str(after.case.stage), "news": [msgspec.to_builtins(n) for n in came]}
        kind = RecordKind.OBSERVATION if before is Stage.ATTACKER_OUT else RecordKind.OUTCOME
        page.record(kind, _key(recovery, "outcome"), after.case.account, body)
        done = msgspec.structs.replace(after, tries=recovery.tries + 1, begun=False)
        self.recoveries.put(page, done.case.account, done)

    def _tell(self, page: Page, recovery: Recovery, news: News) -> Recovery:
        """The case after `news`, with all that follows from it done on `page`."""
        case, commands = advance(recovery.case, news)
        for command in commands:
            match command:
                case Release():
                    self._let_go(page, case.account)
                case HoldAgain(why=why):
                    self._hold_again(page, case, why)
                case _:
                    assert_never(command)
        after = msgspec.structs.replace(recovery, case=case)
        self.recoveries.put(page, case.account, after)
        if case.stage is Stage.CLOSED:
            page.record(RecordKind.DECISION, f"recovery/{case.account}/{case.opened_at}/closed", case.account, {})
        return after

    def _let_go(self, page: Page, account: str) -> None:
        for held in self._book.on(_subject(account)):
            if held.state in LIVE:
                page.tell(held.hold.id, Over(at=page.now, why="given back to its owner"))

    def _hold_again(self, page: Page, case: RecoveryCase, why: str) -> None:
        key = f"recovery/{case.account}/{case.opened_at}/again/{case.reopened}"
        page.record(RecordKind.DECISION, key, case.account, {"why": why})
        self._hold(page, case, why, f"probation/{case.opened_at}/{case.reopened}")
        page.note(HappeningKind.ALARM, f"held again on probation: {why}", case.account)

    def _keep(self, now: int) -> None:
        """Renew the holds of open cases before they end: an account must not go back to the attacker by the clock."""
        ending = [each.case for each in self.recoveries.values() if self._ends_soon(each.case, now)]
        if ending:
            with self._book.change(now) as page:
                for case in ending:
                    page.record(RecordKind.DECISION, f"recovery/{case.account}/kept/{now}", case.account, {})
                    self._hold(page, case, "its recovery case is open", f"case/{case.opened_at}/{now}")

    def _ends_soon(self, case: RecoveryCase, now: int) -> bool:
        if case.stage in {Stage.RELEASED, Stage.CLOSED}:
            return False
        holds = [held.hold for held in self._book.on(_subject(case.account)) if held.state in LIVE]
        ends_at = [hold.until for hold in holds if hold.restriction is Restriction.NO_SIGN_IN]
        return all(until is not None and until <= now + AHEAD for until in ends_at)

    def _hold(self, page: Page, case: RecoveryCase, why: str, occasion: str) -> None:
        for restriction in HIJACKED:
            hold = place(
                _subject(case.account),
                restriction,
                starts=page.now,
                until=ends(SubjectKind.ACCOUNT, page.now),
                why=why,
                campaign=case.campaign,
                occasion=occasion,
            )
            page.place(hold)


def _subject(account: str) -> Subject:
    return Subject(kind=SubjectKind.ACCOUNT, id=account)


_DEEDS: Mapping[Stage, str] = {
    Stage.CONTAINED: "shut the attacker out",
    Stage.OWNER_PROVEN: "let the owner renew credentials",
    Stage.RENEWED: "put back what was changed",
}


def _key(recovery: Recovery, what: str) -> str:
    case = recovery.case
    return f"recovery/{case.account}/{case.opened_at}/{recovery.tries}/{what}"
