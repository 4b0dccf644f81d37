"""What does the directory of a benchmark hold? Two files are needed, the others are used when they are there.

| file | what |
|---|---|
| `background.jsonl` | real posts, all of them innocent |
| `campaigns.jsonl` | the injected campaigns' posts, each with `campaign` and `variant` |
| `events.jsonl` | further events of the vocabulary that belong to the background |
| `hard_negatives.json` | families of benign look-alikes |
| `crypto_posts.jsonl` | real talk about coins, one more family of look-alikes |

Each `.jsonl` may be packed as `.jsonl.zst` or `.jsonl.gz`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from holdfast.connectors.files import lines_of
from holdfast.errors import InputError, NoEventsError, UnreadableFileError
from holdfast.events import Lines, SecurityEvent

from .attacks import Injection
from .rows import RowReader, Rows

_PACKINGS = (".zst", "", ".gz")
_ADVICE = "Name a folder with background.jsonl.zst and campaigns.jsonl; docs/reference/hijackbench.md has their form."


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A benchmark as read. `background` (schema `POSTS`) and `events` are in order of time.

    `families` and `talk` are what the two files of look-alikes hold, empty where they are missing.
    """

    background: pa.Table
    events: tuple[SecurityEvent, ...]
    injected: Injection
    families: tuple[dict[str, Any], ...]
    talk: tuple[dict[str, Any], ...]
    rejects: int
    first_reject: str
    repeated: int


def read_data(folder: Path) -> Data:
    """Read a directory.

    Raises:
        InputError: a needed file is missing, damaged, or holds nothing that can be used.

    """
    if not folder.is_dir():
        raise UnreadableFileError(f"{folder} is not a folder", advice=_ADVICE)
    reader = RowReader(folder)
    background = _needed(reader, folder, "background")
    campaigns = _needed(reader, folder, "campaigns")
    events = _found(folder, "events")
    more = reader.read(events) if events else Rows()
    posts = pa.concat_tables([background.posts, more.posts])
    told = (background, campaigns, more)
    return Data(
        background=posts.take(pa.array(posts.column("time").to_numpy().argsort(kind="stable"))).combine_chunks(),
        events=tuple(sorted([*background.events, *more.events], key=lambda event: event.time)),
        injected=Injection.of(campaigns),
        families=_families(folder / "hard_negatives.json"),
        talk=_talk(_found(folder, "crypto_posts")),
        rejects=sum(rows.rejects for rows in told),
        first_reject=next((rows.first_reject for rows in told if rows.rejects), ""),
        repeated=sum(rows.repeated for rows in told),
    )


def _found(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}.jsonl{packing}" for packing in _PACKINGS)
    return next((path for path in paths if path.exists()), None)


def _needed(reader: RowReader, folder: Path, name: str) -> Rows:
    path = _found(folder, name)
    if path is None:
        raise UnreadableFileError(f"{folder} holds no {name}.jsonl.zst or {name}.jsonl", advice=_ADVICE)
    rows = reader.read(path)
    if not rows.labels:
        reason = f"; the first refused: {rows.first_reject}" if rows.rejects else ""
        raise NoEventsError(f"{path} holds no posts{reason}", advice=_ADVICE)
    return rows


def _families(path: Path) -> tuple[dict[str, Any], ...]:
    """The families of look-alikes: objects with `id` and, mostly, `texts`."""
    if not path.exists():
        return ()
    try:
        told = msgspec.json.decode(path.read_bytes(), type=dict[str, Any]).get("families")
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a JSON object: {error}", advice="Repair it, or take it away.") from error
    listed = told if isinstance(told, list) else []
    return tuple(family for family in listed if isinstance(family, dict) and isinstance(family.get("id"), str))


def _talk(path: Path | None) -> tuple[dict[str, Any], ...]:
    """The posts about coins that are labelled as ordinary talk."""
    posts: list[dict[str, Any]] = []
    for block in lines_of(path) if path else ():
        for line in block.data.split(b"\n") if isinstance(block, Lines) else ():
            try:
                post = msgspec.json.decode(line, type=dict[str, Any])
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # a family of look-alikes is a sample: one line less changes nothing
            labels = post.get("labels")
            if isinstance(labels, list) and "topic_crypto" in labels and isinstance(post.get("text"), str):
                posts.append(post)
    return tuple(posts)
