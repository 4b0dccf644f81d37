"""What proves an owner: facts from before the attack, each kind and each source once."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from holdfast.recovery import NEEDED, Fact, FactKind, weigh
from holdfast.recovery.evidence import WEIGHTS

ATTACKED = 100


def fact(kind, source="s", since=1, by="second"):
    return Fact(kind=kind, source=source, on_file_since=since, by=by)


facts = st.builds(
    fact,
    st.sampled_from(FactKind),
    st.sampled_from("abc"),
    st.sampled_from([None, 1, ATTACKED, ATTACKED + 5]),
    st.sampled_from(["", "first", "second"]),
)


def test_no_single_fact_is_enough():
    """Whatever it is, it can have been stolen."""
    assert all(weight < NEEDED for weight in WEIGHTS.values())


def test_a_passkey_and_a_known_device_are_enough():
    """Two kinds, two sources, both from before the attack."""
    assert 0 == weigh([fact(FactKind.PASSKEY, "key"), fact(FactKind.DEVICE, "phone")], ATTACKED).missing


def test_a_domain_and_an_address_at_it_count_as_one():
    """Who has the domain has the address."""
    both = weigh([fact(FactKind.DOMAIN, "acme.example"), fact(FactKind.CONTACT, "acme.example")], ATTACKED)
    assert (4, 1) == (both.points, len(both.set_aside))


def test_a_second_key_leaves_the_first_ones_source_to_another_fact():
    """Which fact stands for which source is chosen so that most counts, not by what was shown first."""
    told = [fact(FactKind.PASSKEY, "phone"), fact(FactKind.PASSKEY, "key"), fact(FactKind.CALL_BACK, "phone")]
    assert 11 == weigh(told, ATTACKED).points == weigh(told[::-1], ATTACKED).points


def test_a_call_back_by_whoever_works_on_the_case_is_set_aside():
    """Nobody vouches for their own finding."""
    found = weigh([fact(FactKind.CALL_BACK, by="ada")], ATTACKED, "ada")
    assert ["not called back by a second person"] == [each.reason for each in found.set_aside]


@given(st.lists(facts, max_size=7))
def test_what_counts_is_the_most_that_independent_facts_come_to(told):
    """Checked against every choice there is; and nothing from since the attack is ever among it."""
    found = weigh(told, ATTACKED, "first")
    usable = [
        each
        for each in dict.fromkeys(told)
        if each.on_file_since == 1 and (each.kind is not FactKind.CALL_BACK or each.by == "second")
    ]
    best = max(
        sum(WEIGHTS[each.kind] for each in chosen)
        for size in range(len(usable) + 1)
        for chosen in itertools.combinations(usable, size)
        if len({each.kind for each in chosen}) == len({each.source for each in chosen}) == size
    )
    assert best == found.points
    assert set(found.counted) <= set(usable)
    assert {*found.counted, *(each.fact for each in found.set_aside)} == set(told)


@given(st.lists(facts, max_size=6), facts)
def test_a_further_fact_never_takes_points_away(told, more):
    """Whoever can show more is not worse off."""
    assert weigh(told, ATTACKED).points <= weigh([*told, more], ATTACKED).points
