"""Bytes come from the event, from below one folder, or from one server of this machine, and from nowhere else."""

import base64
import os

import pytest

from holdfast.connectors.media import Fetcher
from holdfast.connectors.media.loopback import Origin
from holdfast.connectors.pictures.verdict import UnfitPictureError
from holdfast.errors import UsageError
from holdfast.events import Media


@pytest.fixture
def folder(tmp_path):
    """A folder of pictures, beside a secret."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    root = tmp_path / "media"
    (root / "a").mkdir(parents=True)
    (root / "a" / "b.png").write_bytes(b"picture")
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "out").symlink_to(tmp_path)
    os.mkfifo(root / "pipe.png")
    return root


def test_a_path_below_the_folder_is_read(folder):
    """A relative path leads to its file."""
    assert Fetcher(root=folder).fetch(Media(path="a/b.png")) == b"picture"
    assert Fetcher(root=folder).fetch(Media(path="./a//b.png")) == b"picture"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../secret.png", "leads out"),
        ("a/../../secret.png", "leads out"),
        ("/etc/hostname", "leads out"),
        ("a/b.png\0.txt", "leads out"),
        (".", "leads out"),
        ("link.png", "symbolic link"),
        ("out/secret.png", "symbolic link"),
        ("a", "no ordinary file"),
        ("pipe.png", "no ordinary file"),
        ("a/c.png", "does not exist"),
        ("a/b.png/c.png", "for a folder"),
        ("x" * 5_000, "cannot be read"),
    ],
)
def test_no_path_leads_elsewhere(folder, path, why):
    """Parents, links, pipes and folders are refused, each with its reason."""
    with pytest.raises(UnfitPictureError, match=why):
        Fetcher(root=folder).fetch(Media(path=path))


def test_what_is_too_large_is_not_read(folder):
    """A file, and base64, beyond the limit are refused."""
    fetcher = Fetcher(root=folder, most_bytes=6)
    with pytest.raises(UnfitPictureError, match="more than 6 bytes"):
        fetcher.fetch(Media(path="a/b.png"))
    with pytest.raises(UnfitPictureError, match="more than 6 bytes"):
        fetcher.fetch(Media(url="data:image/png;base64," + base64.b64encode(b"picture" * 9).decode()))


def test_bytes_in_the_event_are_taken():
    """A data: URL is its own content."""
    url = "data:image/png;base64," + base64.b64encode(b"picture").decode()
    assert Fetcher().fetch(Media(url=url)) == b"picture"


@pytest.mark.parametrize("url", ["data:image/png,picture", "data:", "data:;base64,%%%", "data:;base64,é"])
def test_a_data_url_that_is_none_is_refused(url):
    """Only sound base64 is taken."""
    with pytest.raises(UnfitPictureError, match="base64"):
        Fetcher().fetch(Media(url=url))


@pytest.mark.parametrize(
    "item",
    [
        Media(path="a/b.png"),
        Media(url="https://127.0.0.1/a.png"),
        Media(url="http://127.0.0.1:1/a.png"),
        Media(url="http://192.0.2.1:9000/a.png"),
        Media(url="http://somebody@127.0.0.1:9000/a.png"),
        Media(url="http://127.0.0.1.example.org:9000/a.png"),
        Media(url="http://[::1"),
        Media(url="http://127.0.0.1:99999/"),
        Media(url="file:///etc/hostname"),
        Media(alt="words"),
    ],
)
def test_what_lies_elsewhere_is_not_fetched(item):
    """Without a folder no path, and of addresses none but the origins that were named."""
    assert Fetcher(origins=["http://127.0.0.1:9000"]).fetch(item) is None


@pytest.mark.parametrize(
    "origin",
    ["http://example.org", "https://127.0.0.1:9000", "127.0.0.1:9000", "http://10.0.0.1", "http://[::1]/folder"],
)
def test_an_origin_is_of_this_machine(origin):
    """Nothing else can be named."""
    with pytest.raises(UsageError):
        Fetcher(origins=[origin])


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:9000", "http://localhost:9000/", "http://[::1]", "http://127.9.9.9:1"]
)
def test_every_name_of_this_machine_will_do(origin):
    """Numbers of both kinds and the name everybody knows."""
    assert Origin.in_url(origin) == Origin.of(origin)


def test_a_folder_that_is_none_is_told(tmp_path):
    """A mistyped folder is known before anything is read."""
    with pytest.raises(UsageError, match="no folder"):
        Fetcher(root=tmp_path / "nowhere")


def test_a_server_of_this_machine_is_asked(server, picture):
    """What it has comes whole."""
    fetcher = Fetcher(origins=[server.origin])
    assert fetcher.fetch(Media(url=f"{server.origin}/sound.png?size=2")) == picture
    assert server.asked == ["/sound.png?size=2"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("redirect", "answered with 302"),
        ("missing", "answered with 404"),
        ("endless", "more than 1,000,000 bytes"),
        ("promised", "more than 1,000,000 bytes"),
        ("garbage", "no sound HTTP"),
        ("header", "no sound HTTP"),
        ("a b", "no sound HTTP"),
    ],
)
def test_a_server_that_misbehaves_is_refused(server, name, why):
    """Redirects are not followed, and nothing without end is read to its end."""
    fetcher = Fetcher(origins=[server.origin], most_bytes=1_000_000, seconds=20)
    with pytest.raises(UnfitPictureError, match=why):
        fetcher.fetch(Media(url=f"{server.origin}/{name}.png"))


def test_a_server_that_says_nothing_is_not_waited_for(server):
    """Silence ends at the limit."""
    with pytest.raises(UnfitPictureError, match="in time"):
        Fetcher(origins=[server.origin], seconds=0.1).fetch(Media(url=f"{server.origin}/silent.png"))


def test_a_server_that_drips_is_not_waited_for(server):
    """The limit is on the whole, not on each byte."""
    ticks = iter(range(10**9))
    fetcher = Fetcher(origins=[server.origin], seconds=50, monotonic=lambda: float(next(ticks)))
    with pytest.raises(UnfitPictureError, match="in time"):
        fetcher.fetch(Media(url=f"{server.origin}/dripping.png"))


def test_nobody_there_is_a_reason():
    """A port without a server refuses the picture, nothing more."""
    with pytest.raises(UnfitPictureError, match="cannot be fetched"):
        Fetcher(origins=["http://127.0.0.1:1"]).fetch(Media(url="http://127.0.0.1:1/a.png"))
