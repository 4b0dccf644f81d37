"""Does a staff member look at accounts that nobody asked them to look at, or at more of the famous than they ever do?"""

from __future__ import annotations

from math import log

from holdfast.detection.bounded import remember
from holdfast.events import CredentialChange, StaffAction

from . import figures
from .desk import Desk
from .person import ACCOUNTS, Person, Sign


def looked(person: Person, event: StaffAction, org: str | None, desk: Desk) -> bool:
    """Take in that they touched one more account today, of the organisation `org`; None where it is not of high reach.

    Answers whether a sign has grown.
    """
    now = event.time
    unasked = not event.ticket and not event.queue
    famous = org is not None and org not in person.bodies
    if org:  # accounts that one body runs are looked at together: the second of them is no news
        remember(person.bodies, org, None, ACCOUNTS)
    remember(person.accounts, event.target, None, ACCOUNTS)
    person.unasked += unasked
    person.famous += famous
    raised = False
    if person.settled and (unasked or famous or Sign.UNASKED in person.signs or Sign.REACH in person.signs):
        raised = _fast(person, now, desk, unasked=unasked, famous=famous)
    if unasked and famous:
        person.taken += 1
        raised = (person.taken == 1 and _slow(person, now, desk)) or raised
    desk.lately.add(now, unasked=unasked, famous=famous)
    desk.month.add(now, unasked=unasked, famous=famous)
    return raised


def repeated(person: Person, event: CredentialChange, org: str | None, desk: Desk) -> bool:
    """Take in the value they gave an account; whether unrelated accounts have it, which is a sign."""
    accounts, high = desk.given(event.new_hash, event.account, org)
    if accounts < 2:
        return False
    nats = figures.OF_HIGH_REACH * (high > 1) + (
        figures.SAME_VALUE if accounts == 2 else figures.OF_THREE + (accounts - 3) * figures.EACH_ACCOUNT_MORE
    )
    note = f"gave {accounts} unrelated accounts the same {event.what}"
    stands = figures.STANDS_LONG if accounts > 2 else figures.AGAIN
    person.raise_sign(Sign.VALUE, min(figures.MOST_BY_VALUE, nats), event.time, note, stands)
    return True


def _fast(person: Person, now: int, desk: Desk, *, unasked: bool, famous: bool) -> bool:
    """Two sums over today's accounts, neither below nothing."""
    usual = desk.share("unasked", person)
    grew = _add(
        person, Sign.UNASKED, now, _llr(figures.UNASKED, usual, shown=unasked), figures.MOST_BY_UNASKED,
        "looked at accounts without ticket or queue, {:.0%} of which are usual", usual,
    )  # fmt: skip
    usual = desk.share("famous", person)
    return _add(
        person, Sign.REACH, now, _llr(figures.FAMOUS, usual, shown=famous), figures.MOST_BY_REACH,
        "looked at unrelated accounts of high reach, {:.0%} of which are usual", usual,
    ) or grew  # fmt: skip


def _add(person: Person, sign: Sign, now: int, nats: float, most: float, words: str, usual: float) -> bool:
    known = person.signs.get(sign)
    total = (known.nats if known else 0.0) + nats
    if total <= 0:
        person.signs.pop(sign, None)
        return False
    if known is None:
        person.raise_sign(sign, min(most, total), now, words.format(usual))
        return True
    known.nats = min(most, total)
    if nats > 0:
        known.until = max(known.until, now + figures.STANDS)
        known.note = words.format(usual)
    return nats > 0


def _llr(abused: float, honest: float, *, shown: bool) -> float:
    """What one account tells (nats); nothing where honest work shows it as often."""
    if honest >= abused:
        return 0.0
    return figures.RUNS * log(abused / honest if shown else (1 - abused) / (1 - honest))


def rested(person: Person, desk: Desk) -> None:
    """A day at work went by: on one without such an account the slow sum falls; at nothing it begins anew."""
    if person.patience and person.accounts and not person.taken:
        honest = _taking_days(person, desk)
        person.patience = max(0.0, person.patience + log((1 - figures.EACH_DAY) / (1 - honest)))
    if not person.patience:
        person.past_taken()


def _slow(person: Person, now: int, desk: Desk) -> bool:
    """The patient: day after day an account of high reach that nobody asked for, against their own month and the desk's."""
    honest = _taking_days(person, desk)
    if not person.settled or honest >= figures.EACH_DAY:
        return False
    person.days_taken += 1
    person.patience = min(figures.MOST_BY_REACH, person.patience + log(figures.EACH_DAY / honest))
    known = person.signs.get(Sign.REACH)
    if person.patience <= (known.nats if known else 0.0):
        return False
    note = f"took accounts of high reach that nobody asked for on {person.days_taken} days, {honest:.0%} of which are usual"
    person.raise_sign(Sign.REACH, person.patience, now, note)
    return True


def _taking_days(person: Person, desk: Desk) -> float:
    """The chance of a day with such an account in honest work: as many accounts as are usual, each with its share."""
    share = desk.share("taken", person, figures.LEAST_TAKEN)
    a_day = max(1.0, person.accounts_before / max(1, min(person.days, 28)))
    return 1 - (1 - share) ** a_day
