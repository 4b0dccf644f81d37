"""What could the intruder reach: what was read, exported and changed, by which session or staff member, since when.

Every figure comes twice. *Confirmed*: done by hands known to be the intruder's (`hands.py`). *Up to*: also what nobody
can be shown to have done, or, on a platform that keeps no record of reading, what the intruder's session could do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from holdfast.events import (
    IN_VAIN,
    AppAuthorised,
    CredentialChange,
    DataExport,
    DataRead,
    ProfileChange,
    SecurityEvent,
    SignIn,
    StaffAction,
)

from .deliveries import in_order, subject
from .hands import Attribution, Hands, Sureness


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """A figure as it may be told: at least `confirmed`, at most `up_to`."""

    confirmed: int = 0
    up_to: int = 0

    def plus(self, amount: int, sure: Sureness) -> Count:
        """The figure with `amount` more, which is so sure."""
        return Count(
            confirmed=self.confirmed + amount * (sure is Sureness.CONFIRMED),
            up_to=self.up_to + amount * (sure is not Sureness.NO),
        )


class AccountExposure(msgspec.Struct, frozen=True, kw_only=True):
    """What was reached of one account since `since` (milliseconds since 1970 UTC).

    `sessions` are the intruder's on this account, `staff` those who acted on it by tool. `messages` were read, written
    with `counterparts`. `contact_data` is the holder's e-mail and telephone number. `export` is how far an archive got
    (`requested`, `ready`, `downloaded` or empty). What was changed is named in order of time.
    """

    account: str
    since: int
    sessions: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    inbox: Sureness = Sureness.NO
    messages: Count = Count()
    counterparts: Count = Count()
    contacts: Sureness = Sureness.NO
    contact_data: Sureness = Sureness.NO
    export: str = ""
    exported: Sureness = Sureness.NO
    export_bytes: int = 0
    credentials_changed: tuple[str, ...] = ()
    profile_changed: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """What was reached of all accounts, as known at `as_of` (milliseconds since 1970 UTC).

    Figures count accounts, except `messages` and `counterparts`. `exports` are archives asked for, made or taken away;
    `exports_downloaded` those taken away. `entered` are the accounts in which the intruder had a session.
    """

    as_of: int
    accounts: tuple[AccountExposure, ...]
    entered: int
    inboxes_read: Count
    messages: Count
    counterparts: Count
    contacts_read: Count
    contact_data_viewed: Count
    exports: Count
    exports_downloaded: Count
    credentials_changed: int


_NO_HANDS = Hands()
_STAGES = ("", "requested", "ready", "downloaded")


def exposure(
    first_touched: Mapping[str, int], events: Iterable[SecurityEvent], as_of: int, hands: Hands = _NO_HANDS
) -> Exposure:
    """The exposure of the accounts in `first_touched`, each from the time it must be taken to be in the wrong hands.

    Times are milliseconds since 1970 UTC. `events` may come in any order, with repeats and other accounts' events;
    those after `as_of` are left out.
    """
    of: dict[str, list[SecurityEvent]] = {account: [] for account in first_touched}
    for event in events:
        if event.time <= as_of and (account := subject(event)) in of:
            of[account].append(event)
    accounts = tuple(
        _of_account(account, since, in_order(of[account]), hands) for account, since in first_touched.items()
    )
    return Exposure(
        as_of=as_of,
        accounts=accounts,
        entered=sum(bool(each.sessions) for each in accounts),
        inboxes_read=_count(each.inbox for each in accounts),
        messages=_sum(each.messages for each in accounts),
        counterparts=_sum(each.counterparts for each in accounts),
        contacts_read=_count(each.contacts for each in accounts),
        contact_data_viewed=_count(each.contact_data for each in accounts),
        exports=_count(each.exported for each in accounts),
        exports_downloaded=_count(each.exported for each in accounts if each.export == _STAGES[-1]),
        credentials_changed=sum(bool(each.credentials_changed) for each in accounts),
    )


def _of_account(account: str, since: int, events: Sequence[SecurityEvent], hands: Hands) -> AccountExposure:
    """One account's exposure, from its own events in order of time."""
    who = Attribution(since, (event for event in events if isinstance(event, SignIn)), hands)
    unrecorded = bool(who.sessions) and not hands.reads_recorded
    found = AccountExposure(
        account=account, since=since, sessions=who.sessions, inbox=Sureness.UP_TO if unrecorded else Sureness.NO
    )
    for event in events:
        sure = _sureness(event, who)
        if sure is not Sureness.NO:
            found = _add(found, event, sure)
    return found


def _sureness(event: SecurityEvent, who: Attribution) -> Sureness:
    """How sure it is that the intruder did this."""
    match event:
        case DataRead(by="staff") | CredentialChange(by="staff"):
            session = event.session if isinstance(event, DataRead) else event.tool_session
            return who.by_staff(event.staff, session, event.time)
        case StaffAction():
            reached = event.outcome not in IN_VAIN
            return who.by_staff(event.staff, event.tool_session, event.time) if reached else Sureness.NO
        case DataRead() | CredentialChange() | DataExport():
            return who.by_session(event.session, event.time)
        case AppAuthorised() | ProfileChange():
            return who.unsigned(event.time)
        case _:
            return Sureness.NO


def _add(found: AccountExposure, event: SecurityEvent, sure: Sureness) -> AccountExposure:
    """The exposure with one more deed of the intruder's."""
    new: dict[str, object] = {}
    match event:
        case DataRead(what="messages"):
            new = {
                "inbox": max(found.inbox, sure),
                "messages": found.messages.plus(event.count, sure),
                "counterparts": found.counterparts.plus(event.counterpart_count, sure),
            }
        case DataRead(what="contacts"):
            new = {"contacts": max(found.contacts, sure)}
        case DataRead(what="profile_private") | StaffAction():
            new = {"contact_data": max(found.contact_data, sure)}
        case DataExport():
            new = {
                "export": max(found.export, event.stage, key=_STAGES.index),
                "exported": max(found.exported, sure),
                "export_bytes": max(found.export_bytes, event.bytes),
            }
        case CredentialChange():
            new = {"credentials_changed": _with(found.credentials_changed, event.what)}
        case ProfileChange():
            new = {"profile_changed": _with(found.profile_changed, event.what)}
        case AppAuthorised():
            new = {"apps": _with(found.apps, event.app)}
        case _:
            pass
    staff = getattr(event, "staff", "")
    if staff:
        new["staff"] = _with(found.staff, staff)
    return msgspec.structs.replace(found, **new)


def _with(named: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The names with one more, each once."""
    return named if name in named else (*named, name)


def _count(sureness: Iterable[Sureness]) -> Count:
    """How many were reached for certain, and at most."""
    total = Count()
    for sure in sureness:
        total = total.plus(1, sure)
    return total


def _sum(counts: Iterable[Count]) -> Count:
    """The sum of figures."""
    counts = tuple(counts)
    return Count(confirmed=sum(each.confirmed for each in counts), up_to=sum(each.up_to for each in counts))
