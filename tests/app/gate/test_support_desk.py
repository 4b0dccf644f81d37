"""The sample tool behind a real gate: what its people can do, and what nobody can who comes by another way."""

import httpx2
import pytest
from examples.support_desk.__main__ import settling
from examples.support_desk.desk import desk
from examples.support_desk.records import Deed, Records, Waiting
from examples.support_desk.waiting import FOR_GOOD, counting, settle
from tests.app.gate.standing import ANA, Stand

from holdfast.events import format_time
from holdfast.guard.staff import Tier

HOUR = 3_600_000  # milliseconds: how long an ordinary account's change cools
NEAR = "127.0.0.1"

HEADERS = ("x-holdfast-person", "x-holdfast-session", "x-holdfast-decision", "x-holdfast-proof", "cookie")


@pytest.fixture
def stand(tmp_path):
    """A gate and a tool."""
    stand = Stand(tmp_path)
    yield stand
    stand.close()


def ask(stand, secret, method, path, *, body=None, **headers):
    """What a client gets through a proxy that does what it should: the tool's answer, or the gate's no."""
    host, cookie = "desk.example", f"a=1; __Host-holdfast-tool={secret}" if secret else "a=1"
    told = {
        "X-Original-URI": path,
        "X-Original-Method": method,
        "X-Original-Host": host,
        "X-Original-Address": "127.0.0.1",
    }
    leave = httpx2.get(f"{stand.gate.url}/v1/gate/forward", headers={**headers, **told, "Cookie": cookie})
    if leave.status_code != 200:
        return leave
    handed = {name: leave.headers[name] for name in HEADERS}
    return httpx2.request(
        method, stand.tool.url + path, headers={**headers, "Host": host, "X-Real-IP": "127.0.0.1", **handed}, json=body
    )


def test_an_account_is_looked_up_by_whoever_may_and_says_why(stand):
    """With a ticket; without one the gate says what is lacking. Both are on record."""
    secret = stand.session("alice")
    refused = ask(stand, secret, "GET", "/accounts/1001")
    assert (403, "ticket_needed") == (refused.status_code, refused.json()["code"])
    shown = ask(stand, secret, "GET", "/accounts/1001", **{"X-Holdfast-Ticket": "T-1"})
    assert (200, "ana@example.org") == (shown.status_code, shown.json()["email"])
    assert [
        ("alice", "account.look_up", "account:1001", "refused"),
        ("alice", "account.look_up", "account:1001", "allowed"),
    ] == stand.attempts()


def test_an_email_is_replaced_by_the_very_decision_that_allowed_it(stand):
    """The tool's log names the attempt and the hash of the payload; the tool never saw the session's secret."""
    secret = stand.session("alice", "credentials")
    why = {"X-Desk-Reason": "the holder called", "X-Desk-Ticket": "T-1"}
    done = ask(stand, secret, "POST", "/accounts/1001/email", body={"email": "new@example.org"}, **why)
    assert (200, True) == (done.status_code, "it waits" in done.json()["says"])
    assert ["new@example.org"] == [each.value for each in stand.records.kept_beside("1001")]
    (deed,) = stand.records.deeds()
    attempt = stand.desk.gate.attempts.get(deed.decision)
    assert ("alice", "account.email.replace", "1001", deed.hash) == (
        attempt.person,
        attempt.function,
        attempt.target,
        attempt.action_hash,
    )
    assert secret not in str([scope["headers"] for scope in stand.asked])


def swapped(stand, email="new@example.org"):
    """An e-mail replaced by somebody who may; what the gate's notices then were."""
    with stand.client.acting(stand.session("alice", "credentials"), reason="they called", ticket="T-1", network=NEAR):
        desk(stand.client, stand.records).replace_email("1001", email)
    return stand.told()


def reset(stand):
    """What a reset of the password says, by somebody else and within the tool."""
    with stand.client.acting(stand.session("bob"), reason="they called", ticket="T-2", network=NEAR):
        return desk(stand.client, stand.records).reset_password("1001")


def test_a_new_email_is_used_for_a_reset_only_once_it_counts(stand):
    """The page says until when it waits; the old one is used meanwhile, and the new one from then on."""
    swapped(stand)
    shown = ask(stand, stand.session("alice"), "GET", "/accounts/1001", **{"X-Holdfast-Ticket": "T-1"}).json()
    (change,) = stand.desk.gate.changing.kept.values()
    waits = {"what": "email", "value": "new@example.org", "says": f"waits until {format_time(change.until)}"}
    assert ("ana@example.org", [waits]) == (shown["email"], shown["waiting"])
    assert "sent to ana@example.org" == reset(stand)
    stand.desk.clock.ahead = HOUR
    assert "sent to new@example.org" == reset(stand)


def test_what_counted_is_undone_by_the_link_of_a_later_change(stand):
    """The holder was away for the first swap: the link of the second brings back what was there before both."""
    swapped(stand, "one@example.org")
    stand.desk.clock.ahead = HOUR
    assert "sent to one@example.org" == reset(stand)
    link = swapped(stand, "two@example.org")[0].link.removeprefix("/changes/")
    assert "sent to one@example.org" == reset(stand)
    with stand.house.lock:
        stand.desk.gate.changing.reverse(link, stand.desk.now)
    stand.desk.clock.ahead = 3 * HOUR
    assert "sent to ana@example.org" == reset(stand)


def test_nothing_that_waits_counts_while_the_gate_is_gone(stand):
    """Nor does what counted before."""
    swapped(stand)
    stand.desk.clock.ahead = HOUR
    stand.gate.close()
    found = counting(stand.client, stand.records, "1001")
    assert ("ana@example.org", ["waits: the gate does not say until when"]) == (
        found.account.email,
        [each.says for each in found.waiting],
    )


def test_what_no_link_can_undo_any_more_takes_the_old_value_s_place(stand):
    """The gate does not remember for ever; until then the tool does."""
    (notice,) = swapped(stand)
    stand.desk.clock.ahead = HOUR
    asked_at = stand.records.kept_beside()[0].asked_at
    settle(stand.client, stand.records, asked_at + FOR_GOOD - 1)
    assert [notice.change] == [each.decision for each in stand.records.kept_beside()]
    settle(stand.client, stand.records, asked_at + FOR_GOOD)
    assert ("new@example.org", []) == (stand.records.account("1001").email, stand.records.kept_beside())


def test_the_old_value_stays_for_as_long_as_a_chain_of_changes_goes_on(stand):
    """The link of the last one brings back what was there before the first."""
    swapped(stand)
    stand.desk.clock.ahead = HOUR
    (first,) = stand.records.kept_beside()
    later = first._replace(decision="later", asked_at=first.asked_at + 6 * 86_400)
    stand.records.keep_beside(later, Deed("later", "", "alice", "account.email.replace"))
    settle(stand.client, stand.records, first.asked_at + FOR_GOOD)
    assert [first, later] == stand.records.kept_beside()


def test_a_file_that_is_away_for_a_time_is_settled_later(tmp_path):
    """The gate forgets in the end: a tool that had stopped settling would go back to the old value then."""
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    records, waited = Records(home / "desk.db"), []

    class Turns:
        """The file goes away, comes back, and then it is over."""

        def wait(self, seconds):
            """One turn."""
            waited.append(home.rename(away) if home.exists() and not waited else away.exists() and away.rename(home))
            return len(waited) == 3

    settling(None, records, Turns())
    assert len(waited) == 3


def test_an_older_value_never_follows_a_newer_one(tmp_path):
    """Whichever of them is settled first."""
    records, deed = Records(tmp_path / "desk.db", [ANA]), Deed("", "", "alice", "")
    for decision, value in (("a-1", "one@example.org"), ("a-2", "two@example.org")):
        records.keep_beside(Waiting(decision, "1001", "email", value, 0), deed)
    records.put("a-2")
    records.put("a-1")
    assert ("two@example.org", []) == (records.account("1001").email, records.kept_beside())


def test_without_a_fresh_passkey_or_a_reason_nothing_changes(stand):
    """The refusal reaches the person with what would help."""
    secret = stand.session("alice")
    refused = ask(stand, secret, "POST", "/accounts/1001/mfa/reset")
    assert 403 == refused.status_code
    assert 3 == len(refused.json()["needs"])
    assert (True, []) == (stand.records.account("1001").second_factor, stand.records.deeds())


def test_a_protected_account_takes_somebody_else_who_agreed_to_exactly_this(stand):
    """The hash that the refusal names is the one to agree to; another address is another action."""
    stand.desk.gate.protecting.protect("1002", Tier.OFFICIAL, "cora", "head of state", stand.desk.now)
    secret = stand.session("sam", "credentials")
    why = {
        "X-Desk-Reason": "they called",
        "X-Desk-Ticket": "T-2",
        "X-Holdfast-Reason": "they called",
        "X-Holdfast-Ticket": "T-2",
    }
    path = "/accounts/1002/email"
    assert (
        403 == ask(stand, secret, "POST", path, body={"email": "x@example.gov"}, **why).status_code
    )  # desk.use takes a look_up step-up
    secret = stand.session("sam", "credentials", "look_up")
    refused = ask(stand, secret, "POST", path, body={"email": "x@example.gov"}, **why)
    assert "action_hash" in refused.json(), refused.text
    assert refused.json()["action_hash"] in refused.json()["needs"][0]
    assert "p@example.gov" == stand.records.account("1002").email


@pytest.mark.parametrize("how", ["no session", "somebody's name", "an old proof", "a proof for another path"])
def test_whoever_reaches_the_tool_round_the_proxy_is_nobody(stand, how):
    """A name in a header is no proof, and a proof is for one request."""
    secret = stand.session("alice")
    ticket = {"X-Holdfast-Ticket": "T-1"}
    headers = {"Host": "desk.example"}
    path = "/accounts/1001"
    if how == "somebody's name":
        headers |= {"X-Holdfast-Person": "alice", "Cookie": f"__Host-holdfast-tool={secret}"}
    elif how != "no session":
        assert 200 == ask(stand, secret, "GET", path, **ticket).status_code
        headers |= {"X-Holdfast-Proof": dict(stand.asked[-1]["headers"])[b"x-holdfast-proof"].decode()}
        path = "/accounts/1002" if how == "a proof for another path" else path
    assert 403 == httpx2.get(stand.tool.url + path, headers=headers).status_code


def test_a_session_that_is_ended_reaches_nothing_from_then_on(stand):
    """At once."""
    secret = stand.session("alice")
    assert 200 == ask(stand, secret, "GET", "/accounts/1001", **{"X-Holdfast-Ticket": "T-1"}).status_code
    with stand.house.lock:
        gate = stand.desk.gate
        gate.sessions.end([each.id for each in gate.sessions.of("alice")], "cora", "lost laptop", stand.desk.now)
    assert 401 == ask(stand, secret, "GET", "/accounts/1001", **{"X-Holdfast-Ticket": "T-1"}).status_code


def test_while_the_gate_is_gone_nothing_that_needs_it_is_done(stand):
    """A request that was let through before finds no yes inside."""
    secret = stand.session("alice", "credentials")
    host = {
        "Host": "desk.example",
        "X-Original-URI": "/accounts/1001/email",
        "X-Original-Method": "POST",
        "X-Original-Host": "desk.example",
        "X-Original-Address": "127.0.0.1",
        "Cookie": f"__Host-holdfast-tool={secret}",
    }
    leave = httpx2.get(f"{stand.gate.url}/v1/gate/forward", headers=host)
    assert 200 == leave.status_code
    stand.gate.close()
    handed = {name: leave.headers[name] for name in HEADERS}
    answer = httpx2.post(
        stand.tool.url + "/accounts/1001/email",
        headers={"Host": "desk.example", **handed},
        json={"email": "x@example.org"},
    )
    assert 503 == answer.status_code
    assert "ana@example.org" == stand.records.account("1001").email
