"""Changes that wait: how far they have come is read off the clock."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.guard.staff import CHAIN, TELL_WITHIN, Cooling, PendingChange, Stage, Tier, begins, read_catalogue
from holdfast.response import shipped_staff_policy

AT = 1_600_000_000_000
HOUR = 3_600_000


def change(**more):
    """A change of an e-mail, just asked for."""
    usual = {
        "id": "a-1",
        "account": "account-1",
        "what": "email",
        "tool": "support_desk",
        "function": "account.email.replace",
        "person": "bob",
        "session": "s",
        "tier": Tier.ORDINARY,
        "asked_at": AT,
        "since": AT,
        "cools": HOUR,
    }
    return PendingChange(**{**usual, **more})


def test_it_cools_from_the_moment_the_old_value_was_told():
    """However late that is, the whole time is waited, to the millisecond."""
    told = change().told(AT + 5 * HOUR)
    assert [told.stage(AT + 6 * HOUR - 1), told.stage(AT + 6 * HOUR)] == [Stage.COOLING, Stage.IN_FORCE]


def test_who_cannot_be_told_is_not_changed():
    """A day without anybody told ends it, and being told afterwards does not bring it back."""
    assert change().stage(AT + TELL_WITHIN - 1) is Stage.ASKED
    assert change().told(AT + TELL_WITHIN).stage(AT + TELL_WITHIN + HOUR) is Stage.ENDED


@given(st.lists(st.tuples(st.sampled_from(["told", "reversed", "ended"]), st.integers(0, 3 * TELL_WITHIN)), max_size=6))
def test_no_order_of_news_has_a_value_count_that_was_not_told(news):
    """It counts only when it was told and has cooled, and neither reversed nor ended before that."""
    found, now = change(), AT
    for what, later in news:
        now += later
        before = found.stage(now)
        found = found.ended(now, "why") if what == "ended" else getattr(found, what)(now)
        if before in {Stage.REVERSED, Stage.ENDED}:
            assert found.stage(now) is before
    if found.stage(now) is Stage.IN_FORCE:
        assert found.told_at is not None
        assert now - found.told_at >= found.cools


def test_a_clock_that_is_set_back_makes_nothing_count():
    """Before the moment at which it was told it cools as well."""
    assert change().told(AT).stage(AT - 10 * HOUR) is Stage.COOLING


def test_a_chain_begins_before_its_first_change():
    """Who was there before the first of several changes is told of the last, unless a week lies between."""
    first = change().told(AT)
    second = change(id="a-2", asked_at=AT + CHAIN - 1, since=begins((first,), AT + CHAIN - 1)).told(AT + CHAIN - 1)
    assert second.since == AT
    assert begins((first, second), AT + CHAIN + HOUR) == AT
    assert begins((first,), AT + CHAIN) == AT + CHAIN


def test_what_never_counted_begins_no_chain():
    """A change that was undone has left the old value in place."""
    assert begins((change().reversed(AT + 1),), AT + 2) == AT + 2


@pytest.mark.parametrize("tier", Tier)
def test_a_higher_tier_waits_as_long_at_least(tier):
    """An hour for anybody, a day where many read, three where a state speaks."""
    assert Cooling().of(tier) == {0: 1, 1: 24, 2: 72, 3: 72}[tier] * HOUR


def test_times_that_fall_with_the_tier_are_refused():
    """Nobody makes the President wait for less than anybody else."""
    with pytest.raises(ValueError, match="higher tier"):
        Cooling(ordinary=60, high_reach=30)


def test_the_shipped_catalogue_says_what_changes_a_credential():
    """Each function of the shipped tool that changes what proves a holder is told and waits."""
    functions = shipped_staff_policy().catalogue.functions()
    changes = {name: function.changes for (_, name), (_, function) in functions.items() if function.changes}
    assert changes == {"account.email.replace": "email", "account.phone.replace": "phone", "account.mfa.reset": "mfa"}


def test_what_changes_a_credential_is_a_write_on_an_account():
    """A catalogue in which nobody could be told is no catalogue."""
    text = """
    [[tool]]
    id = "t"
    about = "x"
    reads = 1
    writes = 1
    [[tool.function]]
    id = "f"
    kind = "read"
    class = "c"
    about = "x"
    changes = "email"
    """
    with pytest.raises(Exception, match="changes email"):
        read_catalogue(text)


def test_a_change_is_kept_as_it_is():
    """What a store keeps is the same change."""
    told = change(links={"a" * 64: AT}).told(AT)
    assert msgspec.json.decode(msgspec.json.encode(told), type=PendingChange) == told
