"""What is on this picture: which texts stand in its QR codes, and what is its perceptual hash?"""

from __future__ import annotations

import io
import warnings

import numpy as np
import zxingcpp
from PIL import Image, ImageOps

from .marks import marks_of
from .pdq import pdq_turned
from .verdict import MOST_PIXELS, Seen, UnfitPictureError

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
_RIFF, _WEBP = b"RIFF", b"WEBP"
_SCAN = b"\xff\xda"
_MOST_SCANS = 32
"""A progressive JPEG has about ten. Each goes over all pixels again, and costs a few bytes."""

_LONGEST_SIDE = 1_536
"""Pixels: a QR code of a fifth of the side still has five for each of its squares."""

_LEAST_QUALITY = 50
"""Of 100: below, PDQ's authors advise against using the hash: it is that of a plain surface."""

_MOST_CODES = 8
_CODES = zxingcpp.barcode_formats_from_str("QRCode, MicroQRCode, RMQRCode")


def look(data: bytes, most_pixels: int = MOST_PIXELS) -> Seen:
    """Look at a PNG, JPEG, GIF or WebP file of no more than `most_pixels`; of a moving picture at the first frame.

    Raises:
        UnfitPictureError: it is of another type, too large, or broken.

    """
    kind = _kind(data)  # 1. its type, by its first bytes: a name may say anything
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.MAX_IMAGE_PIXELS = most_pixels
            picture = Image.open(io.BytesIO(data), formats=(kind,))  # 2. its size, before anything is unpacked
            grey = _grey(picture)  # 3. its pixels
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UnfitPictureError(f"has more than {most_pixels:,} pixels") from None
    except MemoryError:
        raise UnfitPictureError("takes too much memory to unpack") from None
    except Exception as error:
        # Whatever a decoder says of a file made to break it: Pillow names OSError and SyntaxError, and others come.
        raise UnfitPictureError(f"is a broken {kind} file ({type(error).__name__})") from error
    codes = _codes(grey)  # 4. its codes
    turned, quality = pdq_turned(np.asarray(grey, np.float32))  # 5. its hash
    if quality < _LEAST_QUALITY:
        return Seen(codes=codes)
    return Seen(phash=turned[0], codes=codes, turned=turned, marks=marks_of(grey))  # 6. its marks


def _kind(data: bytes) -> str:
    if data[:4] == _RIFF and data[8:12] == _WEBP:
        return "WEBP"
    kind = next((kind for signature, kind in _SIGNATURES.items() if data.startswith(signature)), "")
    if not kind:
        raise UnfitPictureError("is empty" if not data else "is no PNG, JPEG, GIF or WebP file")
    if kind == "JPEG" and data.count(_SCAN) > _MOST_SCANS:
        raise UnfitPictureError(f"is a JPEG file of more than {_MOST_SCANS} scans")
    return kind


def _grey(picture: Image.Image) -> Image.Image:
    """The picture as people see it, in grey: upright, small enough, on white where one sees through it."""
    picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
    picture.load()
    if picture.mode.startswith(("I", "F")):  # 16 bits a pixel and more
        picture = picture.convert("F").point(lambda value: value / 256)
    elif picture.has_transparency_data:
        picture = picture.convert("RGBA")
    grey = picture if picture.mode == "RGBA" else picture.convert("L")
    grey.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BOX)
    if grey.mode == "RGBA":
        grey = Image.alpha_composite(Image.new("RGBA", grey.size, "white"), grey).convert("L")
    return ImageOps.exif_transpose(grey)


def _codes(grey: Image.Image) -> tuple[str, ...]:
    found = zxingcpp.read_barcodes(np.asarray(grey), formats=_CODES, text_mode=zxingcpp.TextMode.Plain)
    return tuple(dict.fromkeys(code.text for code in found if code.text))[:_MOST_CODES]
