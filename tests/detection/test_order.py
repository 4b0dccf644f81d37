"""A batch is taken by time, then by id, whatever the order in which it came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from holdfast.detection.order import events_in_order, in_order
from holdfast.events import CredentialChange, ResetRequested, SignIn

from .conftest import columns

posts = st.lists(st.tuples(st.integers(0, 3), st.text(max_size=3)), max_size=12)


@given(posts)
def test_the_order_is_that_of_time_then_length_of_id_then_bytes(drawn):
    """As Python would sort them; posts with the same time and id stay as they came."""
    batch = columns(
        [{"id": name, "time": time, "account": "a", "text": str(n)} for n, (time, name) in enumerate(drawn)]
    )
    expected = sorted(range(len(drawn)), key=lambda n: (drawn[n][0], len(drawn[n][1].encode()), drawn[n][1].encode()))
    assert [int(text) for text in in_order(batch).column("text").to_pylist()] == expected


def test_an_ordered_batch_is_not_copied():
    """Ids that count up within one moment are in order as they stand, and so is a slice of them."""
    batch = columns([{"id": f"p{n}", "time": n // 50, "account": "a", "text": ""} for n in range(200)])
    assert in_order(batch) is batch
    part = batch.slice(7, 100)
    assert in_order(part) is part


def test_an_empty_batch_is_in_order():
    """Nothing to do."""
    assert in_order(columns([])).num_rows == 0


def test_deeds_of_one_moment_are_taken_as_a_takeover_goes():
    """Where clocks count seconds, a change, the reset and the sign-in may share one; they are not misread for it."""
    deeds = [
        SignIn(account="a", time=5, outcome="ok"),
        ResetRequested(account="a", time=5),
        CredentialChange(account="a", time=5, what="email", by="staff"),
        SignIn(account="a", time=4, outcome="ok"),
    ]
    assert [type(deed).__name__ for deed in events_in_order(deeds)] == [
        "SignIn",
        "CredentialChange",
        "ResetRequested",
        "SignIn",
    ]
