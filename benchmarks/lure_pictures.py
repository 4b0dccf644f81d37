"""What do lure pictures look like, and what becomes of them? Pictures made by number, and what senders do to them.

Everything is drawn from a seeded generator, so that a figure can be made again: a photo-like ground (noise with the 1/f
spectrum of natural scenes, a horizon, some bodies), a banner of text, and if wanted a QR code with an address.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

Random = np.random.Generator
_BANNERS = (
    "Giving back",
    "Only today",
    "Thank you all",
    "5,000 sent, 10,000 back",
    "For my followers",
    "Ten years here",
)


def ground(chance: Random, width: int = 960, height: int = 640) -> Image.Image:
    """A photo-like ground."""
    fx, fy = np.fft.fftfreq(width)[None, :], np.fft.fftfreq(height)[:, None]
    amplitude = 1 / np.maximum(np.hypot(fx, fy), 1 / width) ** 1.1
    light = np.fft.ifft2(amplitude * np.exp(2j * np.pi * chance.random((height, width)))).real
    light = (light - light.mean()) / light.std()
    y = np.linspace(0, 1, height)[:, None]
    light = light * chance.uniform(0.3, 0.8) + 1.2 * (y < chance.uniform(0.3, 0.7)) * (1 - y)
    tint = chance.uniform(0.6, 1.2, 3)
    pixels = np.clip(120 + 45 * light[..., None] * tint + chance.normal(0, 4, (height, width, 3)), 0, 255)
    picture = Image.fromarray(pixels.astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.integers(3, 8)):
        x, y0, w, h = (int(v) for v in chance.uniform(0, 1, 4) * (width, height, width / 2.5, height / 2.5))
        colour = tuple(int(c) for c in chance.integers(0, 256, 3))
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)((x, y0, x + w + 8, y0 + h + 8), fill=colour)
    return picture


def lure(chance: Random, code: str = "") -> Image.Image:
    """A lure picture: a ground, a banner, and a QR code that says `code` if it is not empty."""
    picture = ground(chance)
    draw = ImageDraw.Draw(picture)
    top = int(chance.integers(0, 520))
    draw.rectangle((0, top, 960, top + 110), fill=(15, 20, 30))
    draw.text((30, top + 20), str(chance.choice(_BANNERS)), fill=(255, 220, 90), font=ImageFont.load_default(64))
    if code:
        made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        drawn = Image.fromarray(np.asarray(made.to_image(scale=6)))
        # In the middle part: whoever shows a code takes care that it can be read.
        at = (int(chance.integers(215, 745 - drawn.width)), int(chance.integers(145, 495 - drawn.height)))
        picture.paste(drawn, at)
    return picture


def overlay(picture: Image.Image, chance: Random) -> Image.Image:
    """A caption or a sticker of a tenth of the picture, in a corner: away from what the reader is to follow."""
    made = picture.copy()
    draw = ImageDraw.Draw(made)
    w, h = made.size
    wide, high = int(w * chance.uniform(0.2, 0.5)), int(h * chance.uniform(0.08, 0.2))
    x, y = (0 if chance.random() < 0.5 else w - wide), (0 if chance.random() < 0.5 else h - high)
    draw.rectangle((x, y, x + wide, y + high), fill=tuple(int(c) for c in chance.integers(0, 256, 3)))
    draw.text((x + 6, y + 6), "@" + "".join(chance.choice(list("abcdefgh"), 8)), font=ImageFont.load_default(24))
    return made


def rescale(picture: Image.Image, chance: Random) -> Image.Image:
    """Another size, from two fifths to twice; the proportions change by up to 5 %."""
    factor, stretch = chance.uniform(0.4, 2.0), chance.uniform(0.95, 1.05)
    return picture.resize(
        (int(picture.width * factor * stretch), int(picture.height * factor)), Image.Resampling.BICUBIC
    )


def crop(picture: Image.Image, chance: Random, most: float = 0.04) -> Image.Image:
    """Up to `most` cut from each side."""
    w, h = picture.size
    left, top, right, bottom = chance.uniform(0, most, 4)
    return picture.crop((int(w * left), int(h * top), int(w * (1 - right)), int(h * (1 - bottom))))


def deep_crop(picture: Image.Image, chance: Random) -> Image.Image:
    """A tenth to a quarter cut from two sides."""
    return crop(picture, chance, 0.22)


def quarter_turn(picture: Image.Image, chance: Random) -> Image.Image:
    """Turned by 90, 180 or 270 degrees, or mirrored."""
    ways = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    return picture.transpose(ways[chance.integers(0, len(ways))])


def turn(picture: Image.Image, chance: Random, least: float = 5, most: float = 180) -> Image.Image:
    """Turned by any angle, the corners filled with one colour."""
    fill = tuple(int(c) for c in chance.integers(0, 256, 3))
    angle = chance.uniform(least, most) * chance.choice((-1, 1))
    return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=fill)


def compress(picture: Image.Image, chance: Random, least: int = 30, most: int = 95) -> Image.Image:
    """Saved as JPEG, once more."""
    held = io.BytesIO()
    picture.convert("RGB").save(held, "JPEG", quality=int(chance.integers(least, most)))
    return Image.open(held)


WAYS: dict[str, Callable[[Image.Image, Random], Image.Image]] = {
    "overlay": overlay,
    "rescale": rescale,
    "crop": crop,
    "quarter turn": quarter_turn,
    "compress": compress,
    "deep crop": deep_crop,
    "turn": turn,
}
"""What senders do to a picture, by name."""
