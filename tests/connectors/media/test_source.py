"""Every post goes on; what is on its pictures is written beside it, and a picture that is refused is told."""

import base64
import json

import pytest

from holdfast.connectors.files import FileSource
from holdfast.connectors.media import Fetcher, Looking
from holdfast.connectors.media.source import MOST_OF_A_POST
from holdfast.connectors.pictures.keeper import Keeper
from holdfast.events import batch_to_posts

from .conftest import ADDRESS


@pytest.fixture(scope="module")
def keeper():
    """One process for all tests."""
    with Keeper(seconds=20.0) as made:
        yield made


@pytest.fixture
def look_at(tmp_path, picture, keeper):
    """Writes posts with these media into a file, and reads it with their pictures looked at."""
    (tmp_path / "sound.png").write_bytes(picture)
    (tmp_path / "broken.png").write_bytes(picture[:1000])

    def run(*media, **more):
        lines = [
            {"id": str(n), "time": 1_600_000_000_000 + n, "account": "a", "text": "hello", "media": m}
            for n, m in enumerate(media)
        ]
        file = tmp_path / "posts.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        looking = Looking(FileSource([file]), Fetcher(root=tmp_path), keeper, **more)
        delivered = list(looking)
        return (
            looking,
            [p for d in delivered for p in batch_to_posts(d.batch.posts)],
            [r for d in delivered for r in d.rejects],
        )

    return run


def test_what_is_on_a_picture_stands_beside_its_post(look_at, picture):
    """Hash and code are filled in, for a file and for bytes in the event alike."""
    inline = {"url": "data:image/png;base64," + base64.b64encode(picture).decode()}
    looking, posts, rejects = look_at([{"path": "sound.png", "alt": "a boat"}], [], [inline])
    assert rejects == []
    assert [p.id for p in posts] == ["0", "1", "2"]
    assert posts[0].media[0].codes == posts[2].media[0].codes == (f"bitcoin:{ADDRESS}",)
    assert posts[0].media[0].phash == posts[2].media[0].phash != ""
    assert (posts[0].media[0].alt, posts[0].media[0].path) == ("a boat", "sound.png")
    assert (looking.looked_at, looking.refused, looking.elsewhere) == (2, 0, 0)


def test_a_refused_picture_is_a_reject_with_the_line_of_its_post(look_at):
    """The post itself is delivered, with its other pictures."""
    looking, posts, rejects = look_at(
        [{"path": "sound.png"}], [{"path": "broken.png"}, {"path": "sound.png"}], [{"path": "../x"}]
    )
    assert [p.id for p in posts] == ["0", "1", "2"]
    assert posts[1].media[0].phash == "" != posts[1].media[1].phash
    assert [(r.line, r.reason) for r in rejects] == [
        (2, "media: is a broken PNG file (OSError)"),
        (3, "media: has a path that leads out of the media folder"),
    ]
    assert json.loads(rejects[0].raw) == {"id": "1", "media": {"path": "broken.png"}}
    assert looking.refused == 2


def test_what_a_platform_said_is_kept(look_at):
    """Its hash is compared with its other hashes, so ours does not replace it; codes are joined."""
    _, [post], _ = look_at([{"path": "sound.png", "phash": "0123456789abcdef", "codes": ["said"]}])
    assert post.media[0].phash == "0123456789abcdef"
    assert post.media[0].codes == ("said", f"bitcoin:{ADDRESS}")


def test_a_picture_elsewhere_is_counted(look_at):
    """Nothing is fetched from other hosts, and nothing is refused for lying there."""
    looking, [post], rejects = look_at([{"url": "https://example.org/a.png"}])
    assert (looking.elsewhere, rejects, post.media[0].phash) == (1, [], "")


def test_no_post_has_more_pictures_than_are_looked_at(look_at):
    """The rest is counted."""
    looking, _, _ = look_at([{"path": "sound.png"}] * (MOST_OF_A_POST + 3))
    assert (looking.looked_at, looking.left_out) == (MOST_OF_A_POST, 3)


def test_patience_has_an_end(look_at):
    """When the time for a delivery is over its other pictures are left out, and its posts go on."""
    ticks = iter(range(1000))
    looking, posts, _ = look_at(*[[{"path": "sound.png"}]] * 6, patience=2.5, monotonic=lambda: float(next(ticks)))
    assert (looking.looked_at, looking.left_out, len(posts)) == (2, 4, 6)


def test_posts_without_pictures_pass_untouched(tmp_path):
    """A delivery without media is handed on as it is."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "1", "time": 1600000000000, "account": "a", "text": "hello"}')
    delivered = list(FileSource([file]))
    assert next(iter(Looking(delivered, Fetcher(), None))) is delivered[0]
