"""What a campaign keeps of an account that it lets go of."""

from holdfast.detection.case import Case
from holdfast.detection.evidence import Evidence
from holdfast.detection.hands import Mark


def test_an_account_that_left_a_crowd_is_counted_among_none_of_its_carriers():
    """Half of the carriers tampered with must be half of those who are left."""
    case = Case(id="c", evidence=Evidence(), is_crowd=True, contained_at=1)
    for number, account in enumerate("abcdef"):
        case.carriers[account] = number
        case.crowd[number] = account, f"p{number}"
        case.posts[f"p{number}"], case.authors[f"p{number}"] = number, account
    case.tampered |= {"a", "b", "c"}
    case.marks |= dict.fromkeys("abcd", Mark(kinds=1, freshness=1.0))
    assert {"d", "e", "f"} == set(case.set_aside())

    for number in range(2):
        assert case.release(number)

    assert case.tampered | case.marks.keys() | case.passing <= case.carriers.keys()
    assert {} == case.set_aside()
