"""When was each post, as the bytes of its line say?

The functions compiled here call none outside this file, so numba sees when the code it has kept is out of date.
"""

from __future__ import annotations

import numpy as np

from .scan import FIELDS, LEFT, POST, WHOLE, Bytes, Numbers, Places
from .siphash import kernel
from .times import EARLIEST, LATEST, PER_UNIT, TimeUnit

_TIME = FIELDS.index("time")
_UNSURE = -1
_NO_ZONE = 10_000  # minutes: no clock is so far from UTC
_0, _9, _POINT, _COLON, _PLUS, _MINUS, _Z, _z = (ord(sign) for sign in "09.:+-Zz")
_T, _t, _SPACE = (ord(sign) for sign in "Tt ")
_SHAPE = np.frombuffer(b"0000-00-00T00:00:00", dtype=np.uint8)  # 0 stands for any digit
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def unit_ranges(unit: TimeUnit) -> Numbers:
    """For each unit that numbers may count: from which number, below which, and by what to multiply and divide it."""
    units = PER_UNIT.values() if unit == "auto" else [PER_UNIT[unit]]
    return np.array([(EARLIEST * by // to, LATEST * by // to, to, by) for to, by in units], dtype=np.int64)


@kernel
def read_times(data: Bytes, marks: Bytes, spans: Places, kinds: Bytes, units: Numbers, times: Numbers) -> None:  # noqa: PLR0913, PLR0917 - kernels get their buffers one by one
    """The time of each post, in milliseconds since 1970 UTC; lines whose time is not surely good become `LEFT`."""
    for line in range(len(kinds)):
        if kinds[line] != POST:
            continue
        start, end = spans[line, _TIME, 0], spans[line, _TIME, 1]
        times[line] = _UNSURE
        if marks[line, _TIME] == WHOLE:
            number = _number(data, start, end)
            for unit in range(len(units)):
                if units[unit, 0] <= number < units[unit, 1]:
                    times[line] = number * units[unit, 2] // units[unit, 3]
        else:
            times[line] = _rfc3339(data, start, end)
        if not EARLIEST <= times[line] < LATEST:
            kinds[line] = LEFT


@kernel
def _number(data: Bytes, place: int, end: int) -> int:
    number = 0
    while place < end:
        number = number * 10 + int(np.int64(data[place])) - _0
        place += 1
    return number


@kernel
def _rfc3339(data: Bytes, start: int, end: int) -> int:
    """The time, or -1 for text that is not surely one: `times.parse_time` knows them all."""
    zone = start + len(_SHAPE)
    if zone >= end:
        return _UNSURE
    if not _has_shape(data, start):
        return _UNSURE
    year, month = _number(data, start, start + 4), _number(data, start + 5, start + 7)
    day, hour = _number(data, start + 8, start + 10), _number(data, start + 11, start + 13)
    minute, second = _number(data, start + 14, start + 16), _number(data, start + 17, start + 19)
    if not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month) or hour > 23 or minute > 59 or second > 59:
        return _UNSURE
    thousandths, weight = 0, 100
    if data[zone] == _POINT:
        zone += 1
        while _0 <= data[zone] <= _9:
            thousandths += weight * _number(data, zone, zone + 1)
            weight //= 10
            zone += 1
    ahead = _zone(data, zone, end)
    if ahead == _NO_ZONE or data[zone - 1] == _POINT:
        return _UNSURE
    minutes = (_days(year, month, day) * 24 + hour) * 60 + minute - ahead
    return (minutes * 60 + second) * 1_000 + thousandths


@kernel
def _has_shape(data: Bytes, start: int) -> bool:
    for step in range(len(_SHAPE)):
        sign = data[start + step]
        if _SHAPE[step] == _0:
            fits = _0 <= sign <= _9
        elif _SHAPE[step] == _T:
            fits = sign in (_T, _t, _SPACE)
        else:
            fits = sign == _SHAPE[step]
        if not fits:
            return False
    return True


@kernel
def _days_in(year: int, month: int) -> int:
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else _DAYS[month]


@kernel
def _zone(data: Bytes, place: int, end: int) -> int:
    """How many minutes a clock with this offset is ahead of UTC."""
    sign = data[place]
    if sign in (_Z, _z):
        return 0 if place + 1 == end else _NO_ZONE
    if sign not in (_PLUS, _MINUS) or end - place != 6 or data[place + 3] != _COLON:
        return _NO_ZONE
    for step in (1, 2, 4, 5):
        if not _0 <= data[place + step] <= _9:
            return _NO_ZONE
    hours, minutes = _number(data, place + 1, place + 3), _number(data, place + 4, place + 6)
    if hours > 23 or minutes > 59:
        return _NO_ZONE
    return hours * 60 + minutes if sign == _PLUS else -hours * 60 - minutes


@kernel
def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar, by years that begin in March and so end in the leap day."""
    years = year - (month <= 2)
    months = (month + 9) % 12
    leaps = years // 4 - years // 100 + years // 400
    return years * 365 + leaps + (153 * months + 2) // 5 + day - 1 - 719_468  # 719,468 days from 0000-03-01 to 1970
