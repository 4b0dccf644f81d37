"""Every class of cause is named, every decoy is not, and where nothing is common the answer is unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.detection import Campaign, CampaignTier
from holdfast.errors import SettingsError
from holdfast.events import AppRevoked, CredentialChange, SecurityEvent, SignIn, StaffAction
from holdfast.investigation import (
    Cause,
    CauseSettings,
    Factor,
    FactorKind,
    Touches,
    common_cause,
    common_cause_of,
)

HOUR = 3_600_000
NOW = 1_600_000_000_000
Used = dict[int, int]


def names(used: Used) -> dict[str, int]:
    """The accounts by name."""
    return {f"a{who}": at for who, at in used.items()}


def key(cause: Cause) -> str | None:
    """The name of the cause."""
    return cause.named.factor.key if cause.named else None


def by_tool_session(town: Any, used: Used) -> None:
    """One stolen session."""
    for who, at in used.items():
        town.swap_by_staff(who, at - HOUR)


def by_staff_in_several_sessions(town: Any, used: Used) -> None:
    """One staff member who opens a new session for every account."""
    for who, at in used.items():
        town.swap_by_staff(who, at - HOUR, session=f"s{who}")


def by_app(town: Any, used: Used) -> None:
    """An app let in weeks ago."""
    for who, at in used.items():
        town.let_in(who, at - 500 * HOUR, "calendar")


def by_network(town: Any, used: Used) -> None:
    """Guessed passwords from one network."""
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn="AS666", ip=f"203.{who % 250}.0.1")


def by_prefix(town: Any, used: Used) -> None:
    """Guessed passwords from one corner of a network that others use."""
    for who in range(3):
        town.sign_in(who, NOW - 40 * HOUR, asn="AS666", ip=f"198.{who}.0.1")
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn="AS666", ip="203.0.113.9")


def by_sim_swap(town: Any, used: Used) -> None:
    """Numbers ported at one carrier, all to different numbers."""
    for who, at in used.items():
        town.change(who, at - HOUR, what="phone", new_hash=f"number{who}", carrier="cellular")
        town.reset(who, at - HOUR + 60_000, "sms")


def by_recovery_value(town: Any, used: Used) -> None:
    """The same new e-mail, by nobody known."""
    for who, at in used.items():
        town.change(who, at - HOUR, new_hash="theirs")


def by_client(town: Any, used: Used) -> None:
    """A client that lost what it signs in with, from anywhere."""
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn=f"AS9{who}", ip=f"203.{who % 250}.1.1", client="scheduler")


@pytest.mark.parametrize(
    ("cause", "named"),
    [
        (by_tool_session, "tool_session:stolen"),
        (by_staff_in_several_sessions, "staff:agent3"),
        (by_app, "app:calendar"),
        (by_network, "network:AS666"),
        (by_prefix, "network:203.0.113.0/24"),
        (by_sim_swap, "carrier:cellular"),
        (by_recovery_value, "recovery_value:theirs"),
        (by_client, "client:scheduler"),
    ],
)
def test_each_class_of_cause_is_named(town: Any, used: Used, cause: Callable[[Any, Used], None], named: str) -> None:
    """The one true cause is named at its most specific, explains all, and later links of the chain only stand beside it."""
    cause(town, used)
    answer = town.cause(names(used))
    assert key(answer) == named
    assert answer.named.coverage == 1.0
    assert answer.named.p_corrected < 1e-6
    assert not answer.named.unexplained
    assert named.partition(":")[2] in answer.why


def test_three_accounts_are_enough_and_two_are_not(town: Any, used: Used) -> None:
    """At the third lure post the cause can be named; two accounts never make one."""
    by_tool_session(town, used)
    first = dict(list(names(used).items())[:3])
    assert key(town.cause(first, population=100_000)) == "tool_session:stolen"
    answer = town.cause(dict(list(first.items())[:2]), population=100_000)
    assert answer.named is None
    assert "too few" in answer.why


def test_accounts_lost_by_other_means_are_listed(town: Any, used: Used) -> None:
    """A cause that explains most is named, with those it does not explain; below the least coverage it is not."""
    most = dict(list(used.items())[:9])
    by_tool_session(town, most)
    answer = town.cause(names(used))
    assert key(answer) == "tool_session:stolen"
    assert answer.named.unexplained == tuple(names(used))[9:]
    assert answer.named.explained == tuple(names(most))
    assert town.cause(names(used), CauseSettings(least_part=0.8, least_coverage=0.8)).named is None


def test_two_staff_members_share_the_accounts_out(town: Any, used: Used) -> None:
    """A split cause names the larger part, lists the other first beside it, and says that there are parts."""
    items = list(used.items())
    for who, at in items[:7]:
        town.swap_by_staff(who, at - HOUR, "one", "agent3")
    for who, at in items[7:]:
        town.swap_by_staff(who, at - HOUR, "two", "agent4")
    answer = town.cause(names(used))
    assert key(answer) == "tool_session:one"
    assert [part.key for part in answer.parts] == ["tool_session:one", "tool_session:two"]
    assert answer.also[0].factor.key == "tool_session:two"
    assert answer.also[0].coverage == pytest.approx(5 / 12)


def popular_client(town: Any, used: Used) -> None:
    """The attackers use what half of all use."""
    for who in range(0, 2_000, 2):
        town.sign_in(who, NOW - 30 * HOUR, client="phone")
    for who, at in used.items():
        town.sign_in(who, at - HOUR, client="phone")


def carrier_nat(town: Any, used: Used) -> None:
    """The attackers come from behind the NAT of a carrier with very many customers."""
    for who in range(0, 2_000, 9):
        town.sign_in(who, NOW - 40 * HOUR, asn="AS7", ip="100.64.0.1")
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn="AS7", ip="100.64.0.1")


def vpn_with_a_past(town: Any, used: Used) -> None:
    """The attackers share a service that holders have always used a little."""
    for who in range(0, 2_000, 40):
        town.sign_in(who, NOW - (20 + who % 180) * HOUR, asn="AS8", ip="185.0.0.1")
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn="AS8", ip="185.0.0.1")


def busy_agent(town: Any, used: Used) -> None:
    """A support agent who touched a tenth of all accounts, and nine of these."""
    for who in range(0, 2_000, 10):
        town.desk(who, NOW - 30 * HOUR, staff="busy", ticket="t")
    for who, at in list(used.items())[:9]:
        town.desk(who, at - HOUR, staff="busy", ticket="t")


def reset_mailing(town: Any, used: Used) -> None:
    """A mailing makes everybody ask for a reset by e-mail."""
    for who in [*range(0, 2_000, 3), *used]:
        town.reset(who, NOW - 20 * HOUR, "email")


def resets_of_these_only(town: Any, used: Used) -> None:
    """These accounts alone were reset by text message: a way in, but nobody's hand."""
    for who, at in used.items():
        town.reset(who, at - HOUR, "sms")


def popular_app(town: Any, used: Used) -> None:
    """A publishing tool that one account in six has, and these all have."""
    for who in [*range(0, 2_000, 6), *used]:
        town.let_in(who, NOW - 300 * HOUR, "publisher")


def responders(town: Any, used: Used) -> None:
    """Responders look into every account after its first lure."""
    for who, at in used.items():
        town.desk(who, at + 60_000, staff="responder")


def session_theft(town: Any, used: Used) -> None:
    """Stolen sessions, each used from another network and country."""
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn=f"AS5{who}", ip=f"203.{who % 200}.1.1", country=f"C{who}", method="token")


def drainer_kit(town: Any, used: Used) -> None:
    """One payload, many ways in."""
    for turn, (who, at) in enumerate(used.items()):
        match turn % 3:
            case 0:
                town.let_in(who, at - HOUR, f"kit{turn}")
            case 1:
                town.change(who, at - HOUR, new_hash=f"own{turn}")
            case _:
                town.change(who, at - HOUR, what="phone", new_hash=f"number{turn}", carrier=f"carrier{turn}")
        town.sign_in(who, at - HOUR // 2, asn=f"AS5{who}", country=("NG", "RU", "BR")[turn % 3])


def night_shift(town: Any, used: Used) -> None:
    """The one agent on duty helps those whose credentials were changed."""
    for who, at in used.items():
        town.change(who, at - HOUR // 2, what="password", by="holder")
        town.desk(who, at - HOUR // 4, staff="night", ticket="t")


def risk_engine(town: Any, used: Used) -> None:
    """A program scores every sign-in from a new place, minutes after it, and calls itself a staff member."""
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn=f"AS5{who}", ip=f"203.{who % 200}.1.1", country="RU")
        town.desk(who, at - HOUR + 90_000, staff="risk-engine", action="score")


def responder_ahead(town: Any, used: Used) -> None:
    """Once three accounts were used, somebody looks ahead at all that are used later."""
    order = sorted(used, key=used.__getitem__)
    known = used[order[2]] + 1_000
    for who in order[3:]:
        town.desk(who, known, staff="ahead", ticket="incident")


def swaps_anywhere(town: Any, used: Used) -> None:
    """Numbers are ported wherever they were, and two of three holders have the same carrier."""
    for who in range(0, 2_000, 25):
        town.change(who, NOW - 150 * HOUR - who, what="phone", new_hash=f"n{who}", carrier=f"carrier{who % 3 == 0:d}")
    for turn, (who, at) in enumerate(used.items()):
        town.change(who, at - HOUR, what="phone", new_hash=f"p{who}", carrier=f"carrier{turn % 3 == 0:d}")


def new_release(town: Any, used: Used) -> None:
    """The attackers have the release of a client that some holders got at home on the same day."""
    for who in range(0, 2_000, 50):
        town.sign_in(who, NOW - 30 * HOUR, asn=f"AS{who % 90}", ip=f"10.{who % 90}.{who % 7}.4", client="v2")
    for who, at in used.items():
        town.sign_in(who, at - HOUR, asn=f"AS5{who}", ip=f"203.{who % 200}.1.1", client="v2")


def review_of_the_famous(town: Any, used: Used) -> None:
    """A reviewer has gone through half of a class of accounts in which the attackers chose."""
    for who in [*range(0, 2_000, 40), *list(used)[::2]]:
        town.desk(who, NOW - 30 * HOUR, staff="reviewer", action="review")


DECOYS = [
    popular_client,
    carrier_nat,
    vpn_with_a_past,
    busy_agent,
    reset_mailing,
    resets_of_these_only,
    popular_app,
    responders,
    session_theft,
    drainer_kit,
    night_shift,
    risk_engine,
    responder_ahead,
    swaps_anywhere,
    new_release,
    review_of_the_famous,
]


@pytest.mark.parametrize("decoy", DECOYS)
def test_no_decoy_is_named(town: Any, used: Used, decoy: Callable[[Any, Used], None]) -> None:
    """What is popular, what follows, what came after, and what is each account's own: none of it is a cause."""
    decoy(town, used)
    answer = town.cause(names(used))
    assert key(answer) is None
    assert answer.why.startswith("Unknown")


@pytest.mark.parametrize("decoy", DECOYS)
def test_no_decoy_hides_the_cause(town: Any, used: Used, decoy: Callable[[Any, Used], None]) -> None:
    """With a decoy beside it the true cause is still the one that is named."""
    by_tool_session(town, used)
    decoy(town, used)
    assert key(town.cause(names(used))) == "tool_session:stolen"


def from_rented_servers(town: Any, used: Used) -> None:
    """All intruders enter from one company's servers, which no holder uses, shortly before the first lure."""
    for who, at in used.items():
        town.sign_in(who, at - 60_000, asn="AS88", ip=f"45.9.{who % 250}.3", country="NL")


@pytest.mark.parametrize("days", [0, 6])
@pytest.mark.parametrize("cause", [by_tool_session, by_staff_in_several_sessions, by_sim_swap, by_recovery_value])
def test_where_they_entered_from_is_not_why(
    town: Any, used: Used, cause: Callable[[Any, Used], None], days: int
) -> None:
    """What opened the accounts is named though it reached fewer of them, today or last week, and entrances are all one."""
    reached = dict(list(used.items())[: len(used) * 5 // 6])
    cause(town, {who: at - days * 24 * HOUR for who, at in reached.items()})
    from_rented_servers(town, used)
    named = key(town.cause(names(used)))
    assert named is not None
    assert not named.startswith("network:")


def test_an_entrance_after_what_opened_the_accounts_is_no_cause(town: Any, used: Used) -> None:
    """Each account opened on its own, all entered from the same servers: nothing is named, and it is said why."""
    for who, at in used.items():
        town.change(who, at - HOUR, new_hash=f"own{who}", by="holder")
    from_rented_servers(town, used)
    answer = town.cause(names(used))
    assert answer.named is None
    [servers] = [each for each in answer.also if each.factor.key == "network:AS88"]
    assert "what opened the accounts" in servers.objection


def test_an_entrance_is_not_named_while_something_earlier_may_be_why(town: Any, used: Used) -> None:
    """A session that touched most of five accounts is not sure enough to be named, nor can they be laid to the servers."""
    five = dict(list(used.items())[:5])
    from_rented_servers(town, five)
    assert key(town.cause(names(five))) == "network:AS88"
    for who in (*list(five)[:3], *range(7, 1_800, 120)):
        town.desk(who, five.get(who, NOW) - 2 * HOUR, staff="agent30", tool_session="stolen")
    answer = town.cause(names(five))
    assert answer.named is None
    assert answer.also[0].factor.key == "network:AS88"
    assert "may be why" in answer.why


def test_where_everybody_roams_signs_prove_nothing(town: Any, used: Used) -> None:
    """On a platform of which every sign-in is from elsewhere, sign-ins before the staff's touch do not clear the staff."""
    for event in list(town.events):
        if isinstance(event, SignIn):
            who = int(event.account[1:])
            for turn in range(6):
                at = event.time - turn * 11 * HOUR
                town.sign_in(who, at, asn=f"AS{turn}{who % 71}", ip=f"77.{turn}.{who % 71}.1")
    by_tool_session(town, used)
    assert key(town.cause(names(used))) == "tool_session:stolen"


def test_two_that_share_all_accounts_beat_one_that_met_some(town: Any, used: Used) -> None:
    """A reviewer who came by more of the accounts than either session does not hide the two of them."""
    for turn, (who, at) in enumerate(used.items()):
        town.swap_by_staff(who, at - HOUR, session=f"s{turn % 2}", staff=f"agent{turn % 2}")
    for who in (*list(used)[:7], *range(0, 200, 13)):
        town.desk(who, NOW - 50 * HOUR, staff="reviewer", tool_session=f"r{who}", action="review")
    answer = town.cause(names(used))
    assert {part.key for part in answer.parts} == {"tool_session:s0", "tool_session:s1"}


def test_who_helped_after_the_break_in_is_told_apart_by_the_order(town: Any, used: Used) -> None:
    """The same deeds by the same hand are the cause when the break-ins follow them, and none when they come after."""
    for who, at in used.items():
        town.desk(who, at - 2 * HOUR, staff="agent9", tool_session="s")
        town.sign_in(who, at - 2 * HOUR + 60_000, asn=f"AS5{who}", ip=f"203.{who % 200}.1.1", country="RU")
    assert key(town.cause(names(used))) == "tool_session:s"
    town.events = [
        msgspec.structs.replace(event, time=event.time + 120_000) if isinstance(event, StaffAction) else event
        for event in town.events
    ]
    answer = town.cause(names(used))
    assert answer.named is None
    [helper] = [each for each in answer.also if each.factor.value == "s"]
    assert "after the break-ins" in helper.objection


def test_what_was_done_tells_more_than_who_did_it(town: Any, used: Used) -> None:
    """An agent who looks at half of all accounts by ticket is the cause if the e-mails of these alone were replaced."""
    for who in range(0, 2_000, 2):
        town.desk(who, NOW - 30 * HOUR, staff="agent9", ticket="t")
    for who, at in used.items():
        town.desk(who, at - HOUR, staff="agent9", action="replace_email")
    answer = town.cause(names(used))
    assert key(answer) == "staff:agent9"
    assert answer.named.manner == "replace_email"
    assert "(replace_email)" in answer.why


def test_a_part_of_the_accounts_is_enough_only_for_what_stands_out(town: Any, used: Used) -> None:
    """Half of the accounts name a session that touched nobody else; one that touched a hundred others is not named."""
    half = dict(list(used.items())[::2])
    for who, at in half.items():
        town.swap_by_staff(who, at - HOUR)
    answer = town.cause(names(used))
    assert (key(answer), answer.named.coverage) == ("tool_session:stolen", 0.5)
    for who in range(1, 200, 2):
        town.swap_by_staff(who, NOW - 2 * HOUR)
    assert town.cause(names(used)).named is None


def test_sessions_of_three_accounts_each_are_the_cause_together(town: Any, used: Used) -> None:
    """What no session alone could be told from chance by, four of them share out."""
    for turn, (who, at) in enumerate(used.items()):
        town.swap_by_staff(who, at - HOUR, session=f"s{turn % 4}", staff=f"agent{turn % 4}")
    answer = town.cause(names(used))
    assert {part.key for part in answer.parts} == {f"tool_session:s{n}" for n in range(4)}


def test_a_carrier_with_most_customers_is_not_blamed_for_having_them(town: Any, used: Used) -> None:
    """Of numbers ported everywhere, two in three belong to one carrier; if all of these do, it is the cause."""
    swaps_anywhere(town, used)
    assert town.cause(names(used)).named is None
    town.events = [
        msgspec.structs.replace(event, carrier="carrier1")
        if isinstance(event, CredentialChange) and event.time > NOW - 72 * HOUR
        else event
        for event in town.events
    ]
    assert key(town.cause(names(used))) == "carrier:carrier1"


@pytest.mark.parametrize(("here", "there", "named"), [(0, 0, None), (6, 0, "carrier:carrier1"), (3, 3, None)])
def test_whose_numbers_go_in_the_same_hours_tells_the_carrier(
    town: Any, used: Used, here: int, there: int, named: str | None
) -> None:
    """Five of five at a carrier with half the market may be chance; six more there in these hours are not."""
    for who in range(0, 1_200, 20):
        town.change(who, NOW - 150 * HOUR - who, what="phone", new_hash=f"n{who}", carrier=f"carrier{who % 40 == 0:d}")
    five = dict(list(used.items())[:5])
    for who, at in five.items():
        town.change(who, at - HOUR, what="phone", new_hash=f"p{who}", carrier="carrier1")
    first = min(five.values()) - HOUR
    for turn in range(here + there):
        carrier = f"carrier{turn < here:d}"
        town.change(1_801 + turn, first + turn * 30_000, what="phone", new_hash=f"q{turn}", carrier=carrier)
    assert key(town.cause(names(five))) == named


def test_the_entrance_that_came_first_is_named(town: Any, used: Used) -> None:
    """Guessed passwords from one network, then rented servers for all of them and one more: the guesses are the cause."""
    six = dict(list(used.items())[:6])
    from_rented_servers(town, six)
    by_network(town, dict(list(six.items())[:5]))
    assert key(town.cause(names(six))) == "network:AS666"


def test_an_app_needs_nothing_else_opened(town: Any, used: Used) -> None:
    """What most accounts have let in is not why, where each number was ported just before the account was entered."""
    for who in used:
        town.let_in(who, NOW - 100 * HOUR, "publisher")
    assert key(town.cause(names(used))) == "app:publisher"
    for turn, (who, at) in enumerate(used.items()):
        town.change(who, at - 3_600_000, what="phone", new_hash=f"p{who}", carrier=f"carrier{turn % 4}")
        town.reset(who, at - 3_540_000, "sms")
        town.sign_in(who, at - 3_480_000, asn=f"AS7{who}", ip=f"77.{who % 250}.0.1", country="RO")
    answer = town.cause(names(used))
    assert answer.named is None
    [app] = [each for each in answer.also if each.factor.key == "app:publisher"]
    assert "an app needs nothing else" in app.objection


@pytest.mark.parametrize(("others", "named"), [(45, "app:calendar"), (130, None)])
def test_a_rare_app_that_stands_alone_is_enough(town: Any, used: Used, others: int, named: str | None) -> None:
    """Four of five have let in what one in forty has, and nothing else is on record: it is named; not what many have."""
    five = dict(list(used.items())[:5])
    for who in (*list(five)[:4], *range(1_000, 1_000 + 5 * others, 5)):
        town.let_in(who, NOW - 100 * HOUR, "calendar")
    for who, at in five.items():
        town.sign_in(who, at - 3_480_000, asn=f"AS7{who}", ip=f"77.{who % 250}.0.1", country="RO")
    assert key(town.cause(names(five))) == named


def test_who_came_all_at_once_came_by_no_chance(town: Any, used: Used) -> None:
    """A dozen others who are new to a network in the very hours speak for it; spread over three days they do not."""
    found = {}
    for spread in (60_000, 6 * HOUR):
        busy = type(town)()
        five = dict(list(used.items())[:5])
        began = NOW - HOUR - spread // 2
        for who, at in (*five.items(), *((801 + turn, began - turn * spread) for turn in range(12))):
            busy.sign_in(who, at - HOUR, asn="AS666", ip="203.0.113.9")
        cause = busy.cause(names(five))
        [found[spread]] = {
            each.before for each in (cause.named, *cause.also) if each and each.factor.key == "network:AS666"
        }
    assert found[60_000] == 7.0
    assert found[6 * HOUR] == 0.0


def test_a_specific_reset_channel_is_told_as_a_symptom(town: Any, used: Used) -> None:
    """However telling its numbers, what follows from a takeover is reported as a symptom."""
    resets_of_these_only(town, used)
    [symptom] = [each for each in town.cause(names(used)).also if each.factor.value == "sms"]
    assert symptom.symptom
    assert symptom.touched == 12
    assert symptom.p_corrected < 1e-6


def test_responders_at_work_can_be_exempt(town: Any, used: Used) -> None:
    """Factors known to touch these accounts rightly are left out, even before the first use."""
    for who, at in used.items():
        town.desk(who, at - HOUR, staff="responder")
    exempt = frozenset({Factor(kind=FactorKind.STAFF, value="responder")})
    assert key(town.cause(names(used))) == "staff:responder"
    assert town.cause(names(used), CauseSettings(exempt=exempt)).named is None


def test_a_revoked_app_is_no_cause(town: Any, used: Used) -> None:
    """An app that was shut out before the accounts were used did not use them."""
    by_app(town, used)
    town.events += [AppRevoked(account=f"a{who}", time=at - 2 * HOUR, app="calendar") for who, at in used.items()]
    assert town.cause(names(used)).named is None


def test_touches_before_the_window_do_not_count(town: Any, used: Used) -> None:
    """Staff who touched the accounts days ago are found when nothing nearer is; those of long ago are no cause."""
    near_only = CauseSettings(window=72 * HOUR, long_window=72 * HOUR)
    for who, at in used.items():
        town.swap_by_staff(who, at - 100 * HOUR)
    assert town.cause(names(used), near_only).named is None
    answer = town.cause(names(used))
    assert (key(answer), answer.window) == ("tool_session:stolen", 14 * 24 * HOUR)
    assert town.cause(names({who: at + 400 * HOUR for who, at in used.items()})).named is None


def test_what_is_near_is_asked_for_first(town: Any, used: Used) -> None:
    """A session that touched the accounts a week ago does not hide the one of today."""
    for who, at in used.items():
        town.desk(who, at - 170 * HOUR, staff="agent9", tool_session="last-week")
        town.swap_by_staff(who, at - HOUR)
    answer = town.cause(names(used))
    assert (key(answer), answer.window) == ("tool_session:stolen", 72 * HOUR)


def test_the_carriers_of_a_campaign_are_asked_about(town: Any, used: Used) -> None:
    """A campaign's cause is that of its accounts, each up to its first lure, which is taken as now when not known."""
    by_tool_session(town, used)
    responders(town, used)
    campaign = Campaign(
        id="c1",
        tier=CampaignTier.CONTAIN,
        first_post_at=min(used.values()),
        detected_at=NOW,
        detected_after_posts=3,
        accounts=tuple(names(used)),
        posts=(),
        lures=(),
        score=30.0,
        evidence=(),
    )
    answer = common_cause(campaign, town.touches(), 2_000, NOW, first_used=names(used))
    assert (answer.campaign, answer.at, key(answer)) == ("c1", NOW, "tool_session:stolen")
    assert not any("responder" in each.factor.key for each in answer.also)
    told = msgspec.structs.replace(campaign, first_posts=tuple(used.values()))
    assert common_cause(told, town.touches(), 2_000, NOW) == answer
    late = common_cause(campaign, town.touches(), 2_000, NOW)
    assert any(each.factor.key == "staff:responder" for each in (late.named, *late.also))


def test_no_accounts_have_no_cause(town: Any) -> None:
    """A question about nobody is answered, not an error."""
    assert town.cause({}).named is None


@pytest.mark.parametrize("wrong", [{"window": 0}, {"least_accounts": 1}, {"most_p": 0.0}, {"least_coverage": 1.5}])
def test_settings_that_name_a_cause_on_nothing_are_refused(wrong: dict[str, Any]) -> None:
    """Out of range, a setting says so."""
    with pytest.raises(SettingsError):
        CauseSettings(**wrong)


STAFF_DEEDS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 5), st.integers(0, 100), st.booleans()), max_size=120
)


def world(deeds: list[tuple[int, int, int, bool]], rename: Callable[[int], str]) -> list[SecurityEvent]:
    """Staff deeds and sign-ins of a few accounts."""
    events: list[SecurityEvent] = []
    for who, whose, time, by_staff in deeds:
        if by_staff:
            events.append(StaffAction(staff=f"s{whose}", time=time, tool="t", action="view", target=rename(who)))
        else:
            events.append(SignIn(account=rename(who), time=time, outcome="ok", asn=f"AS{whose}"))
    return events


def ask(events: list[SecurityEvent], first_used: dict[str, int]) -> Cause:
    """The cause with the loosest settings, so that the laws are tried on named causes too."""
    touches = Touches()
    touches.observe(events)
    loose = CauseSettings(window=60, least_accounts=2, least_coverage=0.3, least_part=0.3, most_p=0.5)
    return common_cause_of(first_used, touches, 100_000, 100, loose)


@given(STAFF_DEEDS, st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(deeds: list[tuple[int, int, int, bool]], shuffler: Any) -> None:
    """Events late, early or twice give the same answer to the last digit."""
    first_used = {f"a{n}": 60 + n for n in range(8)}
    events = world(deeds, "a{}".format)
    again = [*events, *events]
    shuffler.shuffle(again)
    once, twice = ask(events, first_used), ask(again, first_used)
    assert msgspec.structs.replace(once, tried=0, named=None, also=()) == msgspec.structs.replace(
        twice, tried=0, named=None, also=(), why=once.why
    )
    assert key(once) == key(twice)


@given(STAFF_DEEDS)
def test_names_of_accounts_do_not_matter(deeds: list[tuple[int, int, int, bool]]) -> None:
    """Accounts by other names have the same cause, explained by those names."""
    one = ask(world(deeds, "a{}".format), {f"a{n}": 60 + n for n in range(8)})
    other = ask(world(deeds, lambda n: f"{99 - n}z"), {f"{99 - n}z": 60 + n for n in range(8)})
    assert key(one) == key(other)
    assert one.why == other.why


@settings(max_examples=40)
@given(STAFF_DEEDS)
def test_what_touches_everybody_is_never_named(deeds: list[tuple[int, int, int, bool]]) -> None:
    """A factor that touched all accounts on record explains nothing, whatever else happened."""
    events = world(deeds, "a{}".format)
    events += [StaffAction(staff="all", time=59, tool="t", action="view", target=f"a{n}") for n in range(41)]
    touches = Touches()
    touches.observe(events)
    answer = common_cause_of({f"a{n}": 60 + n for n in range(8)}, touches, 41, 100)
    assert key(answer) != "staff:all"


def test_more_overlap_makes_a_factor_likelier(town: Any, used: Used) -> None:
    """With each further account that it touched, chance explains a factor less."""
    log_p = []
    for count in range(3, 13):
        town.swap_by_staff(*[(who, at - HOUR) for who, at in used.items()][count - 1])
        if count > 3:
            answer = town.cause(names(used))
            log_p += [each.log_p for each in (answer.named, *answer.also) if each and each.factor.value == "stolen"]
    assert len(log_p) >= 8
    assert log_p == sorted(log_p, reverse=True)
