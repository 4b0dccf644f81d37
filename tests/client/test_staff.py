"""What a tool's function does when the gate says yes, no, or nothing; against a loopback server."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager

import pytest
from tests.client.gatehouse import Gatehouse

from holdfast.client import Decision, Gate
from holdfast.errors import GuardUnreachableError, RefusedByGateError, SettingsError, UsageError
from holdfast.guard.staff import ToolAction


@pytest.fixture
def house():
    """A server that says yes."""
    house = Gatehouse()
    yield house
    house.close()


@pytest.fixture
def gate(house):
    """The gate there."""
    gate = Gate(house.url, "hf_tool", timeout=0.5)
    yield gate
    gate.close()


@pytest.fixture
def done():
    """What functions did."""
    return []


@pytest.fixture
def replace(gate, done):
    """A guarded function, which writes down what it did."""

    @gate.guarded("support_desk", "account.email.replace", target="account")
    def replace(account, email, *, notes=(), decision):
        """Replace an e-mail."""
        done.append((account, email, notes, decision))
        return email

    return replace


def test_the_gate_is_asked_about_just_the_arguments_and_the_function_hears_what_was_decided(gate, house, replace, done):
    """Target, payload with defaults, session, reason, ticket, network; the decision's id and hash for the tool's log."""
    with gate.acting("secret", reason="lost phone", ticket="T-1", network="192.0.2.7"):
        assert "new@example.org" == replace("1", email="new@example.org")
    action = ToolAction(
        tool="support_desk",
        function="account.email.replace",
        target="1",
        payload={"email": "new@example.org", "notes": []},
    )
    assert [("1", "new@example.org", (), Decision(id="a-1", action_hash=action.hash, person="ana"))] == done
    (asked,) = house.asked
    assert {
        "tool": "support_desk",
        "function": "account.email.replace",
        "target": "1",
        "payload": {"email": "new@example.org", "notes": []},
        "session": "secret",
        "proof": "",
        "reason": "lost phone",
        "ticket": "T-1",
        "network": "192.0.2.7",
    } == asked
    assert "Bearer hf_tool" == house.headers[0]["authorization"]


def test_an_async_function_is_guarded_as_well(gate, house, done):
    """It waits in a thread, and many ask at once, each for its own person."""

    @gate.guarded("support_desk", "account.look_up", target="account")
    async def look(account, *, decision):
        await asyncio.sleep(0)
        done.append(account)
        return decision.action_hash

    async def one(account):
        with gate.acting(f"secret of {account}"):
            return await look(account)

    async def all_():
        return await asyncio.gather(*(one(str(number)) for number in range(20)))

    assert 20 == len(set(asyncio.run(all_())))
    assert {f"secret of {each['target']}" for each in house.asked} == {each["session"] for each in house.asked}
    assert all(each["session"] == f"secret of {each['target']}" for each in house.asked)


def test_a_no_is_raised_with_what_would_make_it_a_yes(gate, house, replace, done):
    """And the function does not run."""
    house.answer = {
        "allowed": False,
        "attempt": "a-9",
        "reasons": ["second_person_needed"],
        "needs": ["Have somebody agree."],
        "action_hash": "sha256:y",
    }
    with gate.acting("secret"), pytest.raises(RefusedByGateError) as raised:
        replace("1", "x@example.org")
    error = raised.value
    assert (("second_person_needed",), ("Have somebody agree.",), "sha256:y", "a-9", "second_person_needed") == (
        error.reasons,
        error.needs,
        error.action_hash,
        error.decision,
        error.code,
    )
    assert "Have somebody agree." == error.advice
    assert [] == done


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 500}, {"status": 401}, {"status": 302}, {"status": 204}, {"body": b""}, {"body": b"yes"}, {"body": b"[]"}, {"body": b"{}"},
        {"body": b'{"allowed": 1, "attempt": "a-1"}'}, {"body": b'{"allowed": true}'}, {"answer": {"action_hash": "sha256:other"}},
        {"answer": {"attempt": ""}}, {"slow": True}, {"cut": True}, {"drips": True}, {"spaces": 1 << 20},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_else_comes_is_a_no(gate, house, replace, done, wrong):
    """A gate that fails, lies, answers about something else, without end, or not in time, one piece after the other."""
    house.wrong = wrong
    with gate.acting("secret"), pytest.raises(GuardUnreachableError) as raised:
        replace("1", "x@example.org")
    assert raised.value.advice
    assert "secret" not in str(raised.value)
    assert [] == done


def test_a_gate_that_is_gone_is_a_no(gate, house, replace, done):
    """Nothing is done without it."""
    house.close()
    with gate.acting("secret"), pytest.raises(GuardUnreachableError):
        replace("1", "x@example.org")
    assert [] == done


def test_what_changes_after_the_question_changes_nothing(gate, house, replace, done):
    """Another thread has the list that was passed, and changes it while the gate thinks."""
    notes = ["a"]
    house.meanwhile = lambda: notes.append("b")
    with gate.acting("secret"):
        replace("1", "x@example.org", notes=notes)
    assert ["a", "b"] == notes
    assert ("a",) == done[0][2]
    assert ["a"] == house.asked[0]["payload"]["notes"]


def test_nobody_acts_unless_it_is_said(gate, house, replace, done):
    """Before, after, and in a thread of another."""
    with gate.acting("secret"), ThreadPoolExecutor(1) as pool, pytest.raises(UsageError):
        pool.submit(replace, "1", "x@example.org").result()
    with pytest.raises(UsageError):
        replace("1", "x@example.org")
    assert ([], []) == (house.asked, done)


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (("1",), {}),
        ((1, "x"), {}),
        (("", "x"), {}),
        (("1", 1.5), {}),
        (("1", "x", "y"), {}),
        (("1", "x"), {"decision": None}),
        (("1", object()), {}),
    ],
)
def test_arguments_that_are_no_action_are_refused_before_anybody_is_asked(gate, house, replace, done, args, kwargs):
    """Too few, too many, of another kind, or a decision that somebody made up."""
    with gate.acting("secret"), pytest.raises((UsageError, TypeError)):
        replace(*args, **kwargs)
    assert ([], []) == (house.asked, done)


def test_what_a_function_works_with_is_no_part_of_what_is_agreed_to(gate, house):
    """A connection, or the tool itself as `self`."""

    class Desk:
        @gate.guarded("support_desk", "account.look_up", target="account", besides=("self", "line"))
        def look(self, line, account):
            return (self, line, account)

    desk, line = Desk(), threading.Lock()
    with gate.acting("secret"):
        assert (desk, line, "1") == desk.look(line, "1")
    assert {} == house.asked[0]["payload"]


def test_what_cannot_be_guarded_is_refused_where_it_is_written(gate):
    """Arguments without names, a target that is none, functions that run later."""
    guard = gate.guarded("desk", "f", target="account")

    def nameless(account, *rest):
        return account

    def other(name):
        return name

    def later(account):
        yield account

    async def much_later(account):
        yield account

    for function in (nameless, other, later, much_later, contextmanager(later), asynccontextmanager(much_later)):
        with pytest.raises(UsageError):
            guard(function)
    with pytest.raises(UsageError):
        gate.guarded("desk", "f", target="account", besides=("account",))(lambda account: account)


def test_a_decorated_function_keeps_its_name_and_kind(replace, gate):
    """For whoever reads it, and for frameworks that look."""
    assert ("replace", "Replace an e-mail.") == (replace.__name__, replace.__doc__)

    async def later(account):
        return account

    assert asyncio.iscoroutinefunction(gate.guarded("d", "f", target="account")(later))


@pytest.mark.parametrize("url", ["ftp://gate", "https://me:secret@gate.example", "http://gate.example"])
def test_an_address_that_would_give_the_token_away_is_refused(url):
    """As for the guard."""
    with pytest.raises(SettingsError):
        Gate(url, "hf_x")


def test_keys_are_read_by_their_names(gate, house):
    """And what is no key set is told as such."""
    house.files["/.well-known/holdfast-gate-keys"] = json.dumps({"keys": [{"kid": "k", "x": "abc"}]}).encode()
    assert {"k": "abc"} == gate.keys()
    for body in (b"", b"{}", b'{"keys": [{}]}', b'{"keys": 1}'):
        house.files["/.well-known/holdfast-gate-keys"] = body
        with pytest.raises(GuardUnreachableError):
            gate.keys()


@pytest.mark.parametrize(
    ("told", "counts"), [({"id": "a-1", "counts": True}, True), ({"id": "a-1", "counts": False}, False)]
)
def test_a_new_value_counts_when_the_gate_says_so(house, gate, told, counts):
    """Just so, and never for another decision than the one that was asked about."""
    house.files["/v1/gate/changes/a-1"] = house.files["/v1/gate/changes/a-2"] = json.dumps(told).encode()
    assert gate.counts("a-1") is counts
    assert gate.counts("a-2") is False


def test_a_new_value_does_not_count_while_nobody_says_so(house, gate):
    """What cannot be read, or does not come, is no yes."""
    house.files["/v1/gate/changes/a-1"] = b"yes"
    for ask in (
        lambda: gate.counts("a-1"),
        lambda: gate.counts("../keys"),
        lambda: (house.close(), gate.counts("a-1")),
    ):
        with pytest.raises(GuardUnreachableError):
            ask()
