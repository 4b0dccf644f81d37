"""Where somebody comes from: by address, by block, or by a name of the platform's own."""

import pytest

from holdfast.guard.staff.networks import moved, nobody_is_in, within


@pytest.mark.parametrize(
    ("network", "block", "inside"),
    [
        ("198.51.100.7", "198.51.100.0/24", True),
        ("198.51.101.7", "198.51.100.0/24", False),
        ("198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.70", False),
        ("::ffff:198.51.100.7", "198.51.100.0/24", True),
        ("2001:db8::7", "2001:db8::/32", True),
        ("2001:db8::7", "198.51.100.0/24", False),
        ("vpn", "vpn", True),
        ("vpn", "198.51.100.0/24", False),
        ("198.51.100.7", "no/block", False),
        ("", "0.0.0.0/0", False),
    ],
)
def test_an_address_is_in_its_block(network, block, inside):
    """In either family, mapped too; names are only themselves, and what is no block holds nobody."""
    assert within(network, block) is inside


@pytest.mark.parametrize(
    ("before", "now", "gone"),
    [
        ("198.51.100.7", "198.51.100.200", False),
        ("198.51.100.7", "198.51.101.7", True),
        ("2001:db8:1::7", "2001:db8:1:2::9", False),
        ("2001:db8:1::7", "2001:db8:2::7", True),
        ("198.51.100.7", "2001:db8:1::7", True),
        ("198.51.100.7", "::ffff:198.51.100.8", False),
        ("vpn", "vpn", False),
        ("vpn", "cafe", True),
        ("vpn", "198.51.100.7", True),
        ("", "198.51.100.7", False),
        ("198.51.100.7", "", False),
    ],
)
def test_a_new_lease_is_no_move_and_another_place_is(before, now, gone):
    """What one place commonly has counts as near; where one of the two is not known, nothing is said."""
    assert moved(before, now) is gone


@pytest.mark.parametrize(
    ("network", "nobody"),
    [
        ("300.1.2.3", True),
        ("198.51.100.0/33", True),
        ("2001:db8::g", False),  # g is no digit, so it is a name
        ("2001:db8:::7", True),
        ("198.51.100.7", False),
        ("2001:db8::/32", False),
        ("vpn-dublin", False),
        ("10.4", False),
        ("", False),
    ],
)
def test_a_slip_in_an_address_is_not_taken_for_a_name(network, nobody):
    """A lock on an address that is none would be in force on nobody; a platform's own names are all right."""
    assert nobody_is_in(network) is nobody
