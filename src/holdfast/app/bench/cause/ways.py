"""How were the accounts lost, and which names of the cause are right?

Each way writes down what it leaves on record of the targets, and answers with the right names: any of them. Where there
is no common cause there is no right name, and only "unknown" is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.investigation import Factor, FactorKind

from .draft import Attack, Draft, named
from .terrain import DAY, MINUTE

Right = frozenset[Factor]
_VALUE_SERVES = 19  # accounts to one address that attackers set: as many as in July 2020


def _as_staff(draft: Draft, touched: Mapping[int, int], staff: str, *sessions: str) -> None:
    """Addresses are replaced in the staff tool and resets asked for."""
    theirs = draft.new("theirs")
    for turn, (who, at) in enumerate(touched.items()):
        session = sessions[turn % len(sessions)]
        draft.desk(who, at - MINUTE, staff, tool_session=session)
        draft.desk(who, at, staff, tool_session=session, action="change_email")
        value = f"{theirs}-{turn // _VALUE_SERVES}"
        draft.replace(who, at, "email", value, by="staff", staff=staff, tool_session=session)
        draft.reset(who, at + MINUTE, "email")


def _tool_session(draft: Draft, attack: Attack) -> Right:
    """One stolen session of a staff member, who goes on working in others."""
    session = draft.new("stolen")
    _as_staff(draft, attack.by_cause, draft.agent(), session)
    return named(FactorKind.TOOL_SESSION, session)


def _staff_member(draft: Draft, attack: Attack) -> Right:
    """One staff member, in three sessions."""
    staff = draft.agent()
    _as_staff(draft, attack.by_cause, staff, *(draft.new("stolen") for _ in range(3)))
    return named(FactorKind.STAFF, staff)


def _two_sessions(draft: Draft, attack: Attack) -> Right:
    """The sessions of two staff members, each for a part of the targets."""
    sessions = (draft.new("stolen"), draft.new("stolen"))
    for half, (staff, session) in enumerate(zip(("agent0", "agent1"), sessions, strict=True)):
        _as_staff(draft, dict(list(attack.by_cause.items())[half::2]), staff, session)
    return named(FactorKind.TOOL_SESSION, *sessions)


def _lookups(draft: Draft, attack: Attack) -> Right:
    """A staff member looks up what resets ask for, and changes nothing."""
    staff, session = draft.agent(), draft.new("stolen")
    for who, at in attack.by_cause.items():
        draft.desk(who, at, staff, tool_session=session)
        draft.reset(who, at + 2 * MINUTE, "email")
    return named(FactorKind.TOOL_SESSION, session)


def _app(draft: Draft, attack: Attack) -> Right:
    """An app let in at any time, by as many again whom the attackers left alone."""
    app = draft.new("calendar")
    for who in (*attack.by_cause, *draft.some(draft.share(0, 1) * len(attack.by_cause))):
        draft.let_in(who, min(draft.when() - DAY, attack.touched.get(who, draft.when())), app)
    return named(FactorKind.APP, app)


def _network(draft: Draft, attack: Attack) -> Right:
    """Guessed passwords from a corner of a network that has honest customers elsewhere."""
    asn = draft.new("AS650")
    for who in draft.some(draft.below(1 + draft.terrain.people // 400)):
        draft.sign_in(who, draft.when(), asn, f"203.0.{90 + draft.below(10)}.3")
    for who, at in attack.by_cause.items():
        draft.sign_in(who, at, asn, "203.0.113.5", client="client-1", country="NL")
    return named(FactorKind.NETWORK, asn, "203.0.113.0/24")


def _whole_network(draft: Draft, attack: Attack) -> Right:
    """Guessed passwords from all over a network."""
    asn = draft.new("AS650")
    for who, at in attack.by_cause.items():
        draft.sign_in(who, at, asn, f"203.{draft.below(250)}.{draft.below(250)}.5")
    return named(FactorKind.NETWORK, asn)


def _client(draft: Draft, attack: Attack) -> Right:
    """A client that few have, whose maker lost what it signs in with; from anywhere."""
    client = draft.new("scheduler")
    for who in draft.some(draft.below(1 + draft.terrain.people // 400)):
        draft.from_elsewhere(who, draft.when(), client=client)
    for who, at in attack.by_cause.items():
        draft.from_elsewhere(who, at, client=client)
    return named(FactorKind.CLIENT, client)


def _recovery_value(draft: Draft, attack: Attack) -> Right:
    """Stolen passwords; the same new address is set on all, after the intruders came in or before."""
    value = draft.new("theirs")
    for who, at in attack.by_cause.items():
        draft.replace(who, at, "email", value)
    return named(FactorKind.RECOVERY_VALUE, value)


def _carrier(draft: Draft, attack: Attack) -> Right:
    """Numbers ported at one carrier, each to a card of its own, and passwords reset by text message."""
    carrier = f"carrier{draft.below(4)}"
    for who, at in attack.by_cause.items():
        draft.port(who, at, carrier)
        draft.reset(who, at + MINUTE, "sms")
    return named(FactorKind.CARRIER, carrier)


def _two_causes(draft: Draft, attack: Attack) -> Right:
    """Two crews with one payload: a stolen tool session for one part, something else for the other."""
    share = draft.share(0.4, 0.6)
    first = {who: at for who, at in attack.by_cause.items() if draft.chance(share)}
    second = {who: at for who, at in attack.by_cause.items() if who not in first}
    parts = [_part(attack, first), _part(attack, second)]
    other = (_app, _network, _carrier, _recovery_value)[draft.below(4)]
    return _tool_session(draft, parts[0]) | other(draft, parts[1])


def _part(attack: Attack, touched: dict[int, int]) -> Attack:
    """The attack on a part of the targets."""
    return Attack(touched=touched, otherwise=attack.otherwise, entered=attack.entered, used=attack.used)


def _session_theft(draft: Draft, attack: Attack) -> Right:
    """Stolen sessions leave nothing on record until each is used from another place."""
    for who, at in attack.by_cause.items():
        draft.from_elsewhere(who, at, method="token")
    return frozenset()


def _drainer_kit(draft: Draft, attack: Attack) -> Right:
    """Many hands with one kit: the payload is shared, the ways in are not."""
    for who, at in attack.by_cause.items():
        otherwise(draft, who, at)
    return frozenset()


def _swaps_anywhere(draft: Draft, attack: Attack) -> Right:
    """Numbers ported by many hands, each at the holder's carrier; half of all holders have the same one."""
    for who, at in attack.by_cause.items():
        draft.port(who, at)
        draft.reset(who, at + MINUTE, "sms")
    return frozenset()


def _independent(draft: Draft, attack: Attack) -> Right:
    """Each reset on its own; every holder is helped before anything was posted, by whoever is free."""
    for who, at in attack.by_cause.items():
        draft.reset(who, at, "email" if draft.chance(0.7) else "sms")
        draft.replace(who, at + MINUTE, "email", draft.new("theirs"))
        draft.ticket(who, at + 3 * MINUTE, draft.agent())
    return frozenset()


def otherwise(draft: Draft, who: int, at: int) -> None:
    """One account is lost in a way of its own."""
    match draft.below(5):
        case 0:
            draft.port(who, at)
        case 1:
            draft.let_in(who, at, f"kit{draft.below(30)}")
        case 2:
            draft.reset(who, at, "email")
            draft.replace(who, at + MINUTE, "email", draft.new("theirs"))
        case 3:
            draft.from_elsewhere(who, at, method="token")
        case _:
            pass  # a phished password leaves nothing


WAYS: Final[Mapping[str, Callable[[Draft, Attack], Right]]] = {
    "tool session": _tool_session,
    "staff member": _staff_member,
    "two sessions": _two_sessions,
    "look-ups": _lookups,
    "app": _app,
    "network": _network,
    "whole network": _whole_network,
    "client": _client,
    "recovery value": _recovery_value,
    "carrier": _carrier,
    "two causes": _two_causes,
    "session theft": _session_theft,
    "drainer kit": _drainer_kit,
    "swaps anywhere": _swaps_anywhere,
    "independent": _independent,
}
_SELF_ENTERING = frozenset({"network", "whole network", "client", "session theft"})


def enters(way: str) -> bool:
    """Whether this way is itself a sign-in, so that no other need follow."""
    return way in _SELF_ENTERING
