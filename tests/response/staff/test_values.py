"""The gate's own events say which changes bring the same value, and nobody reads which."""

import msgspec
import pytest

from holdfast.detection.staff import StaffWatch
from holdfast.detection.takeover import Takeovers
from holdfast.events import Account, CredentialChange
from holdfast.guard.staff import value_hash

from .conftest import HOUR, START
from .test_changes import EMAIL, PASSKEY

THIEF = "thief@example.net"


def ask(desk, target, payload, function=EMAIL, number=1):
    """An allowed change with this payload; its id."""
    session = desk.session("sam", number=number)
    desk.gate.sessions.step_up(session, "credentials", PASSKEY, desk.now)
    (answer,) = desk.tried(desk.asked(session, function, target, payload=payload))
    assert answer.allowed, answer
    return answer.attempt


def told(desk):
    """The changes that detection hears of."""
    return [each for each in desk.gate.tidings.take() if isinstance(each, CredentialChange)]


def test_a_change_tells_the_hash_that_the_platform_would(desk):
    """Under the salt that both have, of the argument that is called as what it changes."""
    ask(desk, "account-1", {"email": " Thief+1@example.net", "note": "x"})
    ask(desk, "account-2", {"phone": "+1 555 0100"}, "account.phone.replace", 2)
    ask(desk, "account-3", {"email": THIEF}, "account.mfa.reset", 3)
    assert [each.new_hash for each in told(desk)] == [
        value_hash(b"k" * 32, "email", THIEF),
        value_hash(b"k" * 32, "phone", "15550100"),
        "",
    ]


def test_the_argument_may_be_called_otherwise(store, clock, desk, make_desk):
    """The catalogue says which one brings the new value; without it there is no hash, and no guess."""
    ask(desk, "account-1", {"new": THIEF})
    texts = dict(desk.gate.policies)
    texts["tools.toml"] = texts["tools.toml"].replace('changes = "email"', 'changes = "email"\nvalue = "new"')
    again = make_desk(store, clock, type(desk.gate.policy)(texts))
    told(again)
    ask(again, "account-2", {"new": THIEF}, number=2)
    assert [each.new_hash for each in (*told(desk), *told(again))] == ["", value_hash(b"k" * 32, "email", THIEF)]


def test_the_value_is_nowhere(desk, store):
    """Neither on the record nor in what the gate keeps; the hash is not on the record either."""
    ask(desk, "account-1", {"email": THIEF})
    (event,) = told(desk)
    record = msgspec.json.encode([[each.record.key, each.record.subject, each.record.body] for each in store.entries()])
    kept = msgspec.json.encode(
        [desk.book.read(name, dict) for name in ("gate_changes", "gate_tellings", "gate_attempts")]
    )
    assert b"thief" not in record + kept
    assert event.new_hash.encode() not in record


def test_one_address_for_unrelated_accounts_is_seen_without_the_platform(desk, clock):
    """Each time written otherwise: who gave it is asked about, and the accounts are weighed together."""
    accounts = [f"famous-{number}" for number in range(3)]
    watch, takeovers = StaffWatch(), Takeovers()
    watch.observe([Account(account=each, time=START - HOUR, verified=True) for each in accounts])
    for number, account in enumerate(accounts):
        ask(desk, account, {"email": f"thief+{number}@example.net"}, number=number)
    events = told(desk)
    watch.observe(events)
    takeovers.observe(events)
    assert [each.staff for each in watch.take_alarms()] == ["sam"]
    assert list(takeovers.by_value.values()) == [set(accounts)]


@pytest.mark.parametrize("payload", [{"email": {"to": THIEF}}, {"email": [THIEF]}, {}, {"email": None}])
def test_a_payload_of_another_shape_is_no_fault(desk, payload):
    """What is no text has no hash, and the change is made all the same."""
    ask(desk, "account-1", payload)
    assert [each.new_hash for each in told(desk)] == [""]
