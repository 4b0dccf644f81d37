"""What an intruder changed, and what puts it back."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.recovery import Change, shown, to_put_back

ATTACKED = 100


def change(what, before, now, at):
    return Change(what=what, before=before, now=now, at=at)


def test_several_changes_of_one_thing_are_undone_at_once():
    """What was there before the first of them comes back, not what was there in between."""
    changes = [change("name", "Me", "Elon", 110), change("name", "Elon", "Elon M", 120), change("bio", "a", "b", 115)]
    assert (change("name", "Me", "Elon M", 110), change("bio", "a", "b", 115)) == to_put_back(changes, ATTACKED)


def test_what_the_owner_changed_before_stays():
    """Only what came with the attack is taken back."""
    assert () == to_put_back([change("name", "Me", "Myself", 99)], ATTACKED)


def test_it_is_shown_as_a_diff():
    """A person sees what is there and what will be; a deleted post has nothing there."""
    lines = shown(
        [change("url", "https://me.example", "https://scam.example", 110), change("post:p1", "Hello", "", 111)]
    )
    assert ("- url: https://scam.example", "+ url: https://me.example", "+ post:p1: Hello") == lines


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(90, 130)), max_size=12))
def test_putting_back_gives_the_account_as_it_was(story):
    """Whatever was changed how often and in what order, it is as it was when the attack began."""
    account, changes, before = {"a": "x", "b": "x"}, [], None
    for what, value, at in sorted(story, key=lambda each: each[2]):
        if at >= ATTACKED and before is None:
            before = dict(account)
        changes.append(change(what, account[what], value, at))
        account[what] = value
    for each in to_put_back(reversed(changes) if len({at for _, _, at in story}) == len(story) else changes, ATTACKED):
        assert account[each.what] == each.now
        account[each.what] = each.before
    assert account == (before or account)
