"""What is on a picture is found however it is dressed, and what is no sound picture is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from holdfast.connectors.pictures.look import look
from holdfast.connectors.pictures.verdict import UnfitPictureError

from .conftest import ADDRESS, code, lure, saved, scene

SAID = (f"bitcoin:{ADDRESS}",)


def away(one, two):
    """In how many bits two hashes differ."""
    return (int(one.phash, 16) ^ int(two.phash, 16)).bit_count()


def test_a_hostile_file_is_refused_with_its_reason(hostile):
    """Bombs, stumps, other types and lies about size end in a reason, not in a crash."""
    data, why = hostile
    with pytest.raises(UnfitPictureError, match=why):
        look(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_every_type_is_looked_at(kind):
    """A QR code and the hash are found in each type of file."""
    picture = lure().convert("P") if kind == "GIF" else lure()
    seen = look(saved(picture, kind))
    assert SAID == seen.codes
    assert away(seen, look(saved(lure()))) <= 12


@pytest.mark.parametrize("angle", [5, 33, 90, 137, 180])
def test_a_code_is_read_at_any_angle(angle):
    """A turned picture says the same."""
    turned = lure().rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=(90, 0, 0))
    assert SAID == look(saved(turned, "JPEG", quality=70)).codes


def test_a_code_in_light_on_dark_is_read():
    """Inverted codes are codes."""
    drawn = np.asarray(code())
    assert SAID == look(saved(Image.fromarray(255 - np.pad(drawn, 30, constant_values=255)))).codes


def test_several_codes_are_all_read_and_one_only_once():
    """Two codes that say the same count once, another beside them as well."""
    sheet = Image.new("L", (900, 400), 255)
    for place, text in enumerate(("first", "first", "second")):
        sheet.paste(code(text), (20 + 290 * place, 60))
    assert {"first", "second"} == set(look(saved(sheet)).codes)
    assert len(look(saved(sheet)).codes) == 2


@pytest.mark.parametrize("size", [(1536, 5), (5, 1536), (400, 5), (63, 400)])
def test_a_strip_has_a_hash_as_any_picture(size):
    """So narrow that no mark can be looked for in it, and that in small it is less than a pixel wide."""
    noise = np.random.default_rng(1).integers(0, 255, size, dtype=np.uint8)
    assert look(saved(Image.fromarray(noise))).phash


def test_a_hash_survives_size_and_compression():
    """Half the size and a poor quality change few bits; another scene changes half."""
    one = look(saved(scene(1)))
    small = look(saved(scene(1).resize((240, 160)), "JPEG", quality=40))
    assert away(one, small) <= 31
    assert away(one, look(saved(scene(2)))) > 80


def test_a_plain_surface_has_no_hash():
    """A black square tells nothing about who copied whom."""
    assert look(saved(Image.new("RGB", (300, 300)))).phash == ""


def test_what_is_seen_through_lies_on_white():
    """Pixels that nobody sees do not count, whatever colour they have."""
    clear = lure().convert("RGBA")
    pixels = np.asarray(clear).copy()
    pixels[:, :100, 3] = 0
    hidden = pixels.copy()
    hidden[:, :100, :3] = np.random.default_rng(1).integers(0, 256, (320, 100, 3))
    assert look(saved(Image.fromarray(pixels))) == look(saved(Image.fromarray(hidden)))


def test_a_picture_is_seen_upright():
    """The orientation that a camera notes is followed, as viewers do."""
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn by 90 degrees clockwise"
    lying = saved(scene().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)
    assert away(look(lying), look(saved(scene()))) <= 12


def test_sixteen_bits_a_pixel_are_read():
    """A scanner's grey is grey."""
    grey = np.asarray(scene().convert("L")).astype(np.uint16) * 257
    assert away(look(saved(Image.fromarray(grey))), look(saved(scene().convert("L")))) <= 6


def test_of_ten_thousand_frames_the_first_is_looked_at():
    """A moving picture costs what its first frame costs."""
    still = Image.new("P", (64, 64))
    first = lure().convert("P")
    held = io.BytesIO()
    first.save(held, "GIF", save_all=True, append_images=[still] * 50, loop=0)
    data = held.getvalue()
    frame = data[data.rindex(b"!\xf9") : -1]
    assert SAID == look(data[:-1] + frame * 10_000 + b";").codes
