"""The record of touches says the same whatever the order, the repeats and the pauses."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InputError
from holdfast.events import (
    AppAuthorised,
    AppRevoked,
    CredentialChange,
    DataRead,
    Report,
    ResetRequested,
    SecurityEvent,
    SessionEnded,
    SignIn,
    StaffAction,
)
from holdfast.investigation import Factor, FactorKind, Touches, TouchSettings, TouchSnapshot, pages

ACCOUNTS = st.sampled_from([f"a{n}" for n in range(6)])
TIMES = st.integers(0, 50)
WORDS = st.sampled_from(["", "x", "y", "z"])
ADDRESSES = st.sampled_from(["", "10.0.0.1", "10.0.0.77", "10.0.1.1", "2001:db8:7::1", "::ffff:10.0.0.9", "no address"])

EVENTS = st.one_of(
    st.builds(
        SignIn,
        account=ACCOUNTS,
        time=TIMES,
        outcome=st.sampled_from(["ok", "refused"]),
        asn=WORDS,
        ip=ADDRESSES,
        country=WORDS,
        client=WORDS,
    ),
    st.builds(ResetRequested, account=ACCOUNTS, time=TIMES, channel=WORDS),
    st.builds(
        StaffAction,
        target=ACCOUNTS,
        time=TIMES,
        staff=WORDS,
        tool=WORDS,
        action=WORDS,
        tool_session=WORDS,
        ticket=WORDS,
        outcome=st.sampled_from(["", "ok", "refused"]),
    ),
    st.builds(
        CredentialChange,
        account=ACCOUNTS,
        time=TIMES,
        what=st.sampled_from(["email", "password", "phone"]),
        change=st.sampled_from(["replaced", "removed"]),
        staff=WORDS,
        tool_session=WORDS,
        new_hash=WORDS,
        carrier=WORDS,
    ),
    st.builds(
        DataRead,
        account=ACCOUNTS,
        time=TIMES,
        what=st.just("messages"),
        by=st.sampled_from(["staff", "holder"]),
        staff=WORDS,
    ),
    st.builds(AppAuthorised, account=ACCOUNTS, time=TIMES, app=WORDS),
    st.builds(AppRevoked, account=ACCOUNTS, time=TIMES, app=WORDS),
    st.builds(SessionEnded, account=ACCOUNTS, time=TIMES, session=WORDS),
    st.builds(Report, account=ACCOUNTS, time=TIMES),
)
FACTORS = [
    Factor(kind=kind, value=value) for kind in FactorKind for value in ("x", "y", "10.0.0.0/24", "2001:db8:7::/48")
]


def record(events: list[SecurityEvent]) -> Touches:
    """The record of these events."""
    touches = Touches()
    touches.observe(events)
    return touches


def answers(touches: Touches) -> list[object]:
    """Everything one can ask, in a window."""
    return [
        (
            touches.accounts_of(factor, 5, 40),
            touches.count(factor, 5, 40),
            touches.count_new(factor, 5, 40),
            touches.count_active(factor.kind, 5, 40),
        )
        for factor in FACTORS
    ] + [touches.of_accounts([f"a{n}" for n in range(7)]), touches.accounts, touches.factors]


@given(st.lists(EVENTS, max_size=40), st.randoms(use_true_random=False))
def test_order_of_events_does_not_matter(events: list[SecurityEvent], shuffler: object) -> None:
    """Late events and early ones give the same record."""
    shuffled = list(events)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert answers(record(shuffled)) == answers(record(events))


@given(st.lists(EVENTS, max_size=40))
def test_repeats_add_nothing(events: list[SecurityEvent]) -> None:
    """Delivery at least once is as good as delivery once."""
    assert answers(record([*events, *events])) == answers(record(events))


@given(st.lists(EVENTS, max_size=40), st.integers(0, 40))
def test_a_snapshot_may_be_taken_anywhere(events: list[SecurityEvent], cut: int) -> None:
    """Written out, read back and gone on from, the record says the same."""
    packed = msgspec.msgpack.encode(record(events[:cut]).snapshot())
    again = Touches.restore(msgspec.msgpack.decode(packed, type=TouchSnapshot))
    again.observe(events[cut:])
    assert answers(again) == answers(record(events))


@given(st.lists(EVENTS, max_size=60))
def test_counts_are_those_of_the_plain_sets(events: list[SecurityEvent]) -> None:
    """The columns count what sets of pairs would: each account once for each factor of an event in the window."""
    touches = record(events)
    pairs = {
        (factor, account)
        for account, history in touches.of_accounts([f"a{n}" for n in range(6)]).items()
        for touch in history
        for factor in touch.contents.factors
        if 5 < touch.time <= 40
    }
    for factor in FACTORS:
        assert touches.count(factor, 5, 40) == sum(factor == each for each, _ in pairs)


def test_only_what_went_through_touches() -> None:
    """A refused sign-in, a refused staff action and a holder's own reading leave no touch."""
    touches = record(
        [
            SignIn(account="a", time=1, outcome="refused", asn="AS1"),
            StaffAction(staff="s", time=1, tool="t", action="view", target="a", outcome="refused"),
            DataRead(account="a", time=1, what="messages", by="holder"),
        ]
    )
    assert touches.factors == 0


def test_passwords_have_no_recovery_value() -> None:
    """Only values by which an account can be recovered may repeat: e-mail, telephone, recovery."""
    touches = record([CredentialChange(account="a", time=1, what="password", new_hash="h")])
    assert touches.count(Factor(kind=FactorKind.RECOVERY_VALUE, value="h")) == 0


def test_a_revoked_app_touches_no_longer() -> None:
    """An app let in and shut out again is not standing; let in once more, it is."""
    app = Factor(kind=FactorKind.APP, value="x")
    events: list[SecurityEvent] = [
        AppAuthorised(account="a", time=1, app="x"),
        AppRevoked(account="a", time=5, app="x"),
        AppAuthorised(account="a", time=9, app="x"),
    ]
    touches = record(events)
    assert [touches.accounts_of(app, -1, end) for end in (4, 8, 10)] == [{"a": 1}, {}, {"a": 9}]


def test_a_country_is_new_only_to_those_seen_elsewhere() -> None:
    """An account's first sign-in is no change of country; a later one from another country is."""
    events: list[SecurityEvent] = [
        SignIn(account=account, time=time, outcome="ok", country=country)
        for account, time, country in [("a", 1, "US"), ("a", 9, "NG"), ("b", 9, "NG"), ("c", 1, "NG"), ("c", 9, "NG")]
    ]
    assert record(events).count_new(Factor(kind=FactorKind.COUNTRY_CHANGE, value="NG"), 5, 10) == 1


def test_overlong_values_are_kept_by_their_digest() -> None:
    """A megabyte of hostile text as a client's name costs a digest, and still meets itself."""
    events: list[SecurityEvent] = [SignIn(account=f"a{n}", time=n, outcome="ok", client="x" * 10**6) for n in range(3)]
    touches = record(events)
    [bundle] = touches.snapshot().bundles
    assert sum(map(len, bundle)) < 200
    assert touches.accounts == 3


def test_memory_is_bounded_and_names_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """When pages are full the oldest rows go, are counted, and accounts that no row needs are forgotten."""
    monkeypatch.setattr(pages, "PAGE_ROWS", 1024)
    monkeypatch.setattr("holdfast.investigation.touches._CHUNK", 1024)
    touches = Touches(TouchSettings(visits=4096, deeds=4096))
    sign_ins = [SignIn(account=f"a{n}", time=n, outcome="ok", asn="AS1", client=f"c{n}") for n in range(60_000)]
    deed = StaffAction(staff="s", time=0, tool="t", action="view", target="precious")
    touches.observe([deed, *sign_ins])
    assert touches.evicted + len(touches.accounts_of(Factor(kind=FactorKind.NETWORK, value="AS1"))) == 60_000
    assert touches.accounts < 20_000
    since = touches.complete_since(FactorKind.NETWORK)
    assert touches.count(Factor(kind=FactorKind.NETWORK, value="AS1"), since) == 59_999 - since
    assert touches.accounts_of(Factor(kind=FactorKind.STAFF, value="s")) == {"precious": 0}


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 99},
        {"accounts": ["a", "a"]},
        {"accounts": []},
        {"bundles": [("nonsense", "x")]},
    ],
)
def test_a_damaged_snapshot_is_refused(damage: dict[str, object]) -> None:
    """A snapshot of another version, or whose rows name nothing, is an input error with advice."""
    snapshot = record([AppAuthorised(account="a", time=1, app="x")]).snapshot()
    with pytest.raises(InputError):
        Touches.restore(msgspec.structs.replace(snapshot, **damage))
