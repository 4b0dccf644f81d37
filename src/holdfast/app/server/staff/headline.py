"""Was it reached, or tried? Said in words, for a page and a terminal alike."""

from __future__ import annotations

from holdfast.events import spoken_time
from holdfast.response.staff.sought import Sought, Tally

from .searching import Tallied

_NOTHING = {
    (None, True): "Neither reached nor tried",
    (None, False): "Nothing was tried",
    (True, True): "Not reached",
    (True, False): "Nothing was allowed",
    (False, True): "Nothing was refused",
    (False, False): "Nothing was refused",
}


def headline(sought: Sought, tallied: Tallied, recorded_from: int | None) -> str:
    """What attempts come to, no surer than was looked. `recorded_from` is milliseconds since 1970 UTC."""
    tally, whole = tallied.tally, tallied.all_allowed and tallied.all_refused
    first, last = tally.first_at, tally.last_at
    if first is None or last is None:
        return _nothing(sought, recorded_from) if whole else "None among the newest attempts; there are more."
    reached = "reached" if sought.target else "allowed"
    changed = f" ({tally.changed:,} to change something)" if tally.changed else ""
    begins, ends = spoken_time(first), spoken_time(last)
    when = f"at {begins}" if begins == ends else f"between {begins} and {ends}"
    tried = _least(tally.refused + tally.allowed, whole=whole)
    let = "" if sought.allowed is False else f"{reached} {_least(tally.allowed, whole=tallied.all_allowed)}{changed}, "
    return f"Tried {tried} by {_whom(tally)}, {let}{when}.{'' if whole else ' Only the newest were looked through.'}"


def _least(count: int, *, whole: bool) -> str:
    return times(count) if whole else f"at least {times(count)}"


def times(count: int) -> str:
    """So many times, in words."""
    return "once" if count == 1 else f"{count:,} times"


def _nothing(sought: Sought, recorded_from: int | None) -> str:
    """That nothing was; but of what was before the record begins, nothing can be said."""
    said = _NOTHING[sought.allowed, bool(sought.target)]
    said += (" by this person" if sought.person else "") + (" with this tool" if sought.tool else "")
    if recorded_from is None:
        return "The record of attempts has not begun."
    if sought.until is not None and sought.until <= recorded_from:
        return f"Nothing is known of then: the record of attempts begins at {spoken_time(recorded_from)}."
    begins = max(recorded_from, sought.since or 0)
    span = (
        f"since {spoken_time(begins)}"
        if sought.until is None
        else f"between {spoken_time(begins)} and {spoken_time(sought.until)}"
    )
    return f"{said} {span}{'; the record of attempts begins then' if begins == recorded_from else ''}."


def _whom(tally: Tally) -> str:
    count = len(tally.people)
    people = "1 person" if count == 1 else f"{count:,} people"
    if not tally.unknown:
        return people
    unknown = f"nobody known ({times(tally.unknown)})"
    return f"{people} and {unknown}" if count else unknown
