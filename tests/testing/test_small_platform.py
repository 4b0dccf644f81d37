"""The small platform is a platform."""

import pytest

from holdfast.containment import EFFECTS, Subject, SubjectKind
from holdfast.errors import PlatformUnreachableError
from holdfast.events import Batch, SignIn
from holdfast.testing import NearestPlatform, PlatformContract, SetClock, SmallPlatform


class TestSmallPlatform(PlatformContract):
    """It lives up to the contract."""

    @pytest.fixture
    def clock(self):
        """A clock to press against."""
        return SetClock()

    @pytest.fixture(params=["flags", "counts", "nearest"])
    def platform(self, clock, request):
        """Two accounts and three events."""
        batches = [Batch(others=[SignIn(time=clock.now() + at, account="a", outcome="ok")]) for at in range(3)]
        if request.param == "nearest":
            return NearestPlatform(clock, accounts=["a", "b"], batches=batches)
        return SmallPlatform(clock, accounts=["a", "b"], batches=batches, counts_holds=request.param == "counts")

    def subject(self, platform, restriction):
        """One subject for each restriction."""
        kind = min(EFFECTS[restriction].subjects, key=lambda each: (each is not SubjectKind.ACCOUNT, each))
        return Subject(kind=kind, id=f"for {restriction}")

    def rival_places(self, platform, subject, restriction):
        """A flag of the rival's."""
        platform.rival_places(subject, restriction)

    def press(self, platform):
        """Quiet for five seconds."""
        platform.pressed_until = platform._clock.now() + 5_000

    def relax(self, platform, retry_at):
        """The clock moves."""
        platform._clock.set(retry_at)

    def test_it_gives_events_from_the_time_asked_for(self, platform, clock):
        """What ended before is not told again."""
        assert 2 == len(list(platform.events(since=clock.now() + 1)))

    def test_it_can_be_out_of_reach(self, platform):
        """An outage fails every call, and what stood before stands after."""
        platform.reachable = False

        with pytest.raises(PlatformUnreachableError, match="does not answer"):
            platform.in_force(Subject(kind=SubjectKind.ACCOUNT, id="a"))
