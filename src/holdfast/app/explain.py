"""Which campaign is meant, and what do programs read about it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from holdfast.connectors.files import standard_input
from holdfast.detection import Campaign, Explanation
from holdfast.errors import InputError, UnreadableFileError, UsageError
from holdfast.events import format_time, format_time_or_none, parse_time

_LISTED = 12  # campaigns that an error names
_TIMES = ("first_post_at", "detected_at", "contained_at")


def pick(campaigns: Sequence[Campaign], word: str) -> Campaign:
    """The campaign whose id, or that of a campaign it took in, is `word` or alone begins with it; `c-` may be left out.

    Raises:
        UsageError: there is none, or more than one.

    """
    exact = [campaign for campaign in campaigns if campaign.id == word]
    starts = exact or [campaign for campaign in campaigns if _begins(campaign, word)]
    if len(starts) == 1:
        return starts[0]
    known = ", ".join(campaign.id for campaign in (starts or campaigns)[:_LISTED])
    if not campaigns:
        raise UsageError(f"there is no campaign {word!r}, nor any other", advice="`holdfast scan` finds campaigns.")
    if starts:
        raise UsageError(f"{len(starts)} campaigns begin with {word!r}", advice=f"Name one of: {known}.")
    raise UsageError(f"there is no campaign {word!r}", advice=f"Name one of: {known}.")


def _begins(campaign: Campaign, word: str) -> bool:
    return bool(word) and any(name.startswith((word, f"c-{word}")) for name in (campaign.id, *campaign.merged))


def read_campaigns(path: str) -> tuple[Campaign, ...]:
    """The campaigns in the lines that `holdfast scan --json` wrote; `-` is the standard input.

    Raises:
        UnreadableFileError: the file cannot be read.
        InputError: a line is no campaign and no summary.

    """
    try:
        data = standard_input().read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror or error}") from error
    lines = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    found = [_campaign_in(line, f"{path}, line {number}") for number, line in lines]
    return tuple(campaign for campaign in found if campaign is not None)


def _campaign_in(line: bytes, where: str) -> Campaign | None:
    try:
        said = msgspec.json.decode(line, type=dict[str, Any])
        if "summary" in said:
            return None
        times = {name: said[name] and parse_time(said[name]) for name in _TIMES if name in said}
        first_posts = [parse_time(time) for time in said.get("first_posts", ())]
        return msgspec.convert(said | times | {"first_posts": first_posts}, Campaign)
    except (msgspec.MsgspecError, InputError, TypeError, ValueError) as error:
        advice = "Give the file that `holdfast scan --json` wrote, or the posts themselves without --from."
        raise InputError(f"{where} is no campaign: {error}", advice=advice) from error


def campaign_json(campaign: Campaign) -> dict[str, Any]:
    """A campaign as other programs read it: times in RFC 3339, the rest as it is."""
    said: dict[str, Any] = msgspec.to_builtins(campaign)
    times = {name: format_time_or_none(getattr(campaign, name)) for name in _TIMES}
    return said | times | {"first_posts": [format_time(time) for time in campaign.first_posts]}


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """An explanation as other programs read it: times in RFC 3339, the rest as it is."""
    said: dict[str, Any] = msgspec.to_builtins(explanation)
    said["campaign"] = campaign_json(explanation.campaign)
    _format_in("time", said["carriers"])
    _format_in("time", said["crossings"])
    _format_in("seen_at", [change["outcome"] for change in said["changes"]])
    return said


def _format_in(name: str, records: Iterable[dict[str, Any]]) -> None:
    for record in records:
        record[name] = format_time_or_none(record[name])
