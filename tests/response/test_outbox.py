"""The order of errands, and the waits between attempts."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import Restriction
from holdfast.response.conduct import Deed
from holdfast.response.outbox import Errand, Outbox, Pace, take, wait_before

PACE = Pace()


KINDS = (Restriction.NO_POSTING, Restriction.NO_SIGN_IN, Restriction.END_SESSIONS)


def errand(hold, *, due=0, harm=0.0, deed=Deed.APPLY, restriction=Restriction.NO_POSTING, number=1):
    """An errand of no other interest."""
    return Errand(hold=hold, deed=deed, number=number, restriction=restriction, due=due, harm=harm)


def in_order(outbox, now, shut=()):
    """What the outbox has done at `now`, first to last."""
    order = []
    while (first := outbox.first(now, shut)) is not None:
        order.append(first.hold)
        outbox.drop(first.hold)
    return order


def test_the_greatest_harm_goes_first():
    """Expected harm orders the queue; what is not due yet waits; giving back comes after stopping."""
    waiting = [
        errand("later", due=11, harm=9),
        errand("small", harm=1, restriction=Restriction.NO_SIGN_IN),
        errand("back", harm=99, deed=Deed.LIFT),
        errand("great", harm=5),
    ]

    assert ["great", "small", "back"] == in_order(Outbox(waiting), 10)


holds = st.sampled_from("abcdefgh")
errands = st.builds(
    lambda hold, **more: errand(hold, restriction=KINDS[ord(hold) % len(KINDS)], **more),
    holds,
    due=st.integers(0, 20),
    harm=st.integers(0, 3).map(float),
    deed=st.sampled_from(Deed),
    number=st.integers(1, 5),
)


@given(st.lists(errands | holds), st.sets(st.sampled_from(KINDS)), st.integers(0, 20))
def test_whatever_was_put_and_withdrawn_the_order_is_that_of_a_sorted_list(changes, shut, now):
    """Replaced and withdrawn errands leave no trace, and the next time is the soonest of all."""
    outbox, plain = Outbox(), {}
    silent = dict.fromkeys(shut, 25)
    for change in changes:
        if isinstance(change, str):
            outbox.drop(change)
            plain.pop(change, None)
        else:
            outbox.put(change)
            plain[change.hold] = change
        outbox.first(now)
    times = [max(each.due, silent.get(each.restriction, 0)) for each in plain.values()]
    due = [each for each in plain.values() if each.due <= now and each.restriction not in shut]

    assert plain == dict(outbox)
    soonest = outbox.next_at(silent)
    assert (soonest is None) == (not times)
    assert soonest is None or max(now, soonest) == max(now, min(times))
    ranked = sorted(due, key=lambda each: (each.deed is Deed.LIFT, -each.harm, each.hold))
    assert [each.hold for each in ranked] == in_order(outbox, now, shut)


@given(st.text(max_size=8), st.sampled_from(Deed), st.integers(2, 40))
def test_waits_double_up_to_the_cap_and_repeat(hold, deed, tries):
    """A wait lies in the last quarter below its doubling, is never above the cap, and is the same in every run."""
    whole = min(PACE.first_wait * 2 ** (tries - 2), PACE.longest_wait)

    wait = wait_before(PACE, hold, deed, tries)

    assert whole * (1 - PACE.jitter) - 1 <= wait <= whole
    assert wait == wait_before(PACE, hold, deed, tries)


def test_the_first_attempt_does_not_wait():
    """A hold is applied at once."""
    assert 0 == wait_before(PACE, "h", Deed.APPLY, 1)


def test_errands_that_failed_together_do_not_come_back_together():
    """The spread is drawn per hold."""
    waits = {wait_before(PACE, f"h{number}", Deed.APPLY, 5) for number in range(50)}

    assert len(waits) > 40


@given(st.floats(0.1, 500), st.lists(st.integers(0, 3_000), min_size=1, max_size=60))
def test_no_more_deeds_than_the_platform_allows(per_second, gaps):
    """Over any span, at most one second's worth in store and the rate for the time that passed."""
    now, bucket, done = 0, None, 0
    for gap in gaps:
        now += gap
        while done <= 10_000:
            bucket, at = take(bucket, per_second, now)
            if at > now:
                break
            done += 1
        assert done <= max(1.0, per_second) + per_second * now / 1_000 + 1e-6


@given(st.floats(0.1, 500))
def test_a_deed_told_to_wait_can_go_at_that_time(per_second):
    """The time to come back is late enough, so nobody has to ask in a loop."""
    bucket, at = take(None, per_second, 0)
    while at == 0:
        bucket, at = take(bucket, per_second, 0)

    assert at == take(bucket, per_second, at)[1]


def test_without_a_known_limit_everything_goes_at_once():
    """A rate of 0 says that no limit is known."""
    assert 7 == take(None, 0.0, 7)[1]
