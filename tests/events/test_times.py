"""Times as they come and as they are kept."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InputError
from holdfast.events import format_time, format_time_or_none, parse_time, spoken_time
from holdfast.events.times import EARLIEST, LATEST, PER_UNIT, read_time

MOMENTS = st.integers(EARLIEST, LATEST - 1)
INCIDENT = 1_594_840_380_000


@given(MOMENTS)
def test_what_is_written_is_read_back(ms):
    """Every time in range survives being written and read."""
    assert parse_time(format_time(ms)) == ms


@given(MOMENTS, st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_offsets_name_the_same_moment(ms, minutes):
    """A moment told by a clock anywhere is the same moment."""
    clock = timezone(timedelta(minutes=minutes))
    there = datetime.fromtimestamp(ms // 1000, UTC).astimezone(clock).replace(microsecond=ms % 1000 * 1000)
    assert parse_time(there.isoformat(timespec="milliseconds")) == ms


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-15T19:13:00Z",
        "2020-07-15t19:13:00z",
        "2020-07-15 19:13:00Z",
        "2020-07-15T19:13:00.000999999999Z",
        "2020-07-15T12:13:00-07:00",
        "2020-07-16T00:58:00+05:45",
    ],
)
def test_spellings_that_rfc_3339_allows(text):
    """Small letters, a blank, any fraction and any offset are taken; digits beyond the millisecond are cut off."""
    assert parse_time(text) == INCIDENT


def test_a_leap_second_is_the_last_millisecond_of_its_minute():
    """23:59:60 in UTC, told from anywhere, comes before the next day."""
    assert parse_time("2016-12-31T23:59:60Z") == parse_time("2017-01-01T00:00:00Z") - 1
    assert parse_time("2017-01-01T00:59:60.5+01:00") == parse_time("2017-01-01T00:00:00Z") - 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2020-07-15",
        "2020-07-15T19:13:00",
        "2020-07-15T19:13Z",
        "2020-07-15T19:13:00.Z",
        "2020-02-30T00:00:00Z",
        "2021-02-29T00:00:00Z",
        "2020-13-01T00:00:00Z",
        "2020-07-15T24:00:00Z",
        "2020-07-15T19:60:00Z",
        "2020-07-15T19:13:60Z",
        "2020-07-15T19:13:61Z",
        "2020-07-15T19:13:00+24:00",
        "2020-07-15T19:13:00+01:60",
        "2020-07-15T19:13:00+0100",
        "1989-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "\uff12\uff10\uff12\uff10-07-15T19:13:00Z",
        "2020-07-15T19:13:00Z\n",
        "1594840380000",
    ],
)
def test_what_is_no_time(text):
    """Text without an offset, of a day that was not, or out of range is refused with advice."""
    with pytest.raises(InputError) as refusal:
        parse_time(text)
    assert "RFC 3339" in refusal.value.advice


@given(MOMENTS, st.sampled_from(sorted(PER_UNIT)))
def test_the_size_of_a_number_tells_its_unit(ms, unit):
    """Told to find out, a number of seconds, milli-, micro- or nanoseconds becomes the same moment."""
    factor, divisor = PER_UNIT[unit]
    number = ms * divisor // factor
    kept = number * factor // divisor
    assert read_time(number, "auto") == read_time(number, unit) == read_time(str(number), "auto") == kept


def test_numbers_are_whole_milliseconds_unless_said_otherwise():
    """The vocabulary's own numbers are integers of milliseconds; a wrong unit is named."""
    assert read_time(INCIDENT) == INCIDENT
    assert read_time(1_594_840_380.5, "s") == INCIDENT + 500
    with pytest.raises(InputError, match="looks like seconds"):
        read_time(1_594_840_380)
    for other in (1_594_840_380_000.0, True, None, [], float("nan")):
        with pytest.raises(InputError):
            read_time(other)
    with pytest.raises(InputError, match="between the years 1990 and 2200"):
        read_time(7, "auto")
    with pytest.raises(InputError):
        format_time(LATEST)


def test_a_time_that_is_not_known_stays_so():
    """None is told as None, and any other time as it always is."""
    assert (None, format_time(LATEST - 1)) == (format_time_or_none(None), format_time_or_none(LATEST - 1))


def test_people_read_a_time_to_the_second():
    """Whatever comes after the second is left away."""
    assert "2020-07-15 19:14:41 UTC" == spoken_time(1_594_840_481_999)
