"""What must every connector live up to? Subclass the suite, give it a `platform`, and run it with pytest.

class TestMine(PlatformContract):
    @pytest.fixture
    def platform(self): return MyPlatform(...)
    def subject(self, platform, restriction): return <something of the platform's that can be restricted so>
    def rival_places(self, platform, subject, restriction): <restrict it as another administrator would>
    def press(self, platform): <bring the platform to where it asks to be left alone>
    def relax(self, platform, retry_at): <let the time pass until `retry_at`>
"""

from __future__ import annotations

from itertools import islice

from holdfast.containment import EFFECTS, Hold, Restriction, Subject, Undo
from holdfast.errors import PlatformError, RateLimitedError, UnsupportedRestrictionError
from holdfast.events import ACCOUNTS, POSTS
from holdfast.ports import Platform, Standing

# Ids that no platform has, and that must not break a connector.
HOSTILE_IDS = (
    "",
    " ",
    "no-such-id",
    "../../etc/passwd",
    "a\x00b",
    "';--",
    "\N{RIGHT-TO-LEFT OVERRIDE}x",
    "\ud800",
    "9" * 5_000,
)
BATCHES = 200  # how much of a stream, which may be endless, is looked at
LATE_MS = 15 * 60_000  # batches are roughly in order: none begins more than this before the one ahead of it


def standing_restrictions(platform: Platform) -> list[Restriction]:
    """What the platform can do and can afterwards be seen to do; ending sessions leaves nothing standing."""
    return [restriction for restriction in platform.capabilities if EFFECTS[restriction].undo is not Undo.REDO]


def hold_on(subject: Subject, restriction: Restriction, name: str = "contract") -> Hold:
    """A hold with nothing special about it."""
    return Hold(id=f"{name}-{restriction}", subject=subject, restriction=restriction, starts=0, why="contract")


def ours(standings: list[Standing], restriction: Restriction) -> bool:
    """Whether Holdfast's `restriction` is among `standings`."""
    return any(standing.ours and standing.restriction is restriction for standing in standings)


def foreign(standings: list[Standing], restriction: Restriction) -> bool:
    """Whether somebody else's `restriction` is among `standings`."""
    return any(not standing.ours and standing.restriction is restriction for standing in standings)


class PlatformContract:
    """Tests of `ports.Platform`; the subclass says how its platform is reached and pressed."""

    def subject(self, platform: Platform, restriction: Restriction) -> Subject:
        """Something on `platform` that `restriction` can be placed on, and that nothing stands on yet."""
        raise NotImplementedError

    def rival_places(self, platform: Platform, subject: Subject, restriction: Restriction) -> None:
        """Another administrator restricts `subject`, without Holdfast."""
        raise NotImplementedError

    def press(self, platform: Platform) -> None:
        """Bring `platform` to where it refuses one more deed for now."""
        raise NotImplementedError

    def relax(self, platform: Platform, retry_at: int) -> None:
        """Let the time pass until `retry_at` (milliseconds since 1970 UTC)."""
        raise NotImplementedError

    def test_it_can_do_something_and_says_how(self, platform: Platform) -> None:
        """A name, and for each restriction a native action and a rate that is not negative."""
        assert platform.name
        assert platform.capabilities
        assert all(capability.native and capability.per_second >= 0 for capability in platform.capabilities.values())

    def test_what_was_applied_is_seen_in_force_and_ours(self, platform: Platform) -> None:
        """The reconciler believes what it sees, so what was done must show."""
        for restriction in standing_restrictions(platform):
            hold = hold_on(self.subject(platform, restriction), restriction)
            platform.apply(hold)
            assert ours(list(platform.in_force(hold.subject)), restriction), f"{restriction} does not show"

    def test_applying_twice_is_applying_once(self, platform: Platform) -> None:
        """A hold is applied again after a crash, and one lift still undoes it."""
        for restriction in standing_restrictions(platform):
            hold = hold_on(self.subject(platform, restriction), restriction)
            platform.apply(hold)
            platform.apply(hold)
            shown = [each for each in platform.in_force(hold.subject) if each.ours and each.restriction is restriction]
            assert len(shown) == 1, f"{restriction} stands {len(shown)} times"
            platform.lift(hold)
            assert not ours(list(platform.in_force(hold.subject)), restriction), f"{restriction} survived its lift"

    def test_lifting_twice_is_lifting_once(self, platform: Platform) -> None:
        """A lift is repeated after a crash."""
        for restriction in platform.capabilities:
            hold = hold_on(self.subject(platform, restriction), restriction)
            platform.apply(hold)
            platform.lift(hold)
            platform.lift(hold)
            assert not ours(list(platform.in_force(hold.subject)), restriction)

    def test_lifting_what_was_never_applied_is_harmless(self, platform: Platform) -> None:
        """A lift may overtake its apply."""
        for restriction in platform.capabilities:
            hold = hold_on(self.subject(platform, restriction), restriction)
            before = list(platform.in_force(hold.subject))
            platform.lift(hold)
            assert list(platform.in_force(hold.subject)) == before

    def test_two_holds_of_one_kind_are_gone_when_both_are_lifted(self, platform: Platform) -> None:
        """Whether a connector counts holds or sets a flag, nothing is left behind."""
        for restriction in standing_restrictions(platform):
            subject = self.subject(platform, restriction)
            one, other = hold_on(subject, restriction, "one"), hold_on(subject, restriction, "other")
            platform.apply(one)
            platform.apply(other)
            platform.lift(one)
            platform.lift(other)
            assert not ours(list(platform.in_force(subject)), restriction), f"{restriction} survived both lifts"

    def test_what_was_there_before_stays(self, platform: Platform) -> None:
        """Another administrator's restriction is shown as not ours, and outlives our own."""
        for restriction in standing_restrictions(platform):
            hold = hold_on(self.subject(platform, restriction), restriction)
            self.rival_places(platform, hold.subject, restriction)
            assert foreign(list(platform.in_force(hold.subject)), restriction), f"{restriction} is not shown as foreign"
            platform.apply(hold)
            platform.lift(hold)
            after = list(platform.in_force(hold.subject))
            assert foreign(after, restriction), f"a foreign {restriction} was lifted"
            assert not ours(after, restriction)

    def test_it_refuses_what_it_never_claimed(self, platform: Platform) -> None:
        """What a connector cannot do, it says; it does not look as if it had."""
        some = self.subject(platform, next(iter(platform.capabilities)))
        for restriction in set(Restriction) - set(platform.capabilities):
            try:
                platform.apply(hold_on(some, restriction))
            except UnsupportedRestrictionError:
                continue
            raise AssertionError(f"took on {restriction} without a word")

    def test_only_platform_errors_come_out(self, platform: Platform) -> None:
        """Ids that make no sense are answered or refused, never with a foreign exception."""
        for restriction in platform.capabilities:
            kind = self.subject(platform, restriction).kind
            for name in HOSTILE_IDS:
                hold = hold_on(Subject(kind=kind, id=name), restriction)
                for deed in (platform.apply, platform.lift):
                    try:
                        deed(hold)
                    except PlatformError:
                        continue
                try:
                    platform.in_force(hold.subject)
                except PlatformError:
                    continue

    def test_a_pressed_platform_says_when_to_come_back(self, platform: Platform) -> None:
        """The rate limit comes out as `RateLimitedError` alone, and at the time it names the deed is done."""
        restriction = standing_restrictions(platform)[0]
        hold = hold_on(self.subject(platform, restriction), restriction)
        self.press(platform)
        try:
            platform.apply(hold)
        except RateLimitedError as error:
            retry_at = error.retry_at
        else:
            raise AssertionError("a pressed platform took one more deed")
        self.relax(platform, retry_at)
        platform.apply(hold)
        assert ours(list(platform.in_force(hold.subject)), restriction)

    def test_its_accounts_come_in_the_agreed_columns(self, platform: Platform) -> None:
        """Cohorts are counted over these columns, one row for each account."""
        accounts = platform.accounts()
        assert accounts.schema.equals(ACCOUNTS)
        names = accounts.column("account").to_pylist()
        assert len(set(names)) == len(names)

    def test_events_come_roughly_oldest_first(self, platform: Platform) -> None:
        """Posts come in the agreed columns, and no batch begins long before the one ahead of it."""
        newest = None
        for batch in islice(platform.events(), BATCHES):
            assert batch.posts.schema.equals(POSTS)
            times = [*batch.posts.column("time").to_pylist(), *(event.time for event in batch.others)]
            if not times:
                continue
            assert newest is None or min(times) >= newest - LATE_MS
            newest = max(times) if newest is None else max(newest, *times)
