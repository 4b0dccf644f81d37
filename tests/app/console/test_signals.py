"""From what platforms tell of staff to the alarm, the plan, and the page on which people decide: each sign from end to end."""

import json
import time
from collections.abc import Iterable

import pytest
from tests.app.console.browser import House

MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
DAYS = 8
FAMOUS = [f"star-{number}" for number in range(40)]
PRESS = [f"press-{number}" for number in range(6)]
NOW = int(time.time() * 1_000) - 8 * HOUR  # when the abuse begins: all of it has happened by now
FROM = NOW - (DAYS + 1) * DAY


def account(name, **more):
    """An account introduced."""
    return {"type": "account", "account": name, "time": FROM, **more}


def signs_in(who, at, **more):
    """A sign-in, from their own place unless it is another."""
    said = {"asn": f"net-{who}", "device": f"dev-{who}", "outcome": "ok", "tool_session": f"ts-{who}-{at}"}
    return {"type": "staff_sign_in", "staff": who, "time": at, **said, **more}


def looks(who, at, target, **more):
    """A look at an account."""
    return {
        "type": "staff_action",
        "staff": who,
        "time": at,
        "tool": "desk",
        "action": "view",
        "target": target,
        **more,
    }


def changes(who, at, target, value):
    """An e-mail replaced."""
    said = {"what": "email", "change": "replaced", "by": "staff", "staff": who, "new_hash": value}
    return {"type": "credential_change", "account": target, "time": at, **said}


def elsewhere(who, at):
    """Somebody signs in as them from a place that they never were at."""
    return signs_in(who, at, asn="relay", device=f"visitor-{who}", method="push")


def past():
    """Ordinary days of everybody, and who is of high reach or of one body."""
    yield from (account(name, reach=1_000_000) for name in FAMOUS)
    yield from (account(name, org="the-press") for name in PRESS)
    for day in range(DAYS):
        for who in {name for name, _ in (*ABUSES, *HONEST)}:
            at = FROM + day * DAY + (hash_of(who) % 60) * MINUTE
            yield signs_in(who, at)
            yield from (looks(who, at + n * 9 * MINUTE, f"o-{who}-{day}-{n}", ticket="T") for n in range(1, 31))


def hash_of(who):
    """A number that is the same in each run."""
    return sum(map(ord, who))


def same_value(who):
    """From elsewhere, three unrelated accounts of high reach get one recovery address."""
    yield elsewhere(who, NOW)
    yield from (changes(who, NOW + (n + 1) * MINUTE, FAMOUS[n], "salted-1") for n in range(3))


def learns(who):
    """From elsewhere, pages on how it is done, then the thing itself."""
    yield elsewhere(who, NOW)
    yield from (looks(who, NOW + n, f"page:{n}", tool="intranet", action="read_page") for n in range(1, 4))
    yield looks(who, NOW + 9 * MINUTE, "o-x", action="remove_mfa", ticket="T", outcome="refused")
    yield from (looks(who, NOW + n * MINUTE, f"l-{n}") for n in range(10, 20))


def worn_down(who):
    """Pushes are refused eight times, and then one is accepted."""
    for n in range(8):
        yield signs_in(who, NOW + n * MINUTE, asn="relay", method="push", outcome="refused", tool_session="")
    yield elsewhere(who, NOW + 9 * MINUTE)


def collects(who):
    """At home, on the own device: unrelated accounts of high reach, one after the other, all day."""
    yield signs_in(who, NOW)
    yield from (looks(who, NOW + n * 35 * MINUTE, FAMOUS[n]) for n in range(1, 13))


ABUSES = {
    ("s-value", "same_recovery_value"): same_value,
    ("s-learns", "how_to_then_first_use"): learns,
    ("s-push", "push_accepted_after_refusals"): worn_down,
    ("s-reach", "unrelated_high_reach"): collects,
}


def family(who):
    """Two accounts of a family share a phone."""
    yield signs_in(who, NOW)
    yield from (looks(who, NOW + n, f"kin-{n}", ticket="T") for n in range(2))
    yield from (changes(who, NOW + 2 + n, f"kin-{n}", "phone") for n in range(2))


def press_office(who):
    """Six accounts that one body runs get the address of its press office."""
    yield signs_in(who, NOW)
    yield from (looks(who, NOW + n, name, ticket="T") for n, name in enumerate(PRESS))
    yield from (changes(who, NOW + 10 + n, name, "press@body") for n, name in enumerate(PRESS))


def slips(who):
    """One push refused by mistake, then the right one."""
    yield signs_in(who, NOW - MINUTE, method="push", outcome="refused", tool_session="")
    yield signs_in(who, NOW, method="push")


def moves(who):
    """A new team that looks after the famous, with tickets, after a training."""
    yield signs_in(who, NOW)
    yield from (looks(who, NOW + n, f"page:{n}", tool="intranet", action="read_page") for n in range(1, 4))
    yield from (looks(who, NOW + n * 9 * MINUTE, FAMOUS[n], ticket="T", action="verify") for n in range(1, 30))


HONEST = {
    ("s-family", "shares a phone"): family,
    ("s-press", "one press address"): press_office,
    ("s-slips", "one slip"): slips,
    ("s-moves", "a new team"): moves,
}


def first_day(who):
    """A trainee's first day: everything is new, and half of it is a colleague's."""
    yield signs_in(who, NOW)
    yield from (looks(who, NOW + n * 9 * MINUTE, f"n-{n}", ticket="T" if n % 2 else "") for n in range(1, 40))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service that was told a week of ordinary days, and then all of it."""
    house = House(tmp_path_factory.mktemp("signals"))
    tell(house, past())
    tell(house, (event for (who, _), story in (ABUSES | HONEST).items() for event in story(who)))
    tell(house, first_day("s-trainee"))
    yield house
    house.end()


def tell(house, events: Iterable):
    """Post these as the platform does, in order of time."""
    lines = b"".join(json.dumps(event).encode() + b"\n" for event in sorted(events, key=lambda each: each["time"]))
    answer = house.founder.post("/v1/events", content=lines, headers={"authorization": f"Bearer {house.platform}"})
    assert 200 == answer.status_code, answer.text
    assert 0 == answer.json()["rejects"], answer.text


def alarms(house):
    """What is told of each, the last of it."""
    token = house.token("adam", ["read", "decide"])
    return {each["staff"]: each for each in house.ask("GET", "/v1/staff/alarms?limit=200", token=token)["items"]}


@pytest.mark.parametrize(("who", "term"), ABUSES, ids=[term for _, term in ABUSES])
def test_each_sign_goes_from_the_event_to_the_page_on_which_people_decide(house, who, term):
    """An alarm with its evidence, a plan against the session or the person, a request, and a page that says whom it is about."""
    told = alarms(house)[who]
    assert "hold" == told["tier"], told
    assert term in {each["term"] for each in told["evidence"]}
    proposals = house.ask("GET", "/v1/proposals?limit=200", token=house.requester)["items"]
    (proposal,) = [each for each in proposals if each["about"] == f"access/{who}"]
    request = house.ask("POST", "/v1/requests", {"plan": proposal["recommended"]}, token=house.requester)
    browser = house.browser(seed=hash_of(who))
    assert 200 == house.enrol(browser, "anna").status_code
    assert 200 == browser.sign_in().status_code
    assert f"/console/requests/{request['id']}" in browser.page("/console").text
    assert who in browser.page(f"/console/requests/{request['id']}").text


@pytest.mark.parametrize("who", [*(who for who, _ in HONEST), "s-trainee"])
def test_honest_work_that_looks_like_it_stays_quiet(house, who):
    """A family, a press office, a slip, a new team, a first day: nobody is even asked about."""
    assert who not in alarms(house)
