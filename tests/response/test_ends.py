"""When holds end of themselves, without a look at all of them."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.response.conduct import LIVE, Held, HoldState
from holdfast.response.ends import Ends


def held(name, until, state):
    """A hold on an account of that name."""
    subject = Subject(kind=SubjectKind.ACCOUNT, id=name)
    hold = place(subject, Restriction.NO_POSTING, starts=0, until=until, why="test")
    return Held(hold=hold, state=state)


holds = st.builds(held, st.sampled_from("abcd"), st.none() | st.integers(1, 9), st.sampled_from(HoldState))


@given(st.lists(holds), st.lists(holds), st.integers(0, 10))
def test_they_are_those_of_a_look_at_every_hold(first, then, now):
    """Whatever became of a hold meanwhile, and asked twice, since what was asked for may not have been kept."""
    book = {each.hold.id: each for each in first}
    ends = Ends(book)
    ends.over(now)
    for each in then:
        book[each.hold.id] = each
        ends.note([each.hold.id])
    live = [(each.hold.until, key) for key, each in book.items() if each.state in LIVE and each.hold.until is not None]

    for _ in range(2):
        assert [key for until, key in sorted(live) if until <= now] == ends.over(now)
        assert min((until for until, _ in live), default=None) == ends.next
