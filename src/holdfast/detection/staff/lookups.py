"""Does a staff member look at accounts that nobody asked them to look at, or at more of the famous than they ever do?

Two questions with answers of their own: do they look unasked more often than they use to, and is more of what nobody
asked for of high reach than of what they were asked for? A day without tickets is a bad day; to choose on it is not.
"""

from __future__ import annotations

from math import log
from operator import itemgetter

from holdfast.detection.bounded import remember
from holdfast.events import CredentialChange, StaffAction

from . import figures
from .desk import Desk, clearly_above
from .person import ACCOUNTS, Person, Sign

_first = itemgetter(0)


def looked(person: Person, event: StaffAction, org: str | None, desk: Desk, *, unasked: bool) -> bool:
    """Take in that they touched one more account today, of the organisation `org`; None where it is not of high reach.

    Answers whether a sign has grown. What is asked for and of no reach says little, so it is counted, and weighed with
    the next that says more.
    """
    now, account = event.time, event.target
    famous = org is not None and org not in person.bodies
    if org:  # accounts that one body runs are looked at together: the second of them is no news
        remember(person.bodies, org, None, ACCOUNTS)
    if len(person.accounts) < ACCOUNTS:
        person.accounts[account] = None
    else:
        remember(person.accounts, account, None, ACCOUNTS)
    if now - person.looked_at >= figures.REST:
        person.begin_shift()
    person.looked_at = now
    usual = desk.share("unasked", person)
    desk.add(now, unasked=unasked, famous=famous)
    person.touched += 1
    if not unasked and not famous:
        person.asked_since += 1
        person.usual_since += usual
        return False
    often = desk.share("famous", person)
    settle(person, usual, often)
    if unasked:
        again = now - person.unasked_at < figures.RUN
        remember(person.uncalled, account, (again, famous), ACCOUNTS)
        _unasked(person, now, usual, often, famous=famous, again=again)
    else:
        person.asked_since, person.usual_since = 1, usual
        settle(person, usual, 1.0)  # for the sum about high reach it is no more than that
        _sum(person, Sign.REACH, _llr(figures.FAMOUS, often, shown=1.0))
    person.unasked += unasked
    person.famous += famous
    person.taken += unasked and famous
    return weigh(person, now, usual, often)


def asked_later(person: Person, account: str, now: int, desk: Desk) -> None:
    """A ticket for an account at which they looked without one today: it was asked for, and only written down later."""
    again, famous = person.uncalled.pop(account)
    usual, often = desk.share("unasked", person), desk.share("famous", person)
    for tally in (person.shift, person.week):
        tally.take_back(famous=famous, again=again)
    _sum(person, Sign.UNASKED, -_llr(figures.UNASKED, usual, shown=figures.IN_A_RUN if again else 1.0))
    person.unasked -= 1
    person.taken -= famous
    weigh(person, now, usual, often)


def settle(person: Person, usual: float, often: float) -> None:
    """Weigh what was asked for since the last look that says more; `usual` and `often` are as in `weigh`."""
    if not person.asked_since:
        return
    for tally in (person.shift, person.week):
        tally.asked(person.asked_since, person.usual_since)
    _sum(person, Sign.UNASKED, person.asked_since * _llr(figures.UNASKED, usual, shown=0.0))
    _sum(person, Sign.REACH, person.asked_since * _llr(figures.FAMOUS, often, shown=0.0))
    person.asked_since, person.usual_since = 0, 0.0


def weigh(person: Person, now: int, usual: float, often: float) -> bool:
    """Let both signs say what is strongest: what began in the middle of the shift, the shift as a whole, or the week.

    `usual` is the share that honest work has of accounts that nobody asked for, `often` that of accounts of high reach.
    Answers whether a sign has grown.
    """
    bursts, shift, week = person.bursts, person.shift, person.week
    more = min(_most(person), max(bursts.get(Sign.UNASKED, 0.0), shift.more, week.more))
    burst = min(figures.MOST_BY_FAMOUS, bursts.get(Sign.REACH, 0.0))
    choice, tally = max(((shift.choice, shift), (week.choice, week)), key=_first)
    choice = min(figures.MOST_BY_REACH, choice)
    grew = False
    if more > 0 or Sign.UNASKED in person.signs:
        words = f"looked at accounts without ticket or queue, {usual:.0%} of which are usual"
        grew = person.stand(Sign.UNASKED, more, now, words)
    if choice > burst:
        return person.stand(Sign.REACH, choice, now, tally.words) or grew
    if burst > 0 or Sign.REACH in person.signs:
        words = f"looked at unrelated accounts of high reach, {often:.0%} of which are usual"
        grew = person.stand(Sign.REACH, burst, now, words, unasked=False) or grew
    return grew


def _most(person: Person) -> float:
    """How much accounts without a ticket may say: more, where there are more of them than a day has accounts."""
    a_day = max(figures.A_DAY, person.accounts_before / max(1, min(person.days, 28)))
    return figures.MOST_BY_MANY if person.unasked > figures.MANY * a_day else figures.MOST_BY_UNASKED


def repeated(person: Person, event: CredentialChange, body: tuple[str, bool], desk: Desk) -> bool:
    """Take in the value they gave an account; whether unrelated accounts have it, which is a sign.

    `body` says who runs the account, empty for its holder alone, and whether it is of high reach.
    """
    accounts, high = desk.given(event.new_hash, event.account, *body)
    if accounts < 2:
        return False
    nats = figures.OF_HIGH_REACH * (high > 1) + (
        figures.SAME_VALUE if accounts == 2 else figures.OF_THREE + (accounts - 3) * figures.EACH_ACCOUNT_MORE
    )
    note = f"gave {accounts} unrelated accounts the same {event.what}"
    stands = figures.STANDS_LONG if accounts > 2 else figures.AGAIN
    person.raise_sign(Sign.VALUE, min(figures.MOST_BY_VALUE, nats), event.time, note, stands)
    return True


def _unasked(person: Person, now: int, usual: float, often: float, *, famous: bool, again: bool) -> None:
    """One more that nobody asked for; a run of them, and what one caller names, counts less."""
    anew = famous and now - person.chosen_at >= figures.RUN
    if not again:
        person.unasked_at = now
    if anew:
        person.chosen_at = now
    chosen = max(
        often, clearly_above(person.famous - person.taken, person.touched - person.unasked, often, figures.PRIOR)
    )
    for tally in (person.shift, person.week):
        tally.unasked_for(usual, chosen, famous=famous, again=again, anew=anew)
    _sum(person, Sign.UNASKED, _llr(figures.UNASKED, usual, shown=figures.IN_A_RUN if again else 1.0))
    _sum(person, Sign.REACH, _llr(figures.FAMOUS, often, shown=float(famous)))


def _sum(person: Person, sign: Sign, nats: float) -> None:
    """A sum that never falls below nothing (Page, Biometrika 41, 1954), nor grows so far that it could not fall again."""
    total = min(max(figures.MOST_BY_REACH, figures.MOST_BY_MANY), person.bursts.get(sign, 0.0) + nats)
    if total > 0:
        person.bursts[sign] = total
    else:
        person.bursts.pop(sign, None)


def _llr(abused: float, honest: float, *, shown: float) -> float:
    """What one account tells (nats), which shows it by so much; nothing where honest work shows it as often."""
    if honest >= abused:
        return 0.0
    return figures.RUNS * (shown * log(abused / honest) if shown else log((1 - abused) / (1 - honest)))
