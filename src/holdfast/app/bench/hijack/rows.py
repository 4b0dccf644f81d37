"""What do the rows of a benchmark's file say, in our vocabulary, and to which campaign does each belong?

Rows are spelt as HijackBench spells them (`tsb` in seconds, `author`, `img`) or as the vocabulary does, mixed at will.
A row whose `type` is one of the vocabulary's is that event; every other row is a post. Fields may be missing or odd:
what cannot be an event at all becomes a reject, and never stops the reading.
"""

from __future__ import annotations

import codecs
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from holdfast.connectors.files import lines_of
from holdfast.events import POSTS, REQUIRED, Decoder, Dialect, Lines, Reject, SecurityEvent

from .shown import looked_at

_EVENTS = frozenset(str(kind.__struct_config__.tag) for kind in REQUIRED) - {"post"}
UNNAMED = "unnamed"
"""The campaign and variant of rows that name none."""

_ALSO = {"time": "tsb", "account": "author"}
_NO_LURE = frozenset({"benign", "bystander", "cover", "decoy", "innocent", "quote", "warner", "warning"})
_PICTURE_HASH = (16, 64)  # hexadecimal digits of a perceptual hash of 64 or 256 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What the benchmark knows of a row: its campaign and variant, and whether it carries the lure, if that is said."""

    campaign: str
    variant: str
    lure: bool | None = None


NO_LABEL = Label(campaign=UNNAMED, variant=UNNAMED)


@dataclass(slots=True)
class Rows:
    """The rows of some files, in order. `labels` stand beside `posts`, `event_labels` beside `events`."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    events: list[SecurityEvent] = field(default_factory=list)
    event_labels: list[Label] = field(default_factory=list)
    rejects: int = 0
    first_reject: str = ""
    repeated: int = 0

    @property
    def posts(self) -> pa.Table:
        """All posts, schema `POSTS`."""
        return pa.Table.from_batches(self.batches, schema=POSTS)


class RowReader:
    """Reads the files of one benchmark; posts keep their ids, made distinct where two rows have the same.

    Pictures that are files of the folder are looked at, if the rows name any.
    """

    def __init__(self, folder: Path) -> None:
        """Pictures are looked for in `folder`."""
        self._folder = folder
        self._marks: dict[str, int] = {}  # post id -> hash of the row that has it

    def read(self, path: Path) -> Rows:
        """Every row of a file of JSON Lines, plain or packed.

        Raises:
            UnreadableFileError: the file is missing or damaged.
            SettingsError: pictures are files of the folder, and what it takes to look at them is not installed.

        """
        rows = Rows()
        decoder = Decoder(Dialect(time_unit="auto", keep_unknown=False))
        for block in lines_of(path):
            if isinstance(block, Reject):
                _refuse(rows, path, block.line, block.reason)
            else:
                self._take(rows, path, block, decoder)
        rows.batches, refused = looked_at(rows.batches, self._folder)
        for reason in refused:
            rows.first_reject = rows.first_reject or f"{path.name}, a picture: {reason}"
        rows.rejects += len(refused)
        return rows

    def _take(self, rows: Rows, path: Path, block: Lines, decoder: Decoder) -> None:
        """Spell the rows in our vocabulary, one line each, and decode them; for what is no row, an empty line."""
        told = [
            self._told(rows, path, number, line)
            for number, line in enumerate(block.data.removesuffix(b"\n").split(b"\n"), start=block.first)
        ]
        decoded = decoder.decode(b"\n".join(line for line, _, _ in told), block.first)
        refused = {reject.line for reject in decoded.rejects}
        for reject in decoded.rejects:
            _refuse(rows, path, reject.line, reject.reason)
        for number, (line, label, is_event) in enumerate(told, start=block.first):
            if line and number not in refused:
                (rows.event_labels if is_event else rows.labels).append(label)
        rows.batches.append(decoded.batch.posts)
        rows.events += decoded.batch.others

    def _told(self, rows: Rows, path: Path, number: int, line: bytes) -> tuple[bytes, Label, bool]:
        """A line's event as the vocabulary spells it, its label, and whether it is something other than a post.

        The line comes out empty where it was blank, broken, or a post that came before.
        """
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            return b"", NO_LABEL, False
        try:
            event = self._spelt(msgspec.json.decode(line, type=dict[str, Any]), f"{path.name}:{number}", hash(line))
            if event is None:
                rows.repeated += 1
                return b"", NO_LABEL, False
            return msgspec.json.encode(event), _label_of(event), _is_event(event)
        except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
            _refuse(rows, path, number, str(error))
            return b"", NO_LABEL, False

    def _spelt(self, row: dict[str, Any], place: str, mark: int) -> dict[str, Any] | None:
        """The row in our words, its labels still beside them; None for a post that came before, byte for byte."""
        said = {key: value for key, value in row.items() if value is not None}
        for ours, theirs in _ALSO.items():
            if theirs in said:
                said[ours] = said.pop(theirs)
        if _is_event(said):
            return said | {"by": said.get("by", "holder")} if said["type"] == "post_removed" else said
        name = str(said.get("id") or place)
        if self._marks.get(name) == mark:
            return None
        if name in self._marks:
            name = f"{name}~{place}"
        self._marks[name] = mark
        return said | {
            "type": "post",
            "id": name,
            "account": str(said.get("account") or f"unnamed:{name}"),
            "text": said["text"] if isinstance(said.get("text"), str) else "",
            "urls": links_of(said.get("urls")),
            "media": said.get("media") or self._picture(said.get("img")),
        }

    def _picture(self, said: object) -> list[dict[str, str]]:
        """What `img` tells of a picture: a file of the folder, a link, or a perceptual hash."""
        if not isinstance(said, str) or not said:
            return []
        if len(said) in _PICTURE_HASH and not set(said) - set(string.hexdigits):
            return [{"phash": said}]
        return [{"url": said}] if "://" in said else [{"path": said}]


def _is_event(said: dict[str, Any]) -> bool:
    """Whether a row is an event other than a post."""
    return said.get("type") in _EVENTS


def links_of(said: object) -> list[str]:
    """The links that a field called `urls` holds, whatever else is in it."""
    listed = said if isinstance(said, list) else [said]
    return [link for link in listed if isinstance(link, str) and link]


def _label_of(said: dict[str, Any]) -> Label:
    """A campaign without a variant is named before its `#`; a variant without a campaign is one campaign."""
    campaign, variant = (said.get(name) for name in ("campaign", "variant"))
    lure = said.get("lure")
    if not isinstance(lure, bool):
        lure = False if str(said.get("role", said.get("label"))) in _NO_LURE else None
    if campaign is variant is lure is None:
        return NO_LABEL
    campaign = str(campaign or variant or UNNAMED)
    return Label(campaign=campaign, variant=str(variant or campaign.partition("#")[0]), lure=lure)


def _refuse(rows: Rows, path: Path, line: int, reason: str) -> None:
    if not rows.rejects:
        rows.first_reject = f"{path.name}, line {line}: {reason}"
    rows.rejects += 1
