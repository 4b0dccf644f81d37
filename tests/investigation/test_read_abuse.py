"""A staff member who only reads is seen; those who do their work are not."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.events import SecurityEvent, StaffAction
from holdfast.investigation import Factor, FactorKind, ReadAbuse, Touches, staff_outliers

DAY = 86_400_000
NOW = 1_600_000_000_000
FAMOUS = 100  # the first hundred accounts are famous


def reach(account: str) -> int:
    """A million followers for the famous, fifty for the others."""
    return 1_000_000 if int(account[1:]) < FAMOUS else 50


def look(staff: str, who: int, at: int, ticket: str = "t") -> StaffAction:
    """One look-up."""
    return StaffAction(
        staff=staff,
        time=at,
        tool="desk",
        action="view",
        target=f"a{who}",
        tool_session=f"{staff}-{at // DAY}",
        ticket=ticket,
    )


@pytest.fixture
def office() -> list[SecurityEvent]:
    """Thirty days of thirty agents, one of whom looks after the famous; one look-up in twenty has no ticket."""
    random = np.random.default_rng(3)
    events: list[SecurityEvent] = []
    for agent in range(30):
        for _ in range(120):
            at = NOW - int(random.integers(30 * DAY))
            events.append(look(f"agent{agent}", int(random.integers(5_000)), at, "" if random.random() < 0.05 else "t"))
    events += [
        look("famous-desk", int(random.integers(FAMOUS)), NOW - int(random.integers(30 * DAY))) for _ in range(150)
    ]
    return events


def suspects(events: list[SecurityEvent], **said: object) -> dict[str, ReadAbuse]:
    """Who is suspected now, by factor."""
    touches = Touches()
    touches.observe(events)
    return {each.factor.key: each for each in staff_outliers(touches, NOW, reach, **said)}


def test_an_ordinary_month_raises_no_suspicion(office: list[SecurityEvent]) -> None:
    """The desk for the famous, the odd look-up without a ticket and the busiest agent are all somebody's job."""
    assert suspects(office) == {}


def test_a_busy_day_at_the_desk_for_the_famous_is_no_abuse(office: list[SecurityEvent]) -> None:
    """Reach and rate together are out of line with colleagues but not with their own past."""
    office += [look("famous-desk", who, NOW - DAY + who) for who in range(60)]
    assert suspects(office) == {}


def test_a_bribed_staff_member_who_only_reads_is_suspected(office: list[SecurityEvent]) -> None:
    """Twenty famous accounts without a ticket: the evidence says what is odd, and which accounts to ask about."""
    office += [look("agent7", who, NOW - DAY + who * 60_000, ticket="") for who in range(20, 40)]
    found = suspects(office)
    assert "staff:agent7" in found
    assert {key.partition(":")[2].partition("-")[0] for key in found} == {"agent7"}
    suspicion = found["staff:agent7"]
    assert {"tickets", "reach"} <= {term.term for term in suspicion.evidence}
    assert suspicion.score == sum(term.log_likelihood for term in suspicion.evidence)
    assert set(suspicion.accounts[:20]) == {f"a{who}" for who in range(20, 40)}
    assert suspicion.unticketed >= 20
    assert suspicion.high_reach >= 20
    assert NOW - 3 * DAY < suspicion.first_at <= suspicion.last_at <= NOW


def test_bogus_tickets_do_not_help(office: list[SecurityEvent]) -> None:
    """With a ticket for every look-up, reach and rate still stand out against colleagues and the own past."""
    office += [look("agent7", who, NOW - DAY + who * 60_000) for who in range(20, 80)]
    assert {term.term for term in suspects(office)["staff:agent7"].evidence} == {"reach", "rate"}


def test_where_nobody_writes_tickets_their_lack_is_no_sign() -> None:
    """On a platform without tickets many look-ups without one are ordinary."""
    random = np.random.default_rng(5)
    events: list[SecurityEvent] = [
        look(f"agent{n % 20}", int(random.integers(5_000)), NOW - int(random.integers(30 * DAY)), ticket="")
        for n in range(3_000)
    ]
    assert suspects(events) == {}


def test_a_ticket_for_the_account_covers_all_that_was_done_to_it(office: list[SecurityEvent]) -> None:
    """A second action on an account that a ticket was opened for is not without a ticket."""
    office += [look("agent7", who, NOW - DAY + who * 60_000, ticket="") for who in range(20, 40)]
    office += [look("agent7", who, NOW - DAY + who * 60_000 + 1) for who in range(20, 40)]
    assert all("tickets" not in {term.term for term in each.evidence} for each in suspects(office).values())


def test_responders_at_work_can_be_exempt(office: list[SecurityEvent]) -> None:
    """Those known to look into an incident are not suspected for it."""
    office += [look("agent7", who, NOW - DAY + who * 60_000, ticket="") for who in range(20, 40)]
    exempt = [each.factor for each in suspects(office).values()]
    assert Factor(kind=FactorKind.STAFF, value="agent7") in exempt
    assert suspects(office, exempt=exempt) == {}


def test_nobody_to_compare_with_gives_no_suspicion() -> None:
    """A single staff member is not out of line with colleagues there are none of."""
    assert suspects([look("only", who, NOW - DAY, ticket="") for who in range(50)]) == {}
