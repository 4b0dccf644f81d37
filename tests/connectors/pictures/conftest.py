"""Pictures as files, whole and hostile."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import zxingcpp
from PIL import Image

ADDRESS = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"


def saved(picture: Image.Image, kind: str = "PNG", **more) -> bytes:
    """A picture as a file."""
    held = io.BytesIO()
    picture.save(held, kind, **more)
    return held.getvalue()


def scene(seed: int = 1, size: tuple[int, int] = (480, 320)) -> Image.Image:
    """A smooth picture in colour, another for every seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def code(text: str = f"bitcoin:{ADDRESS}") -> Image.Image:
    """A QR code."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.asarray(made.to_image(scale=5)))


def lure(seed: int = 1, text: str = f"bitcoin:{ADDRESS}") -> Image.Image:
    """A scene with a QR code in its middle."""
    picture = scene(seed)
    picture.paste(code(text), (120, 60))
    return picture


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, rows: int) -> bytes:
    """A PNG file that says how large it is, and holds `rows` of it, all black."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * rows, 9))
    return b"\x89PNG\r\n\x1a\n" + head + data + chunk(b"IEND", b"")


def gif_bomb() -> bytes:
    """A GIF file of some dozen bytes whose screen is as large as can be."""
    return b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + b"\0" * 6 + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def many_scans(count: int = 400) -> bytes:
    """A progressive JPEG file whose scans are repeated until looking at it would take long."""
    whole = saved(scene(), "JPEG", progressive=True, quality=60)
    starts = [at for at in range(len(whole)) if whole[at : at + 2] == b"\xff\xda"]
    last = whole[starts[-1] : -2]
    return whole[:-2] + last * count + b"\xff\xd9"


def text_bomb() -> bytes:
    """A PNG file with a comment that unpacks to 200 MB."""
    whole = png_of(64, 64, 64)
    comment = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 200_000_000, 9))
    return whole[:33] + comment + whole[33:]


HOSTILE = {
    "nothing": (b"", "is empty"),
    "text": (b"hello, this is no picture", "is no PNG"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "is no PNG"),
    "tiff": (b"II*\0\x08\0\0\0", "is no PNG"),
    "bmp": (b"BM" + b"\0" * 60, "is no PNG"),
    "film": (b"\0\0\0 ftypisom" + b"\0" * 60, "is no PNG"),
    "wrong magic": (b"\x89PNG\r\n\x1a\n" + b"GIF89a" * 10, "is a broken PNG"),
    "only a signature": (b"\x89PNG\r\n\x1a\n", "is a broken PNG"),
    "50,000 by 50,000": (png_of(50_000, 50_000, 1), "pixels"),
    "png bomb": (png_of(30_000, 30_000, 10_000), "pixels"),
    "gif bomb": (gif_bomb(), "pixels"),
    "cut png": (saved(scene())[:2_000], "is a broken PNG"),
    "cut jpeg": (saved(scene(), "JPEG")[:2_000], "is a broken JPEG"),
    "cut gif": (saved(scene(), "GIF")[:900], "is a broken GIF"),
    "cut webp": (saved(scene(), "WEBP")[:300], "is a broken WEBP"),
    "jpeg head": (b"\xff\xd8\xff\xe0", "is a broken JPEG"),
    "many scans": (many_scans(), "scans"),
    "text bomb": (text_bomb(), "is a broken PNG"),
    "no pixels": (png_of(0, 0, 0), "is a broken PNG"),
}
"""Files that are refused, by name, each with a part of the reason."""


@pytest.fixture(params=HOSTILE)
def hostile(request) -> tuple[bytes, str]:
    """Each of the hostile files, and a part of why it is refused."""
    return HOSTILE[request.param]
