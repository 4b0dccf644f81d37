"""What kind of file is this? Its name is asked first, then its first bytes."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal, TypeAlias

import msgspec

from holdfast.errors import UnreadableFileError

Form: TypeAlias = Literal["json lines", "csv", "parquet"]
Packing: TypeAlias = Literal["gzip", "zstd"]

HEAD_BYTES = 4  # as many as the longest signature below

_FORMS: dict[str, Form] = {
    ".jsonl": "json lines",
    ".ndjson": "json lines",
    ".json": "json lines",
    ".csv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_PACKINGS: dict[str, Packing] = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_SIGNATURES: dict[Packing, bytes] = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}  # RFC 1952, RFC 8878
_PARQUET = b"PAR1"


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
    packing = next((kind for kind, signature in _SIGNATURES.items() if head.startswith(signature)), None)
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


def refuse_other_kinds(name: str, head: bytes) -> None:
    """Make sure that a stream that begins with `head` may be JSON Lines.

    Raises:
        UnreadableFileError: its name or its first bytes say that it is something else.

    """
    kind = kind_of(name, head)
    if kind.packing is not None or kind.form != "json lines":
        said = "standard input" if name == "-" else name
        raise UnreadableFileError(
            f"{said} is a {kind.packing or kind.form} file, and of streams only JSON Lines are read",
            advice="Scan the file by its name, or unpack it on the way, as in `zcat FILE | holdfast ...`.",
        )
