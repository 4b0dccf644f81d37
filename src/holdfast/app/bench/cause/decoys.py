"""What looks like a cause and is none?

Each decoy writes its traffic among the holders and around the attack. `ENTRANCES` are where the intruders come in from,
and what with; a world has one of them. The other decoys come in any company.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .draft import Attack, Draft
from .terrain import DAY, HOUR, MINUTE, NOW


def _everywhere(draft: Draft, attack: Attack) -> None:
    """No decoy: each time from another place, with any client."""
    for who, at in attack.entered.items():
        draft.from_elsewhere(who, at)


def _popular_client(draft: Draft, attack: Attack) -> None:
    """From other places, with the client that half of all use."""
    for who, at in attack.entered.items():
        draft.from_elsewhere(who, at, client="client-0")


def _carrier_nat(draft: Draft, attack: Attack) -> None:
    """From behind the NAT of a carrier with very many customers."""
    asn, ip = "AS64999", "100.64.0.7"
    for who in draft.some(draft.share(0.08, 0.4) * draft.terrain.people):
        draft.sign_in(who, draft.when(), asn, ip)
    for who, at in attack.entered.items():
        draft.sign_in(who, at, asn, ip)


def _shared_service(draft: Draft, attack: Attack) -> None:
    """Through one or two services for privacy, which some holders use now and then."""
    count = 1 + draft.below(2)
    places = [(f"AS{9000 + number}", f"185.{number}.{draft.below(6)}.1") for number in range(count)]
    for who in draft.some(draft.share(0.04, 0.12) * draft.terrain.people):
        for _ in range(1 + draft.below(3)):
            draft.sign_in(who, draft.when(), *places[draft.below(count)])
    for who, at in attack.entered.items():
        draft.sign_in(who, at, *places[draft.below(count)], country="NL")


def _rented_servers(draft: Draft, attack: Attack) -> None:
    """From servers of one company that no holder uses: what all have in common, though it let nobody in."""
    asn = draft.new("AS88")
    for who, at in attack.entered.items():
        draft.sign_in(who, at, asn, f"45.9.{draft.below(250)}.3", country="NL")


def _new_release(draft: Draft, attack: Attack) -> None:
    """With the release of a client that a part of all holders got in these days."""
    for who in draft.some(draft.share(0.05, 0.3) * draft.terrain.people):
        home = int(draft.homes[who])
        draft.sign_in(who, draft.when(NOW - 3 * DAY), f"AS{home}", f"10.{home % 250}.{home // 250}.9", client="v2")
    for who, at in attack.entered.items():
        draft.from_elsewhere(who, at, client="v2")


def _busy_agent(draft: Draft, attack: Attack) -> None:
    """An agent who works on every tenth account, and rightly touched a third of these."""
    for who in draft.some(draft.share(0.05, 0.2) * draft.terrain.people):
        draft.ticket(who, draft.when(), "busy")
    for who in list(attack.used)[::3]:
        draft.ticket(who, attack.touched[who] - draft.below(DAY), "busy")


def _famous_desk(draft: Draft, _attack: Attack) -> None:
    """An agent who looks after the famous, a third of whom have asked."""
    for who in draft.some(draft.famous / 3, draft.famous):
        draft.ticket(who, draft.when(), "desk-for-the-famous")


def _review(draft: Draft, _attack: Attack) -> None:
    """Once a year somebody goes through half of the famous."""
    for who in draft.some(draft.famous / 2, draft.famous):
        draft.desk(who, draft.when(NOW - 3 * DAY), "reviewer", action="review")


def _publishing_tool(draft: Draft, _attack: Attack) -> None:
    """An app with which a third of the famous publish."""
    for who in draft.some(draft.famous / 3, draft.famous):
        draft.let_in(who, draft.when(), "publisher")


def _popular_app(draft: Draft, _attack: Attack) -> None:
    """A bot that forty in a hundred have let in."""
    for who in draft.some(0.4 * draft.terrain.people):
        draft.let_in(who, draft.when(), "popular-bot")


def _reset_mailing(draft: Draft, _attack: Attack) -> None:
    """A mailing after which a good part of all accounts ask for a reset."""
    sent = NOW - draft.below(4 * DAY) - 6 * HOUR
    for who in draft.some(draft.share(0.1, 0.6) * draft.terrain.people):
        draft.reset(who, sent + draft.below(6 * HOUR), "email")


def _shared_values(draft: Draft, _attack: Attack) -> None:
    """Families and offices have one address for many accounts."""
    for number in range(20):
        at = draft.when()
        for who in draft.some(2 + draft.below(2 + draft.terrain.people // 200)):
            draft.replace(who, at + draft.below(HOUR), "email", f"shared{number}")


def _responders(draft: Draft, attack: Attack) -> None:
    """Somebody looks into every account right after its first lure."""
    for who, at in attack.used.items():
        draft.desk(who, at + 2 * MINUTE, "responder", ticket="incident")


def _responder_ahead(draft: Draft, attack: Attack) -> None:
    """Once three accounts were used, somebody looks ahead at most of those that are used later."""
    known = sorted(attack.used.values())[2] + 5 * MINUTE
    for turn, (who, at) in enumerate(sorted(attack.used.items(), key=lambda each: each[1])):
        if at > known and draft.chance(0.9):
            draft.desk(who, min(known + turn * MINUTE, at - 1), "ahead", ticket="incident")


def _night_shift(draft: Draft, attack: Attack) -> None:
    """The one agent on duty helps most of those who find themselves locked out, before the first lure."""
    for who, at in attack.entered.items():
        if draft.chance(0.85):
            draft.replace(who, at + 1, "password", "")
            draft.ticket(who, _between(draft, at + 1, min(at + 12 * HOUR, attack.used[who])), "night-shift")


def _risk_engine(draft: Draft, attack: Attack) -> None:
    """A program looks at sign-ins from new places, and calls itself a staff member."""
    for who in draft.some(0.01 * draft.terrain.people):
        draft.desk(who, draft.when(), "risk-engine", tool_session="", action="score")
    for who, at in attack.entered.items():
        if draft.chance(0.9):
            draft.desk(
                who,
                _between(draft, at, min(at + 5 * MINUTE, attack.used[who])),
                "risk-engine",
                tool_session="",
                action="score",
            )


def _between(draft: Draft, after: int, before: int) -> int:
    return after + 1 + draft.below(max(1, before - after - 1))


ENTRANCES: Final[Mapping[str, Callable[[Draft, Attack], None]]] = {
    "everywhere": _everywhere,
    "popular client": _popular_client,
    "carrier NAT": _carrier_nat,
    "shared service": _shared_service,
    "new release": _new_release,
    "rented servers": _rented_servers,
}
DECOYS: Final[Mapping[str, Callable[[Draft, Attack], None]]] = {
    "busy agent": _busy_agent,
    "desk for the famous": _famous_desk,
    "review": _review,
    "publishing tool": _publishing_tool,
    "popular app": _popular_app,
    "reset mailing": _reset_mailing,
    "shared values": _shared_values,
    "responders": _responders,
    "responder ahead": _responder_ahead,
    "night shift": _night_shift,
    "risk engine": _risk_engine,
}
EVERY_DECOY: Final = {**ENTRANCES, **DECOYS}
OF_ONE_CREW: Final = "rented servers"
"""The entrance that crews who have nothing in common do not share."""
USUAL_ENTRANCES: Final = ("popular client", "carrier NAT")
USUAL_DECOYS: Final = ("busy agent", "reset mailing")
