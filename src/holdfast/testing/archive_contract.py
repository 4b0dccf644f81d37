"""What must every archive live up to? Subclass the suite, give it an `archive`, and run it with pytest.

class TestMine(ArchiveContract):
    @pytest.fixture
    def archive(self): return MyArchive(...)
    def reopen(self, archive): <forget it as a crash would, without closing it, and open what it kept anew>
"""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.events import Batch, Media, Post, SecurityEvent, SignIn, batch_to_posts, posts_to_batch
from holdfast.ports import Archive

from .store_contract import HOSTILE_TEXTS

NOON, MINUTE = 1_594_814_400_000, 60_000  # 2020-07-15 12:00 UTC; milliseconds
ALWAYS = (-(1 << 62), 1 << 62)


def post(number: int, text: str = "good morning", **more: object) -> Post:
    """The `number`-th post, a minute after the one before."""
    return Post(id=f"p{number}", time=NOON + number * MINUTE, account=f"u{number % 7}", text=text, **more)  # type: ignore[arg-type]


def sign_in(number: int) -> SignIn:
    """A sign-in in the `number`-th minute."""
    return SignIn(account=f"u{number % 7}", time=NOON + number * MINUTE, outcome="ok", country="DE")


def batch(posts: Iterable[Post] = (), others: Iterable[SecurityEvent] = ()) -> Batch:
    """They came together."""
    return Batch(posts=posts_to_batch(posts), others=tuple(others))


def posts_in(archive: Archive, since: int = ALWAYS[0], until: int = ALWAYS[1]) -> list[Post]:
    """The posts that are given again."""
    return [each for found in archive.read(since, until) for each in batch_to_posts(found.posts)]


def others_in(archive: Archive, since: int = ALWAYS[0], until: int = ALWAYS[1]) -> list[SecurityEvent]:
    """All else that is given again."""
    return [each for found in archive.read(since, until) for each in found.others]


class ArchiveContract:
    """The suite."""

    def reopen(self, archive: Archive) -> Archive:
        """The same archive after a crash."""
        raise NotImplementedError

    def test_what_was_settled_is_given_again_as_it_was(self, archive: Archive) -> None:
        """Texts that break what trims or quotes, unknown fields, pictures, other events; in order of arrival."""
        told = [post(number, text) for number, text in enumerate(HOSTILE_TEXTS)]
        told.append(post(90, media=(Media(url="https://x.example/a.png", alt="a"),), unknown={"mood": [1, None]}))
        archive.keep(batch(told, [sign_in(3)]))
        archive.keep(batch([post(91)], [sign_in(4)]))
        archive.settle()

        assert [*told, post(91)] == posts_in(archive)
        assert [sign_in(3), sign_in(4)] == others_in(archive)

    def test_what_was_settled_survives_a_crash_and_the_rest_is_gone_whole(self, archive: Archive) -> None:
        """Nothing in between: a batch that was not settled leaves no part of itself."""
        archive.keep(batch([post(1)], [sign_in(1)]))
        archive.settle()
        archive.keep(batch([post(2)], [sign_in(2)]))
        again = self.reopen(archive)

        assert [post(1)] == posts_in(again)
        assert [sign_in(1)] == others_in(again)
        again.keep(batch([post(3)]))
        again.close()
        assert [post(1), post(3)] == posts_in(again)

    def test_a_window_has_its_first_moment_and_not_its_last(self, archive: Archive) -> None:
        """From `since` to before `until`, however the events were cut into batches and parts."""
        for number in range(10):
            archive.keep(batch([post(number)], [sign_in(number)]))
            archive.settle()

        assert [post(3), post(4)] == posts_in(archive, NOON + 3 * MINUTE, NOON + 5 * MINUTE)
        assert [sign_in(3), sign_in(4)] == others_in(archive, NOON + 3 * MINUTE, NOON + 5 * MINUTE)
        assert [] == posts_in(archive, NOON + 5 * MINUTE, NOON + 5 * MINUTE)

    def test_an_empty_batch_leaves_nothing_and_settling_twice_adds_nothing(self, archive: Archive) -> None:
        """Quiet streams cost nothing."""
        archive.keep(batch())
        archive.settle()
        archive.keep(batch([post(1)]))
        archive.settle()
        archive.settle()

        assert [post(1)] == posts_in(archive)
        assert [] == others_in(archive)

    def test_what_is_told_twice_is_kept_twice(self, archive: Archive) -> None:
        """Delivery is at least once; each event is counted once where it is read."""
        for _ in range(2):
            archive.keep(batch([post(1)]))
            archive.settle()

        assert [post(1), post(1)] == posts_in(archive)
