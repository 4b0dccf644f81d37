"""Where somebody comes from: by address, by block, or by a name of the platform's own."""

import pytest

from holdfast.guard.staff.networks import moved, within


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
