"""How is a JSON value written so that everybody gets the same bytes? (RFC 8785)"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import rfc8785

from holdfast.errors import InputError

_FAST = msgspec.json.Encoder(order="sorted")

# msgspec may write floats, and integers that a double cannot hold, otherwise than RFC 8785. A name ends before a colon:
# in the midst of a text there may be a colon, too, as in a hash that says how it was made.
_NUMBER_IN_DOUBT = re.compile(rb'(?:":|[\[,])-?(?:\d+[.eE]|\d{16})')
# First bytes in UTF-8 of what lies above the surrogates in the basic plane, and beyond that plane.
_HIGH = re.compile(rb"[\xee\xef]")
_BEYOND = re.compile(rb"[\xf0-\xf4]")


def _in_order(text: bytes) -> bool:
    """Whether names in `text` sort by UTF-8, as msgspec does, just as by UTF-16, as RFC 8785 3.2.3 does."""
    return not (_BEYOND.search(text) and _HIGH.search(text))


def canonical(value: dict[str, Any] | list[Any]) -> bytes:
    """The RFC 8785 form of a JSON object or array, as UTF-8.

    A fast encoder's answer is taken where it cannot differ from the reference's and reads back as it was; the
    reference (ten times slower) decides all else.

    Raises:
        InputError: it has no such form: a float that is not finite, an integer beyond 2^53 - 1, half of a surrogate
            pair, a name that is not text, or a value of another kind.

    """
    try:
        fast = _FAST.encode(value)
        in_doubt = _NUMBER_IN_DOUBT.search(fast) or not (fast.isascii() or _in_order(fast))
        if not in_doubt and msgspec.json.decode(fast) == value:
            return fast
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        pass  # the reference says more precisely what is wrong
    try:
        return rfc8785.dumps(value)
    except (ValueError, TypeError, RecursionError) as why:
        raise InputError(
            f"This cannot be put on record as JSON: {why}",
            advice="Give text, finite numbers below 2^53, true, false, null, and lists or objects of these.",
        ) from why
