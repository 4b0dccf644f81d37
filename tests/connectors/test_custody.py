"""Who asks for a hijacked account on the simulated platform, and what they can show."""

from dataclasses import replace

import pytest

from holdfast.connectors.simulated import SimulatedPlatform
from holdfast.connectors.simulated.scenario import DAY, HOUR, MINUTE, SECOND, Deed, Step
from holdfast.recovery import Credential, Door, FactKind, weigh
from holdfast.testing import CustodyContract

from .conftest import FIRST_LURE, HANDLES, START, village_scenario


def pinning():
    """The village, where the first victim's lure is pinned, until the next day."""
    scenario = village_scenario()
    first, *rest = scenario.attack.targets
    pin = Step(at=FIRST_LURE + 30 * SECOND, deed=Deed.PIN)
    attack = replace(scenario.attack, targets=(replace(first, steps=(*first.steps, pin)), *rest))
    return replace(scenario, attack=attack)


@pytest.fixture
def platform():
    """The platform two minutes after the pin."""
    platform = SimulatedPlatform(pinning(), seed=3)
    stream = platform.events()
    while platform.now < FIRST_LURE + 150 * SECOND:
        next(stream)
    return platform


@pytest.fixture
def account(platform):
    """The first victim."""
    return victims(platform)[0]


def victims(platform):
    handles = platform.accounts().column("handle").to_pylist()
    return [platform.accounts().column("account")[handles.index(handle)].as_py() for handle in HANDLES[:8]]


class TestSimulatedCustody(CustodyContract):
    """The simulated platform keeps what the seam promises."""

    @pytest.fixture
    def custody(self, platform):
        """The platform's part in recovery cases."""
        return platform.custody

    @pytest.fixture
    def attacked_at(self):
        """When the village was attacked."""
        return START


def test_once_every_door_is_shut_and_all_is_renewed_the_intruder_is_out(platform):
    """Before, the intruder could get into every one of them."""
    taken = victims(platform)
    assert len(taken) == platform.in_wrong_hands(taken)
    for account in taken:
        for door in Door:
            platform.custody.shut(account, door, START)
        assert set(Credential) == set(platform.custody.renew(account))
    assert 0 == platform.in_wrong_hands(taken)


def test_the_intruder_asks_first_and_proves_nothing(platform):
    """All an intruder has is on file since the attack; owners prove themselves, some of them only when called back."""
    custody, taken = platform.custody, victims(platform)
    for account in taken:
        for door in Door:
            custody.shut(account, door, START)
    now = platform.now
    custody.now = now + 6 * MINUTE
    for account in taken:
        (fact,) = custody.shown(account)
        assert FactKind.CONTACT is fact.kind
        assert 0 == weigh([fact], START).points
    custody.now = now + DAY + 3 * HOUR
    assert all(0 == weigh(custody.shown(account), START, "x").missing for account in taken)
    assert any(fact.kind is FactKind.PASSKEY for account in taken for fact in custody.shown(account))
