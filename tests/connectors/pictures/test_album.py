"""Versions of a picture go by the hash of the first, and other pictures by their own."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from benchmarks.lure_pictures import ground, lure, overlay, quarter_turn
from PIL import Image, ImageDraw, ImageFont

from benchmarks import versions
from holdfast.connectors.pictures.album import Album
from holdfast.connectors.pictures.look import look
from holdfast.connectors.pictures.verdict import Marks, Seen

from .conftest import saved

PLAIN = versions.WAYS["another size and quality only"]
DONE = {
    "a sticker": overlay,
    "a border": versions.framed,
    "mirrored": versions.mirrored,
    "a right angle": quarter_turn,
    "a fifth cut away": versions.cut(0.2),
    "two fifths cut away": versions.cut(0.4),
    "a few degrees": versions.turned_by(4),
    "forty degrees": versions.turned_by(40),
}


@functools.cache
def first(number: int) -> Seen:
    """What is seen of a picture as it was uploaded first."""
    return versions.seen_after(PLAIN, lure(np.random.default_rng(number)), number)


def album_of(*numbers: int, count: int = 16) -> Album:
    """An album with some pictures."""
    album = Album(count)
    for number in numbers:
        assert album.name_of(first(number)) == first(number).phash
    return album


@pytest.mark.parametrize("done", DONE)
def test_a_version_goes_by_the_hash_of_the_first(done):
    """Cut, turned, mirrored, framed or with a sticker, rescaled and compressed besides: it is the same picture."""
    album = album_of(1, 2, 3, 4)
    for number in (1, 2, 3, 4):
        seen = versions.seen_after(DONE[done], lure(np.random.default_rng(number)), 100 + number)
        assert album.name_of(seen) == first(number).phash


def test_other_pictures_go_by_their_own():
    """Pictures that share a banner's lettering, or the bars and buttons of one app, are different pictures."""
    album = Album()
    others = [lure, versions.screen]
    for number in range(24):
        picture = others[number % 2](np.random.default_rng(500 + number))
        seen = versions.seen_after(PLAIN, picture, number)
        assert album.name_of(seen) == seen.phash


def test_a_collage_does_not_join_its_halves():
    """Whoever puts two pictures beside each other makes a third; afterwards each of the two is still itself."""
    one, two = (ground(np.random.default_rng(number)) for number in (11, 12))
    beside = Image.new("RGB", (one.width, 2 * one.height))
    beside.paste(one, (0, 0))
    beside.paste(two, (0, one.height))
    album = Album()
    named = [album.name_of(versions.seen_after(PLAIN, picture, 5)) for picture in (one, beside, two)]
    assert len(set(named)) == 3 or named[1] == named[0] != named[2]
    assert album.name_of(versions.seen_after(PLAIN, two, 6)) == named[2]


def test_it_is_a_ring():
    """The oldest picture makes room, one whose versions are still shown stays, and the memory never grows."""
    album = album_of(1, 2, count=4)
    size = sum(getattr(album, name).nbytes for name in ("_around", "_places", "_turned", "_values"))
    for number in (21, 22, 23, 24, 25):
        assert album.name_of(first(number)) == first(number).phash
        shown = versions.seen_after(versions.cut(0.1), lure(np.random.default_rng(1)), 300 + number)
        assert album.name_of(shown) == first(1).phash
    gone = versions.seen_after(versions.cut(0.1), lure(np.random.default_rng(2)), 300)
    assert album.name_of(gone) == gone.phash
    assert sum(getattr(album, name).nbytes for name in ("_around", "_places", "_turned", "_values")) == size


def test_what_has_no_hash_has_no_name():
    """A plain surface is no version of anything, and is not entered."""
    album = album_of(1)
    assert album.name_of(look(saved(Image.new("RGB", (300, 300), "white")))) == ""
    assert album.name_of(Seen(phash="", marks=Marks())) == ""


def test_words_on_white_are_known_by_the_whole_alone():
    """Where there are few marks a mirrored picture is still known, and nothing breaks."""
    note = Image.new("RGB", (640, 400), "white")
    ImageDraw.Draw(note).text(
        (40, 60), "An announcement\nfrom all of us\nto everybody", "black", ImageFont.load_default(80)
    )
    album = Album()
    name = album.name_of(look(saved(note)))
    assert len(name) == 64
    assert album.name_of(look(saved(note.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))) == name
