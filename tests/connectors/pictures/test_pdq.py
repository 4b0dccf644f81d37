"""The hash is PDQ's: the reference implementation gives the same bits."""

import numpy as np
import pytest
from benchmarks.lure_pictures import ground

from holdfast.connectors.pictures.pdq import pdq, pdq_turned

# Made with pdqhash 0.2.8 (the reference in C++), from the pictures that `made` draws.
ANSWERS = {
    (64, 64, 1): "5541fbfe5541fbfefd495556008957fe200977fe000177fe2a0100017ffea2a1",
    (300, 200, 2): "7ff8a007f5f8a007dff80007fff80007fff80007fff800070007fff80007fff8",
    (1000, 37, 3): "ffe0a81fa01f001fffe0801fffe0001fffe0001f001fffe0001fffe0001fffe0",
    (640, 480, 2): "f7f80007dff88007fff88007fff8a0075ff80007fff800070007fff80007fff8",
    (129, 513, 4): "a07fff80007fff80007fff80007fff80007f007fff80007fff80007fff80007f",
    (5, 5, 1): "c4f13b0e3b0ec4f1c4f164d9c4f1cb723b0e3b0ec4f13b0e3b0ec4f1c4f16499",
}


def made(width, height, waves):
    """A picture of a few waves, in grey."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    light = 128 + 100 * np.sin(x * waves / width * 6) * np.cos(y * (waves + 1) / height * 5) + (x * 7 + y * 3) % 23
    return light.clip(0, 255).astype(np.uint8).astype(np.float32)


@pytest.mark.parametrize(("drawn", "answer"), ANSWERS.items())
def test_the_bits_are_the_references(drawn, answer):
    """Pictures larger than 64 pixels, smaller, and of just that size have the reference's hash and quality."""
    assert (answer, 100) == pdq(made(*drawn))


@pytest.mark.parametrize("shape", [(4, 100), (100, 4), (1, 1)])
def test_what_is_too_small_has_no_hash(shape):
    """Fewer than five pixels a side have no hash, by definition."""
    assert ("", 0) == pdq(np.full(shape, 7, np.float32))


def test_a_plain_surface_has_no_quality():
    """One colour has nothing that could be hashed, and says so."""
    assert pdq(np.full((100, 100), 200, np.float32))[1] == 0


@pytest.mark.parametrize("size", [(640, 640), (960, 640)])
def test_the_hashes_of_a_turned_picture_are_known_without_turning_it(size):
    """Each of the eight is that of the picture mirrored or transposed so, but for what sampling changes."""
    grey = np.asarray(ground(np.random.default_rng(3), *size).convert("L"), np.float32)
    four = [grey, grey[:, ::-1], grey[::-1], grey[::-1, ::-1]]
    told, quality = pdq_turned(grey)
    assert told[0] == pdq(grey)[0]
    assert quality == pdq(grey)[1]
    assert len(set(told)) == 8
    for bits, picture in zip(told, [*four, *(each.T for each in four)], strict=True):
        assert (int(bits, 16) ^ int(pdq(np.ascontiguousarray(picture))[0], 16)).bit_count() <= 16
