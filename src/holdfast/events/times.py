"""When was it? RFC 3339 and plain numbers to integer milliseconds since 1970 UTC, and back.

Sources: RFC 3339 section 5.6 (with a blank allowed for the `T`, as its note says, and section 5.7 for leap seconds).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

from holdfast.errors import InputError

TimeUnit: TypeAlias = Literal["ms", "s", "us", "ns", "auto"]
"""What a bare number counts. `ms` is the vocabulary's own and takes integers only; the others are for scan files,
take fractions and numbers written as text too, and `auto` goes by magnitude (the ranges do not overlap)."""

EARLIEST = 631_152_000_000  # 1990-01-01T00:00:00Z in ms: before this there was no platform to speak of
LATEST = 7_258_118_400_000  # 2200-01-01T00:00:00Z in ms, itself excluded: beyond lie broken clocks and wrong units

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000, 3_600_000, 60_000, 1_000  # ms
PER_UNIT = {"s": (1_000, 1), "ms": (1, 1), "us": (1, 1_000), "ns": (1, 1_000_000)}  # ms = value * a // b
_UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_ADVICE = "Write times as RFC 3339 with an offset (2020-07-15T19:13:00Z) or as integer milliseconds since 1970 UTC."
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?", re.ASCII)


def parse_time(text: str) -> int:
    """Milliseconds since 1970 UTC of an RFC 3339 time; digits beyond the millisecond are cut off.

    A leap second (23:59:60 UTC) is taken as 23:59:59.999.

    Raises:
        InputError: not RFC 3339, without an offset, no such day or hour, or not between 1990 and 2200.

    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise InputError(f"{_shown(text)} is not a time", advice=_ADVICE)
    year, month, day, hour, minute, second = (int(part) for part in found.group(1, 2, 3, 4, 5, 6))
    sign, offset_hour, offset_minute = found[8], int(found[9] or 0), int(found[10] or 0)
    if hour > 23 or minute > 59 or second > 60 or offset_hour > 23 or offset_minute > 59:
        raise InputError(f"{_shown(text)} is not a time: no clock shows that", advice=_ADVICE)
    try:
        days = date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError as error:
        raise InputError(f"{_shown(text)} is not a time: no calendar has that day", advice=_ADVICE) from error
    offset = (offset_hour * _HOUR + offset_minute * _MINUTE) * (-1 if sign == "-" else 1)
    minutes = days * _DAY + hour * _HOUR + minute * _MINUTE - offset
    if second < 60:
        return _within(minutes + second * _SECOND + int(((found[7] or "") + "000")[:3]), text)
    if minutes % _DAY != _DAY - _MINUTE:
        raise InputError(f"{_shown(text)} is not a time: a leap second ends a day in UTC", advice=_ADVICE)
    return _within(minutes + _MINUTE - 1, text)


def read_time(value: object, unit: TimeUnit = "ms") -> int:
    """Milliseconds since 1970 UTC of what a field named as a time holds: text, or a number counting `unit`.

    Fractions of a millisecond are cut off (toward the past).

    Raises:
        InputError: neither text nor a number, or no time as `parse_time` sees it.

    """
    if isinstance(value, str):
        if unit == "ms" or _NUMBER.fullmatch(value) is None:
            return parse_time(value)
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{_shown(value)} is not a time", advice=_ADVICE)
    if isinstance(value, float) and unit == "ms":
        raise InputError(f"{_shown(value)} is not a time: milliseconds are whole", advice=_ADVICE)
    if unit != "auto":
        return _scaled(value, unit)
    for name in PER_UNIT:
        if _fits(value, name):
            return _scaled(value, name)
    return _within(value, value)


def format_time(ms: int) -> str:
    """RFC 3339 in UTC with milliseconds: `2020-07-15T19:13:00.000Z`.

    Raises:
        InputError: not between 1990 and 2200.

    """
    moment = _EPOCH + timedelta(milliseconds=_within(ms, ms))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1_000:03d}Z"


def format_time_or_none(ms: int | None) -> str | None:
    """The same of a time that may not be known; None stays None.

    Raises:
        InputError: not between 1990 and 2200.

    """
    return None if ms is None else format_time(ms)


def spoken_time(ms: int) -> str:
    """The second of `ms` as people read it: `2020-07-15 19:13:00 UTC`.

    Raises:
        InputError: not between 1990 and 2200.

    """
    text = format_time(ms)
    return f"{text[:10]} {text[11:19]} UTC"


def _fits(value: float, unit: str) -> bool:
    factor, divisor = PER_UNIT[unit]
    return EARLIEST * divisor <= value * factor < LATEST * divisor


def _scaled(value: float, unit: str) -> int:
    if not _fits(value, unit):
        other = next((name for name in PER_UNIT if _fits(value, name)), None)
        hint = f"; it looks like {_UNIT_NAMES[other]}" if other else ""
        raise InputError(
            f"{_shown(value)} {_UNIT_NAMES[unit]} is not between the years 1990 and 2200{hint}", advice=_ADVICE
        )
    factor, divisor = PER_UNIT[unit]
    return int(value * factor // divisor)


def _within(ms: float, said: object) -> int:
    if not EARLIEST <= ms < LATEST:
        raise InputError(f"{_shown(said)} is not between the years 1990 and 2200", advice=_ADVICE)
    return int(ms)


def _shown(value: object) -> str:
    """The value as a person can read it: hostile text escaped, and cut at 40 characters."""
    text = ascii(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
