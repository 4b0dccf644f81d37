"""Does a staff member look at accounts that nobody asked them to look at, or at more of the famous than they ever do?

Two questions with answers of their own: do they look unasked more often than they use to, and is more of what nobody
asked for of high reach than of what they were asked for? A day without tickets is a bad day; to choose on it is not.
"""

from __future__ import annotations

from math import log

from holdfast.detection.bounded import remember
from holdfast.events import CredentialChange, StaffAction

from . import figures
from .desk import Desk, clearly_above
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
    usual = desk.share("unasked", person)
    person.looks(now)
    person.touched += 1
    person.unasked += unasked
    person.famous += famous
    grew = False
    if unasked:
        often = desk.share("famous", person)
        again = now - person.unasked_at < figures.RUN
        person.unasked_at = now
        chosen = _of_the_famous(person, often)
        for tally in (person.shift, person.week):
            tally.look_unasked(usual, chosen, famous=famous, again=again)
        grew = _weigh(person, now, usual, often, unasked=figures.IN_A_RUN if again else 1.0, famous=famous)
    else:
        person.shift.look(usual)
        person.week.look(usual)
        if famous or person.bursts:
            grew = _weigh(person, now, usual, desk.share("famous", person), unasked=0.0, famous=famous)
    if unasked and famous:
        person.taken += 1
        grew = (person.taken == 1 and _slow(person, now, desk)) or grew
    desk.add(now, unasked=unasked, famous=famous)
    return grew


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


def _weigh(person: Person, now: int, usual: float, often: float, *, unasked: float, famous: bool) -> bool:  # noqa: PLR0913
    """Whatever is strongest: what began in the middle of the shift, the shift as a whole, or the week.

    `unasked` says by how much the account counts as one that nobody asked for; `usual` and `often` are the shares of
    such and of accounts of high reach that honest work has.
    """
    burst = _sum(person.bursts, Sign.UNASKED, _llr(figures.UNASKED, usual, shown=unasked))
    more = min(figures.MOST_BY_UNASKED, max(burst, person.shift.more, person.week.more))
    note = f"looked at accounts without ticket or queue, {usual:.0%} of which are usual"
    grew = person.stand(Sign.UNASKED, more, now, note)
    burst = min(figures.MOST_BY_FAMOUS, _sum(person.bursts, Sign.REACH, _llr(figures.FAMOUS, often, shown=famous)))
    tally = max(person.shift, person.week, key=lambda each: each.choice)
    choice = min(figures.MOST_BY_REACH, tally.choice)
    if choice > burst:
        return person.stand(Sign.REACH, choice, now, tally.words) or grew
    note = f"looked at unrelated accounts of high reach, {often:.0%} of which are usual"
    return person.stand(Sign.REACH, burst, now, note) or grew


def _of_the_famous(person: Person, often: float) -> float:
    """The share of high reach in what nobody asked for, as honest work has it: as in what they are asked for today."""
    asked, famous = person.touched - person.unasked, person.famous - person.taken
    return max(often, clearly_above(famous, asked, often, figures.PRIOR))


def _sum(sums: dict[Sign, float], sign: Sign, nats: float) -> float:
    """A sum that never falls below nothing (Page, Biometrika 41, 1954), nor grows so far that it could not fall again."""
    total = sums[sign] = min(figures.MOST_BY_REACH, max(0.0, sums.get(sign, 0.0) + nats))
    return total


def _llr(abused: float, honest: float, *, shown: float) -> float:
    """What one account tells (nats), which shows it by so much; nothing where honest work shows it as often."""
    if honest >= abused:
        return 0.0
    return figures.RUNS * (shown * log(abused / honest) if shown else log((1 - abused) / (1 - honest)))


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
    note = f"took accounts of high reach that nobody asked for on {person.days_taken} days, {honest:.0%} of which are usual"
    person.carried[Sign.REACH] = max(person.patience, person.carried.get(Sign.REACH, 0.0))
    return person.stand(Sign.REACH, person.patience, now, note)


def _taking_days(person: Person, desk: Desk) -> float:
    """The chance of a day with such an account in honest work: as many accounts as are usual, each with its share."""
    share = desk.share("taken", person)
    a_day = max(1.0, person.accounts_before / max(1, min(person.days, 28)))
    return max(figures.LEAST_DAYS, 1 - (1 - share) ** a_day)
