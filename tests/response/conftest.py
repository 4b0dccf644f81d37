"""A small response: a real store in memory, a small platform, a clock that stands still."""

import pytest

from holdfast.backends import SqlStore
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.testing import SetClock, SmallPlatform, SmallResponse

START = 1_000_000


@pytest.fixture
def store():
    """A store in memory."""
    with SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7)) as opened:
        yield opened


@pytest.fixture
def clock():
    """A clock at `START`."""
    return SetClock(START)


@pytest.fixture
def platform(clock):
    """A platform of three accounts."""
    return SmallPlatform(clock, accounts=["a", "b", "c"])


@pytest.fixture
def small(store, platform, clock):
    """The parts that act, on the store and the platform."""
    return SmallResponse(store, platform, clock)
