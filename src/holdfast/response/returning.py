"""How do hijacked accounts come back to their owners: what is due in each case, who has to agree, who is watched?"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import assert_never

import msgspec

from holdfast.containment import HIJACKED, Restriction, Subject, SubjectKind, ends, place
from holdfast.errors import PlatformError, PlatformPendingError
from holdfast.guard import Permit
from holdfast.ledger import RecordKind
from holdfast.ports import Custody
from holdfast.recovery import Bounds, Door, Health, RecoveryCase, Stage, advance, shown, to_put_back, trouble
from holdfast.recovery.case import (
    Dismissed,
    HoldAgain,
    News,
    Passed,
    Permitted,
    PutBack,
    Release,
    Renewed,
    Shown,
    Shut,
    Troubled,
)

from .book import Book, Page, Shelf
from .conduct import LIVE, Held, HoldState, Over
from .emergency import alone
from .lists import listed
from .onset import Onset
from .signs import Sign, Signs
from .timeline import HappeningKind

OPENED_BY = "holdfast"  # no person opened it, so any member of staff who calls back is a second one
AHEAD = 3_600_000  # milliseconds: holds of an open case are renewed an hour before they would end
MINUTE = 60_000  # milliseconds
MOST_DOUBLINGS = 4
LONGEST_WAIT = 15 * MINUTE  # milliseconds between two tries of a deed, doubling from a minute on
ALARMED = 4  # failures in a row, in a quarter of an hour: then a person should look
DOUBTED = 90 * 86_400_000  # milliseconds: who got an account wrongly may wait before using it, but hardly a season


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """A case and how its deed under way stands: `begun` from its intent to its outcome; `tries` counts the outcomes.

    The last `failed` outcomes were failures, and it is not tried before `again_at`. The attacker is out since
    `secured_at`. The first `void` of the facts that were shown do not count, because the case has begun anew since;
    None: all that are there at the next look. Times are milliseconds since 1970 UTC.
    """

    case: RecoveryCase
    tries: int = 0
    begun: bool = False
    failed: int = 0
    again_at: int = 0
    secured_at: int | None = None
    void: int | None = 0

    @property
    def watched_since(self) -> int | None:
        """From when on a bad sign tells that the attacker is in; None while he is, or when nobody watches any more."""
        match self.case.stage:
            case Stage.CONTAINED | Stage.CLOSED:
                return None
            case Stage.RELEASED:
                return self.case.released_at
            case _:
                return self.secured_at

    def waits(self, now: int) -> bool:
        """Whether its deed has failed just now; a clock that was set back keeps nobody waiting."""
        return 0 < self.again_at - now <= LONGEST_WAIT


class Returning:
    """Opens a case for each account that may not sign in, does what the platform can do, and asks for the rest.

    Every deed has its intent on record before it is done, and its outcome after. Whether an account is released is
    decided at the desk; that it is held again when trouble shows is not: it is done at once.
    """

    def __init__(self, book: Book, custody: Custody | None, onset: Onset, signs: Signs, *, probation: int) -> None:
        """Go on with the cases that the book's store keeps; without `custody` none is opened."""
        self._book = book
        self._custody = custody
        self._onset = onset
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
        if recovery is None or recovery.case.released_at is None or self.guards(account):
            return False
        return recovery.case.campaign == about and not self._wrong(account, recovery.case.released_at)

    def occasion(self, account: str) -> str:
        """Names the case of the account and how often it has begun anew; empty where there is none that goes on."""
        recovery = self.recoveries.get(account)
        if recovery is None or recovery.case.stage is Stage.CLOSED:
            return ""
        return f"{recovery.case.opened_at}/{recovery.case.reopened}"

    def guards(self, account: str) -> bool:
        """Whether the account has an open case: until that is walked, only as many as would release it let it go."""
        recovery = self.recoveries.get(account)
        return recovery is not None and recovery.case.stage not in {Stage.RELEASED, Stage.CLOSED}

    def review(self, now: int) -> None:
        """Open cases, do what is due in them, and watch the accounts on probation.

        Raises:
            StoreError: what was found is not kept; the next review does it again, deeds included, harmlessly.

        """
        if self._custody is not None:
            self._watch(now)  # first: who is held again on probation has a case already, and it begins anew
            self._open(now)
            self._clear(now)
            self._work(self._custody, now)
            self.keep(now)

    def release(self, page: Page, permit: Permit, dossiers: Mapping[str, str]) -> None:
        """Give these accounts back on probation, all or none.

        Raises:
            RecoveryError: too few people agreed, or one of the cases is not as it was agreed to.

        """
        for account in dossiers:
            recovery = self.recoveries[account]
            self._tell(page, recovery, Permitted(permit=permit, dossiers=dossiers, now=page.now))

    def lifted(self, page: Page, holds: Iterable[str], why: str) -> None:
        """People have let go of these holds: an account that may sign in again by that has nothing to recover."""
        subjects = {held.hold.subject for held in map(page.held, holds) if held is not None}
        for account in sorted(each.id for each in subjects if each.kind is SubjectKind.ACCOUNT):
            if self.guards(account) and not self._kept_out(account, page.held):
                self._tell(page, self.recoveries[account], Dismissed(why=why))

    def _open(self, now: int) -> None:
        """A case for each account that is newly kept from signing in, once the platform has said that it is.

        None where one person alone holds it in an emergency: a case would make that last.
        """
        waiting: dict[str, None] = {}
        found: dict[str, str] = {}
        for key in self._new:
            held = self._book.holds[key]
            by_name = held.hold.subject.kind is SubjectKind.ACCOUNT and not listed(held.hold)
            if not by_name or held.hold.restriction is not Restriction.NO_SIGN_IN:
                continue
            if held.state is HoldState.WANTED:
                waiting[key] = None
            elif held.state is HoldState.IN_FORCE and not alone(held.hold) and not self.guards(held.hold.subject.id):
                found[held.hold.subject.id] = held.hold.campaign
        self._new = waiting
        if found:
            began = self._onset.of(found, now)
            with self._book.change(now) as page:
                for account, about in found.items():
                    self._open_one(page, account, about, began[account])
                page.note(HappeningKind.RECOVERY, f"{len(found)} recovery cases opened")

    def _open_one(self, page: Page, account: str, about: str, attacked_at: int) -> None:
        """What is on file since the attack began is the attacker's, as far as we know.

        Where the account was given back not long ago, that may have been to the attacker: then it is the first attack.
        """
        before = self.recoveries.get(account)
        if before is not None and page.now - (before.case.released_at or before.case.opened_at) < DOUBTED:
            attacked_at = min(attacked_at, before.case.attacked_at)
        case = RecoveryCase(
            account=account,
            campaign=about,
            attacked_at=attacked_at,
            opened_at=page.now,
            opened_by=OPENED_BY,
        )
        self.recoveries.put(page, account, Recovery(case=case, void=0 if before is None else None))
        body = {"attacked_at": case.attacked_at}
        page.record(RecordKind.DECISION, f"recovery/{account}/{case.opened_at}", account, body)

    def _clear(self, now: int) -> None:
        """Close the cases of those who took no part, as is known by now: their holds have ended."""
        found = [
            each
            for each in self.recoveries.values()
            if self.guards(each.case.account)
            and not self._kept_out(each.case.account, self._book.holds.get)
            and self._onset.took_no_part(each.case.account, each.case.campaign)
        ]
        if found:
            with self._book.change(now) as page:
                for recovery in found:
                    self._tell(page, recovery, Dismissed(why="took no part in the campaign, as is known by now"))

    def _kept_out(self, account: str, find: Callable[[str], Held | None]) -> bool:
        """Whether a hold keeps the account from signing in, as `find` has the holds."""
        holds = (find(held.hold.id) for held in self._book.on(_subject(account)))
        return any(
            held is not None and held.state in LIVE and held.hold.restriction is Restriction.NO_SIGN_IN
            for held in holds
        )

    def _watch(self, now: int) -> None:
        """Begin anew with whoever gives a bad sign once the attacker is out, and close cases whose probation passed."""
        for recovery in list(self.recoveries.values()):
            since, released_at = recovery.watched_since, recovery.case.released_at
            wrong = () if since is None else self._wrong(recovery.case.account, min(since, now))
            if wrong:
                with self._book.change(now) as page:
                    self._begin_anew(page, recovery, "; ".join(wrong))
            elif recovery.case.stage is Stage.RELEASED and not 0 <= now - (released_at or 0) < self._probation:
                with self._book.change(now) as page:
                    self._tell(page, recovery, Passed(now=now, probation=self._probation))

    def _begin_anew(self, page: Page, recovery: Recovery, why: str) -> None:
        """The attacker is in: all that was done counts for nothing, a deed under way included."""
        if recovery.begun:
            page.record(RecordKind.OUTCOME, _key(recovery, "outcome"), recovery.case.account, {"result": "withdrawn"})
            recovery = msgspec.structs.replace(recovery, tries=recovery.tries + 1, begun=False)
        held = recovery.case.stage is not Stage.RELEASED
        after = self._tell(page, msgspec.structs.replace(recovery, void=None), Troubled(why=why))
        if held:
            self._record_again(page, after.case, why)
            page.note(HappeningKind.ALARM, f"its recovery case begins anew: {why}", after.case.account)

    def _wrong(self, account: str, since: int) -> Sequence[str]:
        """What is wrong with an account that only its owner can have by now; the bounds are those of the waves.

        Complaints alone hold nobody again: anybody can file as many as they like.
        """
        seen = self._signs.of(account, since)
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
        due = [each for each in self.recoveries.values() if each.case.stage in _DEEDS and not each.waits(now)]
        fresh = [each for each in due if not each.begun]
        if fresh:
            with self._book.change(now) as page:
                for recovery in fresh:
                    self._intend(page, recovery)
        asking = [each for each in self.recoveries.values() if each.case.stage is Stage.ATTACKER_OUT]
        asked = [each for each in asking if not each.waits(now)]
        self._pass_over(custody, [each for each in asked if each.void is None], now)
        asked = [after for each in asked if (after := self.recoveries[each.case.account]).void is not None]
        outcomes = [(each.case.account, self._do(custody, each)) for each in (*due, *asked)]
        told = [(account, came) for account, came in outcomes if came]
        if told:
            with self._book.change(now) as page:
                for account, came in told:
                    self._conclude(page, self.recoveries[account], came)

    def _pass_over(self, custody: Custody, anew: Sequence[Recovery], now: int) -> None:
        """Let nothing count that was shown before these cases began anew: it may have been by the wrong hands."""
        found: list[Recovery] = []
        for recovery in anew:
            with contextlib.suppress(PlatformError):  # then it is passed over at the next look
                void = len(custody.shown(recovery.case.account))
                found.append(msgspec.structs.replace(recovery, void=void))
        if found:
            with self._book.change(now) as page:
                for recovery in found:
                    self.recoveries.put(page, recovery.case.account, recovery)

    def _intend(self, page: Page, recovery: Recovery) -> None:
        case = recovery.case
        body = {"deed": _DEEDS[case.stage], "missing": case.missing, "diff": list(shown(case.left))}
        page.record(RecordKind.INTENT, _key(recovery, "intent"), case.account, body)
        self.recoveries.put(page, case.account, msgspec.structs.replace(recovery, begun=True))

    def _do(self, custody: Custody, recovery: Recovery) -> list[News] | str:  # noqa: PLR0911 - one for each stage
        """What came of the deed that is due: the news of it, or why it could not be done."""
        case = recovery.case
        try:
            match case.stage:
                case Stage.CONTAINED:
                    doors = [door for door in sorted(set(Door) - case.shut) if _is_shut(custody, case, door)]
                    return [Shut(door=door) for door in doors]
                case Stage.ATTACKER_OUT:
                    facts = custody.shown(case.account)[recovery.void or 0 :]
                    return [Shown(fact=fact) for fact in facts if fact not in case.facts]
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
        except PlatformPendingError:
            return []
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
        failed = recovery.failed + 1 if isinstance(came, str) else 0
        wait = min(MINUTE << min(failed - 1, MOST_DOUBLINGS), LONGEST_WAIT) if failed else 0
        done = msgspec.structs.replace(
            after,
            tries=recovery.tries + 1,
            begun=False,
            failed=failed,
            again_at=page.now + wait if failed else 0,
            secured_at=page.now if before is Stage.CONTAINED else recovery.secured_at,
        )
        if failed == ALARMED:
            text = f"the platform failed {failed} times to {_DEEDS.get(before, 'say what was shown')}: {came}"
            page.note(HappeningKind.ALARM, text, after.case.account)
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
            body = {"dismissed": case.dismissed} if case.dismissed else {}
            page.record(RecordKind.DECISION, f"recovery/{case.account}/{case.opened_at}/closed", case.account, body)
        return after

    def _let_go(self, page: Page, account: str) -> None:
        for held in self._book.on(_subject(account)):
            if held.state in LIVE:
                page.tell(held.hold.id, Over(at=page.now, why="given back to its owner"))

    def _hold_again(self, page: Page, case: RecoveryCase, why: str) -> None:
        self._record_again(page, case, why)
        self._hold(page, case, why, f"probation/{case.opened_at}/{case.reopened}")
        page.note(HappeningKind.ALARM, f"held again on probation: {why}", case.account)

    def _record_again(self, page: Page, case: RecoveryCase, why: str) -> None:
        key = f"recovery/{case.account}/{case.opened_at}/again/{case.reopened}"
        page.record(RecordKind.DECISION, key, case.account, {"why": why})

    def keep(self, now: int) -> None:
        """Renew the holds of open cases before they end: an account must not go back to the attacker by the clock.

        Raises:
            StoreError: nothing was kept; the next review does it again.

        """
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


def _is_shut(custody: Custody, case: RecoveryCase, door: Door) -> bool:
    """Have the door shut; False where that takes its time.

    Raises:
        PlatformError: the platform did not do it.

    """
    try:
        custody.shut(case.account, door, case.attacked_at)
    except PlatformPendingError:
        return False
    return True


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
