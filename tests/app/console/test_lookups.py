"""What investigators and auditors look up in a browser: who may, what it says, and that hostile text is only text."""

import csv
import html
import io
import re
import shlex
import time
from urllib.parse import quote

import pytest
from tests.app.server.staffhouse import StaffHouse
from tests.detection.staff.agent import DAY, FAMOUS, HOUR

from holdfast.app.cli.main import main
from holdfast.app.console.attempts import WHY
from holdfast.app.console.signals import DAYS, AlarmShown, Sign, Signals
from holdfast.app.console.site import Site
from holdfast.app.signin.place import Place
from holdfast.detection.staff import StaffAlarm, StaffTier
from holdfast.events import Account, StaffAction, StaffReport, StaffSignIn, encode_line, format_time
from holdfast.guard.staff import StaffReason
from holdfast.response.staff.signals import proposed

HOSTILE = "<script>alert(1)</script>\u202e \"'`${x}{{7*7}} $(id)"
FORMULA = '=HYPERLINK("https://evil.example")'
PAGES = ("/console/attempts", "/console/access", "/console/signals")
AT = 1_600_000_000_000  # 2020-09-13
SHEETS = ("/console/attempts.csv", "/console/access.csv")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Somebody uses bob's access by night, staff report calls, and alice and sam try what they may not."""
    house = StaffHouse(tmp_path_factory.mktemp("lookups"))
    abused(house)
    house.began = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    protect = {"tier": "protected", "why": "head of state"}
    house.ask("PUT", "/v1/gate/protected/president", protect, token=house.tokens["cora"])
    house.secrets = {name: house.sign_in(name) for name in ("alice", "sam")}
    house.asks(house.secrets["alice"], target="president")
    house.asks(house.secrets["sam"], target="PRE\u200bSIDENT")
    house.asks("s" * 43, target="president")
    house.asks(house.secrets["alice"], target=HOSTILE, reason=FORMULA + HOSTILE, ticket=f"+{HOSTILE}")
    for number in range(60):
        house.asks(house.secrets["alice"], target=f"account-{number}")
    yield house
    house.end()


def abused(house):
    """Eight days of work, a night visit that looks at famous accounts, and what staff report of that night."""
    start = int(time.time() * 1_000) - 8 * DAY - 3 * HOUR
    night = start + 8 * DAY + 2 * HOUR
    told = [Account(account=name, time=start, reach=1_000_000) for name in FAMOUS]
    for at in range(start, start + 8 * DAY, DAY):
        told.append(StaffSignIn(staff="bob", time=at, outcome="ok", asn="home", device="own"))
        told += [look(at + each, f"a{at}-{each}", ticket="T") for each in range(30)]
    told.append(StaffSignIn(staff="bob", time=night, outcome="ok", asn="relay", device="other", tool_session="ts-9"))
    told += [look(night + each + 1, FAMOUS[each], tool_session="ts-9") for each in range(12)]
    reporters = ("sam", "carl", "cora", f"ghost{HOSTILE}")
    words = f"He said:\n\n{HOSTILE}"
    told += [
        StaffReport(staff=name, time=night + each, kind="vishing", text=words) for each, name in enumerate(reporters)
    ]
    for event in told:
        body = encode_line(event)
        headers = {"authorization": f"Bearer {house.platform}"}
        assert 200 == house.founder.post("/v1/events", content=body, headers=headers).status_code


def look(at, account, **more):
    """Bob, or who has his access, looks at an account."""
    return StaffAction(staff="bob", time=at, tool="desk", action="view", target=account, **more)


@pytest.fixture(scope="module")
def olga(house):
    """An auditor who has signed in."""
    assert 200 == house.of["olga"].sign_in().status_code
    return house.of["olga"]


def main_of(answer):
    """What the page says, and the words of it."""
    assert 200 == answer.status_code, answer.text
    text = answer.text.partition("<main")[2]
    return text, " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def inert(text):
    """Pass a page on which what is hostile is only text."""
    main = text.partition('<p id="told"')[0]
    assert not re.search(r"<script|<img|<style|style=|javascript:", main)
    assert "\u202e" not in html.unescape(re.sub(r'value="[^"]*"', "", main))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in main
    assert "{{7*7}}" in main


@pytest.mark.parametrize("path", [*PAGES, *SHEETS])
def test_only_whoever_may_see_what_staff_do_sees_it(house, path):
    """Nobody is sent to sign in; staff whom an intruder talks to are refused, and told nothing."""
    assert house.browser(seed=77).page(path).status_code in {303, 401}
    alice = house.of["alice"]
    assert 200 == alice.sign_in().status_code
    answer = alice.page(f"{path}?target=president")
    assert 403 == answer.status_code
    assert "president" not in answer.text


def test_each_reason_has_words():
    """Whatever the gate answers."""
    assert set(StaffReason) == set(WHY)


def test_was_the_president_reached_or_tried(olga):
    """In any spelling: how often, by whom, when, why not, of which tier then; refused first."""
    _, words = main_of(olga.page("/console/attempts?target=President"))
    said = (
        "Tried 3 times by 2 people and nobody known (once), reached 0 times",
        "Asked about account President .",
        "The account is protected today.",
        "Shown to olga at",
        "20 from one network and 500 in all",
        "protected account then",
        "By Sam (sam)",
        "for ticket T-1 : the holder called",
        "Refused because the gate knew no such session",
        "nobody else had agreed to it",
        "on PRE·SIDENT",
        "holdfast gate attempts --target=President , with --json",
    )
    assert [] == [each for each in said if each not in words]


def test_what_nobody_tried_is_said_of_the_time_on_record(olga):
    """And nothing is claimed of any other."""
    _, words = main_of(olga.page("/console/attempts?target=nobody.of.this.name"))
    assert re.search(r"Neither reached nor tried since \S+ \S+ UTC; the record of attempts begins then\.", words)
    _, words = main_of(olga.page("/console/attempts?target=president&until=2020-07-15T20:00"))
    assert "Nothing is known of then" in words


def test_pages_follow_on_each_other_and_a_link_asks_the_same(olga):
    """By person in any spelling, tool and span of time; the form stands as it was asked."""
    path = "/console/attempts?person=ALICE&tool=support_desk&since=2020-01-01T00:00&until=2036-01-01T00:00:00"
    seen = []
    while path:
        text, _ = main_of(olga.page(path))
        assert all(each in text for each in ('value="ALICE"', '"support_desk" selected', 'value="2020-01-01T00:00:00"'))
        seen += re.findall(r"\b(a-\d+) \(?", text.partition('<ul class="list">')[2])
        path = html.unescape((re.search(r'href="([^"]+)">Further ones', text) or ["", ""])[1])
    assert len(seen) == len(set(seen)) == 62
    assert 400 == olga.page("/console/attempts?since=yesterday").status_code
    assert 400 == olga.page("/console/attempts?outcome=perhaps").status_code
    swapped = "since=2036-01-01T00:00&until=2020-01-01T00:00"  # "neither reached nor tried" would be said of no time
    assert 400 == olga.page(f"/console/attempts?target=president&{swapped}").status_code
    _, words = main_of(olga.page("/console/attempts?person=alice&outcome=refused"))
    assert "Tried once by 1 person, at" in words
    assert 400 == olga.page("/console/attempts?target=president&after=a-999999").status_code


def test_hostile_accounts_reasons_and_tickets_are_only_text(olga):
    """On the page, in its links, in the command that is shown, and in the table."""
    text, words = main_of(olga.page(f"/console/attempts?target={quote(HOSTILE)}"))
    inert(text)
    assert "Tried once by 1 person, reached once" in words
    command = html.unescape(re.search(r"In a terminal: <code>(.*?)</code>", text)[1])
    assert ["holdfast", "gate", "attempts"] == shlex.split(command)[:3]
    assert 4 == len(shlex.split(command))
    answer = olga.page(f"/console/attempts.csv?target={quote(HOSTILE)}")
    assert "attachment" in answer.headers["content-disposition"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert ("'=", "'+") == (row["reason"][:2], row["ticket"][:2])
    assert "\u202e" not in answer.text


def test_the_command_that_is_shown_asks_the_same_whatever_the_link_says(house, olga, monkeypatch, capsys):
    """No account's name becomes an option: this one would have the token of whoever types it sent elsewhere."""
    target = "--url=https://evil.example"
    house.asks(house.secrets["alice"], target=target)
    text, _ = main_of(olga.page(f"/console/attempts?target={quote(target)}&person=alice&outcome=allowed"))
    command = html.unescape(re.search(r"In a terminal: <code>(.*?)</code>", text)[1])
    monkeypatch.setenv("HOLDFAST_URL", house.origin)
    monkeypatch.setenv("HOLDFAST_TOKEN", house.tokens["olga"])
    assert 0 == main(shlex.split(command)[1:])
    assert "Tried once by 1 person, reached once" in capsys.readouterr().out


def test_who_could_do_what_is_told_with_the_digest_and_the_texts_of_the_date(house, olga):
    """As the API does; the digests of the texts are beside them."""
    found = house.ask("GET", "/v1/gate/access?function=account.email.replace&tier=official", token=house.tokens["olga"])
    text, words = main_of(olga.page("/console/access?function=account.email.replace&tier=official&texts=true"))
    assert f"{found['people']} people could" in words
    assert all(each in text for each in (found["policy"], *found["files"].values()))
    assert "permit (" in words
    assert {each["person"] for each in found["items"]} == set(re.findall(r"person=(\w+)", text))
    assert '<th scope="col">function</th>' in text
    table = olga.page("/console/access.csv?function=account.email.replace&tier=official").text
    assert {each["person"] for each in found["items"]} == {
        each["person"] for each in csv.DictReader(io.StringIO(table))
    }


def test_without_a_question_nothing_is_worked_out(olga):
    """A thousand people by all functions take a while."""
    text, _ = main_of(olga.page("/console/access"))
    assert "<table" not in text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("at=2036-01-01T00:00", 400),
        ("at=2016-01-01T00:00", 422),
        ("at=x", 400),
        ("tier=x", 400),
        ("since=2036-01-01T00:00", 400),
    ],
)
def test_a_date_that_nobody_knows_of_is_refused_in_words(olga, query, status):
    """And is no fault."""
    answer = olga.page(f"/console/access?{query}")
    assert status == answer.status_code
    assert "<h1>" in answer.text


def test_what_has_changed_between_two_dates_is_told(house, olga):
    """Over HTTP, on the page, and with names that are hostile."""
    house.ask("POST", "/v1/people", {"id": "nina", "name": HOSTILE, "roles": ["specialist"]})
    house.confirm("nina", [])
    query = f"function=account.email.replace&tier=official&since={house.began}"
    found = house.ask("GET", f"/v1/gate/access/changes?{query}Z", token=house.tokens["olga"])
    assert (["nina"], [], []) == ([each["person"] for each in found["gained"]], found["lost"], found["changed"])
    text, words = main_of(olga.page(f"/console/access?{query}"))
    assert "1 came, 0 went, 0 take something else. The policies are the same." in words
    inert(text)


def test_signals_are_shown_with_their_evidence_and_lead_to_the_request(house, olga):
    """Whose access, why in words, what is proposed; once it was asked for, the request to look at."""
    _, words = main_of(olga.page("/console/signals"))
    assert "hold proposed Bob (bob)" in words
    assert "signed in from a network never seen of them" in words
    assert "Nobody has asked for it yet" in words
    offers = house.ask("GET", "/v1/proposals", token=house.tokens["olga"])["items"]
    (plan,) = [each["recommended"] for each in offers if each["about"] == "access/bob"]
    request = house.ask("POST", "/v1/requests", {"plan": plan}, token=house.tokens["cora"])
    text, words = main_of(olga.page("/console/signals"))
    assert f'href="/console/requests/{request["id"]}"' in text
    assert f"Asked for: {request['title']} {request['state']}" in words


@pytest.mark.parametrize("tier", StaffTier)
def test_each_kind_of_alarm_says_what_to_do_about_it(tier):
    """Of whoever's name: a command that is shown has it as one argument, and never as an option."""
    name = f"--url=https://evil.example {HOSTILE}"
    alarm = StaffAlarm(
        staff=name, tool_session="", tier=tier, since=AT, at=AT, score=9.0, actions=1, accounts=(name,), evidence=()
    )
    seen = AlarmShown(
        staff=name,
        tier=tier.value,
        proposed=proposed(alarm),
        at=format_time(AT),
        since=format_time(AT),
        score=9.0,
        actions=1,
        accounts=(name,),
        signs=(Sign(words=HOSTILE, nats=9.0),),
        plan="",
        title="",
        wanted=False,
        requests=(),
        held=None,
    )
    it = Signals(days=1, alarms=(seen,), alarms_in_all=1, waves=(), reports=(), reports_in_all=0, names={})
    site = Site(Place(origin="https://holdfast.example", rp_id="holdfast.example"), "")
    text = site.page("signals", None, tag="", now=format_time(AT), it=it, choices=DAYS).body.decode()
    inert(text.partition("<main")[2])
    said = {"ask": "ask them, over a way", "watch": "lockdown set 1 --person='--url=", "hold": "Nothing is proposed"}
    assert said[tier] in html.unescape(text)


def test_reports_are_shown_in_words_that_do_nothing(house, olga):
    """With the campaign that they make, and that nobody is suspected for having reported."""
    text, words = main_of(olga.page("/console/signals?days=1"))
    inert(text)
    assert "people reported calls or messages" in words
    assert "None of them is suspected" in words
    assert "He said:" in words
    items = house.ask("GET", "/v1/staff/reports", token=house.tokens["olga"])["items"]
    assert {"sam", "carl", "cora", f"ghost{HOSTILE}"} == {each["staff"] for each in items}
    assert f"He said:\n\n{HOSTILE}" == items[0]["text"]
    assert 400 == olga.page("/console/signals?days=0").status_code


def test_what_somebody_reported_is_kept_once_they_are_thanked(house, olga):
    """Over HTTP, in their own name; a kill before detection has heard it loses nothing. Heard later it is still one."""
    headers = {"authorization": f"Bearer {house.tokens['sam']}"}
    body = {"kind": "phishing", "text": "a mail of just now"}
    assert 200 == house.founder.post("/v1/staff/reports", json=body, headers=headers).status_code
    until = time.monotonic() + 1.5
    while True:
        assert 1 == olga.page("/console/signals?days=1").text.count("a mail of just now")
        if time.monotonic() > until:
            break


def test_no_page_forbids_less_than_the_others_do(olga):
    """No script, style or frame of others; nothing is kept."""
    for path in PAGES:
        answer = olga.page(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "no-store" == answer.headers["cache-control"]
        assert not re.search(r"<script>|<style|style=", answer.text)
