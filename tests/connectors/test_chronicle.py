"""The life of a lure post, as the scoreboard counts it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from holdfast.connectors.simulated.chronicle import Chronicle, LurePost
from holdfast.connectors.simulated.scenario import Cause

moments = st.integers(0, 60)


@given(
    st.lists(st.tuples(moments, st.sampled_from(["hide", "show", "remove"])), max_size=8),
    st.integers(0, 20),
    st.integers(0, 80),
)
def test_a_lure_lives_exactly_while_readers_can_see_it(changes, made, until):
    """Against the plainest possible model: look at every second in turn."""
    chronicle = Chronicle("test", 1, Cause())
    chronicle.lure("p", "a", "lure", made)
    visible, gone, states = True, False, {}
    changes = sorted((max(at, made), what) for at, what in changes)
    for at in range(made, 100):
        for when, what in changes:
            if when == at:
                match what:
                    case "hide":
                        visible = False
                        chronicle.hidden("p", at)
                    case "show":
                        visible = True
                        chronicle.shown("p", at)
                    case _:
                        gone = True
                        chronicle.removed("p", at)
        states[at] = visible and not gone
    (post,) = chronicle.truth().lure_posts
    lived = {at for begin, end in post.live(until) for at in range(begin, end)}
    assert lived == {at for at, seen in states.items() if seen and at < until}


def test_a_refused_lure_never_lives():
    """Nobody saw it."""
    post = LurePost(id="p", account="a", lure="lure", made_at=5, refused=True)
    assert list(post.live(100)) == []
