"""Each event counts once, within bounded memory."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InputError, SettingsError
from holdfast.events import Batch, OnceOnly, Post, PostRemoved, SignIn, posts_to_batch
from holdfast.events.times import EARLIEST

KEY = b"0123456789abcdef"
IDS = st.lists(st.integers(0, 30).map(str), max_size=40)


def posts(ids, **said):
    """A batch of posts with these ids."""
    return posts_to_batch([Post(id=name, time=EARLIEST, account="a", text="t", **said) for name in ids])


def passed(once, batch):
    """The ids of the posts that are let through."""
    return once.posts(batch).column("id").to_pylist()


@given(st.lists(IDS, max_size=5))
def test_the_first_of_each_passes_in_order(batches):
    """Over any batches, exactly the first post of each id passes, in its order."""
    once, seen = OnceOnly(key=KEY), set()
    for ids in batches:
        first = [name for place, name in enumerate(ids) if name not in seen and name not in ids[:place]]
        assert passed(once, posts(ids)) == first
        seen.update(ids)
    assert once.repeats == sum(map(len, batches)) - len(seen)


@given(st.lists(IDS, max_size=6), st.integers(0, 6))
def test_a_snapshot_resumes_to_the_same_answers(batches, cut):
    """Wherever it is cut, what comes after a snapshot is as if never stopped."""
    once = OnceOnly(key=KEY, memory=1024)
    for ids in batches[:cut]:
        once.posts(posts(ids))
    resumed = OnceOnly.restore(once.snapshot())
    for ids in batches[cut:]:
        assert passed(resumed, posts(ids)) == passed(once, posts(ids))
    assert resumed.repeats == once.repeats


def test_at_least_the_promised_number_is_remembered_and_no_more_memory_taken():
    """Just as many events as promised may come between an event and its repeat; long ago is forgotten."""
    once = OnceOnly(key=KEY, memory=1024)
    for start in range(0, 5_000, 10):
        fresh = [str(number) for number in range(start, start + 10)]
        assert passed(once, posts(fresh)) == fresh
        last = [str(number) for number in range(max(0, start + 10 - once.remembers), start + 10)]
        assert passed(OnceOnly.restore(once.snapshot()), posts(last)) == []
        assert len(once.snapshot()["newer"]) + len(once.snapshot()["older"]) <= 1024
    assert passed(once, posts(["0"])) == ["0"]


def test_platform_and_type_are_part_of_what_an_event_is_known_by():
    """The same id on two platforms, or of a post and its removal, is two events."""
    once = OnceOnly(key=KEY)
    assert passed(once, posts(["1"], platform="x")) == ["1"]
    assert passed(once, posts(["1"], platform="y")) == ["1"]
    assert passed(once, posts(["1"], platform="x")) == []
    removed = PostRemoved(id="1", time=EARLIEST, by="holder", platform="x")
    assert once.others([removed, removed]) == [removed]
    assert once.others([removed]) == []


def test_an_edit_counts_once_for_each_text():
    """Harmless posts cannot be edited into a campaign unseen, and a repeated edit is a repeat."""
    once = OnceOnly(key=KEY)
    told = [
        Post(id="1", time=EARLIEST, account="a", text=text, edited=edited)
        for text, edited in [("kind", None), ("scam", True), ("scam", True), ("worse", True), ("kind", None)]
    ]
    assert once.posts(posts_to_batch(told)).column("text").to_pylist() == ["kind", "scam", "worse"]


def test_events_without_an_id_all_pass():
    """What cannot be told apart is not taken for a repeat."""
    event = SignIn(time=EARLIEST, account="a", outcome="ok")
    batch = OnceOnly(key=KEY).batch(Batch(others=[event, event]))
    assert batch.others == [event, event]
    assert batch.posts.num_rows == 0


def test_settings_and_snapshots_that_cannot_be_are_refused():
    """Too little memory, a short key and a damaged snapshot are said to be so."""
    with pytest.raises(SettingsError):
        OnceOnly(key=KEY, memory=100)
    with pytest.raises(SettingsError):
        OnceOnly(key=b"short")
    once = OnceOnly(key=KEY, memory=1024)
    once.posts(posts(["1"]))
    good = once.snapshot()
    for damage in (
        {"newer": b"odd"},
        {"memory": 5},
        {"older": b"12345678" * 1_000},
        {"key": "text"},
        {"repeats": None},
    ):
        with pytest.raises(InputError):
            OnceOnly.restore(good | damage)
    with pytest.raises(InputError):
        OnceOnly.restore({})
    with pytest.raises(InputError):
        OnceOnly.restore(json.loads('{"key": 1}'))
