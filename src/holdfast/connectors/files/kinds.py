"""What kind of file is this? Its name is asked first, then its first bytes."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Literal, TypeAlias

import msgspec

from holdfast.errors import UnreadableFileError

Form: TypeAlias = Literal["json lines", "csv", "parquet"]
Packing: TypeAlias = Literal["gzip", "zstd"]

HEAD_BYTES = 64  # more than the longest signature below, and enough for how an indented JSON array begins

_FORMS: dict[str, Form] = {
    ".jsonl": "json lines",
    ".ndjson": "json lines",
    ".json": "json lines",
    ".csv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_PACKINGS: dict[str, Packing] = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_SIGNATURES: dict[Packing, re.Pattern[bytes]] = {
    "gzip": re.compile(rb"\x1f\x8b"),  # RFC 1952
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),  # RFC 8878: a frame, or one to be skipped
}
_PARQUET = b"PAR1"
_UNPACK = "Unpack it first: files are read plain, or packed once with gzip or zstd."
_FOREIGN: dict[re.Pattern[bytes], tuple[str, str]] = {  # how no line of UTF-8 begins, or none that is an event
    re.compile(rb"PK\x03\x04"): ("is a zip archive", _UNPACK),
    re.compile(rb"BZh[1-9]1AY&SY"): ("is packed with bzip2", _UNPACK),
    re.compile(rb"\xfd7zXZ\0"): ("is packed with xz", _UNPACK),
    re.compile(rb"PAR1\x15"): ("is a packed Parquet file", "Unpack it first."),
    **dict.fromkeys(_SIGNATURES.values(), ("is packed twice", _UNPACK)),
    re.compile(rb"\xff\xfe|\xfe\xff|\{\0|\0\{"): (
        "is text in UTF-16",
        "Write it in UTF-8, as in `iconv -f UTF-16 -t UTF-8 FILE`.",
    ),
    re.compile(rb"(\xef\xbb\xbf)?\s*\[\s*\{"): (
        "is one JSON array",
        "Write each of its events on a line of its own, as in `jq -c '.[]' FILE`.",
    ),
}


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds, and what it is packed in."""

    form: Form
    packing: Packing | None = None


def kind_of(name: str, head: bytes) -> Kind:
    """The kind of the file called `name` that begins with `head` (`HEAD_BYTES` of it, or all).

    A packing shows in the first bytes whatever the name; text that no name explains is taken as JSON Lines.

    Raises:
        UnreadableFileError: the name says it is packed, and its bytes say that it is not.

    """
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    packing = next((kind for kind, signature in _SIGNATURES.items() if signature.match(head)), None)
    said = _PACKINGS.get(suffixes[-1]) if suffixes else None
    if said is not None:
        if packing != said:
            raise UnreadableFileError(
                f"{name} is not what its name says: it does not begin like a {said} file",
                advice="If something unpacked it on the way, give it the name without its last ending.",
            )
        suffixes.pop()
    form = _FORMS.get(suffixes[-1]) if suffixes else None
    if form is None:
        form = "parquet" if head.startswith(_PARQUET) else "json lines"
    return Kind(form=form, packing=packing)


def refuse_no_lines(name: str, head: bytes) -> None:
    """Make sure that what was unpacked, and begins with `head`, may be lines of text: else every line was a reject.

    Raises:
        UnreadableFileError: its first bytes say that it is something else.

    """
    for signature, (what, advice) in _FOREIGN.items():
        if signature.match(head):
            raise UnreadableFileError(f"{_said(name)} {what}", advice=advice)


def refuse_other_kinds(name: str, head: bytes) -> None:
    """Make sure that a stream that begins with `head` may be JSON Lines.

    Raises:
        UnreadableFileError: its name or its first bytes say that it is something else.

    """
    kind = kind_of(name, head)
    if kind.packing is not None or kind.form != "json lines":
        raise UnreadableFileError(
            f"{_said(name)} is a {kind.packing or kind.form} file, and of streams only JSON Lines are read",
            advice="Scan the file by its name, or unpack it on the way, as in `zcat FILE | holdfast ...`.",
        )
    refuse_no_lines(name, head)


def _said(name: str) -> str:
    return "standard input" if name == "-" else name
