"""Is a picture known again after what senders do to it, and are others taken for it? Written to docs/reference/pictures.md.

Every picture is drawn from a seed (`lure_pictures`), every version rescaled and saved as JPEG besides, as platforms do. Needs the
extra `media`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.lure_pictures import compress, ground, lure, overlay, quarter_turn, rescale, turn
from holdfast.connectors.pictures.album import Album
from holdfast.connectors.pictures.look import look
from holdfast.connectors.pictures.verdict import Seen

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "pictures.md"
BEGIN, END = "<!-- made by python -m benchmarks.versions -->", "<!-- end of what it made -->"
PICTURES, OTHERS = 16, 60
STRICT, RECENT = 31, 60  # bits of 256 (`detection/model.py`)

Random = np.random.Generator
Way = Callable[[Image.Image, Random], Image.Image]


def cut(share: float) -> Way:
    """Cut away so much of the area, as much of the width as of the height, from sides as chance will."""

    def done(picture: Image.Image, chance: Random) -> Image.Image:
        w, h = picture.size
        left = 1 - (1 - share) ** 0.5
        x, y = chance.uniform(0, left, 2) * (w, h)
        return picture.crop((int(x), int(y), int(x + w * (1 - left)), int(y + h * (1 - left))))

    return done


def turned_by(angle: float) -> Way:
    """Turn by so many degrees, either way, the corners filled."""
    return lambda picture, chance: turn(picture, chance, angle, angle)


def mirrored(picture: Image.Image, chance: Random) -> Image.Image:
    """Mirror from left to right, or from top to bottom."""
    ways = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM)
    return picture.transpose(ways[chance.integers(0, 2)])


def framed(picture: Image.Image, chance: Random) -> Image.Image:
    """Put a border of one colour around it, of 3 to 10 % of the height."""
    edge = int(picture.height * chance.uniform(0.03, 0.1))
    made = Image.new("RGB", (picture.width + 2 * edge, picture.height + 2 * edge), tuple(chance.integers(0, 256, 3)))
    made.paste(picture, (edge, edge))
    return made


def captioned(picture: Image.Image, chance: Random) -> Image.Image:
    """Write a line of text across it, in a place of its own."""
    made = picture.copy()
    words = "".join(chance.choice(list("abcdefgh   "), 24))
    at = (int(made.width * 0.05), int(made.height * chance.uniform(0.05, 0.85)))
    ImageDraw.Draw(made).text(
        at, words, fill="white", stroke_fill="black", stroke_width=3, font=ImageFont.load_default(60)
    )
    return made


def two(picture: Image.Image, chance: Random) -> Image.Image:
    """Two ways, one after the other."""
    first, then = chance.choice(len(SINGLE), 2, replace=False)
    return list(SINGLE.values())[then](list(SINGLE.values())[first](picture, chance), chance)


SINGLE: dict[str, Way] = {
    "a sticker over 2 to 10 %": overlay,
    "a line of text across": captioned,
    "a border": framed,
    "mirrored": mirrored,
    "turned by 90, 180 or 270 degrees": quarter_turn,
    "5 % of the area cut away": cut(0.05),
    "10 %": cut(0.1),
    "20 %": cut(0.2),
    "30 %": cut(0.3),
    "40 %": cut(0.4),
    "turned by 2 degrees": turned_by(2),
    "5 degrees": turned_by(5),
    "10 degrees": turned_by(10),
    "20 degrees": turned_by(20),
    "45 degrees": turned_by(45),
}
WAYS: dict[str, Way] = {
    "another size and quality only": lambda picture, _: picture,
    **SINGLE,
    "two of these": two,
    "60 % of the area cut away": cut(0.6),
    "mirrored, and 20 % cut away": lambda picture, chance: cut(0.2)(mirrored(picture, chance), chance),
}


def screen(chance: Random) -> Image.Image:
    """A screen of one app: the same bars and buttons, other words and another small picture in each."""
    made = Image.new("RGB", (720, 960), "white")
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(34)
    draw.rectangle((0, 0, 720, 110), fill=(30, 60, 120))
    draw.text((40, 35), "Example", fill="white", font=ImageFont.load_default(44))
    for place in range(4):
        draw.ellipse((60 + 170 * place, 860, 130 + 170 * place, 930), outline=(30, 60, 120), width=8)
    for line in range(9):
        draw.text(
            (60, 160 + 48 * line), "".join(chance.choice(list("abcdefghijklmnop    "), 32)), fill="black", font=font
        )
    made.paste(ground(chance, 600, 230), (60, 610))
    return made


def seen_after(way: Way, picture: Image.Image, seed: int) -> Seen:
    """What is seen of a version, at a size and in a quality of the platform's own."""
    chance = np.random.default_rng(seed)
    return look(_file(compress(rescale(way(picture, chance), chance), chance, 40, 95)))


def known_again(count: int) -> dict[str, tuple[float, float, float]]:
    """By way: the share of versions within `STRICT` bits, within `RECENT` bits, and known again by the album."""
    pictures = [lure(np.random.default_rng(number)) for number in range(count)]
    first = [seen_after(WAYS["another size and quality only"], each, 10_000 + at) for at, each in enumerate(pictures)]
    found = {}
    for name, way in WAYS.items():
        album = Album()
        for each in first:
            album.name_of(each)
        seen = [seen_after(way, picture, 20_000 + at) for at, picture in enumerate(pictures)]
        pairs = list(zip(first, seen, strict=True))
        away = [(int(one.phash, 16) ^ int(other.phash or "0", 16)).bit_count() for one, other in pairs]
        known = sum(album.name_of(other) == one.phash for one, other in pairs)
        found[name] = (
            sum(bits <= STRICT for bits in away) / count,
            sum(bits <= RECENT for bits in away) / count,
            known / count,
        )
        print(name, found[name], file=sys.stderr, flush=True)
    return found


def mistaken(count: int) -> dict[str, float]:
    """By kind: the share of pictures, each another, that the album took for one of those before."""
    kinds: dict[str, Callable[[Random], Image.Image]] = {
        "grounds, each with one of six banners": lure,
        "screens of one app, other words and picture in each": screen,
    }
    found = {}
    for name, made in kinds.items():
        album, wrong = Album(), 0
        for number in range(count):
            seen = seen_after(lambda picture, _: picture, made(np.random.default_rng(50_000 + number)), 60_000 + number)
            wrong += album.name_of(seen) != seen.phash
        found[name] = wrong / count
        print(name, found[name], file=sys.stderr, flush=True)
    return found


def _file(picture: Image.Image) -> bytes:
    held = io.BytesIO()
    picture.convert("RGB").save(held, "JPEG", quality=90)
    return held.getvalue()


def table(known: dict[str, tuple[float, float, float]], wrong: dict[str, float]) -> str:
    """Both tables in Markdown."""
    rows = ["| what was done to each copy | hash, 31 bits | hash, 60 bits | with the album |", "|---|---:|---:|---:|"]
    rows += [
        f"| {name} | {strict:.2f} | {recent:.2f} | {album:.2f} |" for name, (strict, recent, album) in known.items()
    ]
    rows += ["", "| different pictures | taken for one seen before |", "|---|---:|"]
    return "\n".join(rows + [f"| {name} | {share:.3f} |" for name, share in wrong.items()])


def main() -> None:
    """Measure, and write the page."""
    quick = "--quick" in sys.argv
    told = table(known_again(8 if quick else PICTURES), mistaken(16 if quick else OTHERS))
    if quick:
        print(told)
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{told}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
