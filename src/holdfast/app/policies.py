"""Where do the policies come from? From a folder of the deployment's, or with Holdfast."""

from __future__ import annotations

from pathlib import Path

from holdfast.errors import PolicyError
from holdfast.guard import Policy
from holdfast.guard.policy import POLICIES, QUORUM, SCHEMA
from holdfast.response import shipped_policy, shipped_texts

_LARGEST = 1_048_576  # bytes of a file: policies are pages, not books
_MOST = 200  # files: each is parsed at every start


def load_policy(folder: str | Path) -> Policy:
    """The policies in `folder`, or the shipped ones when it is empty.

    A folder without `quorum.toml` has the shipped table; the schema is always Holdfast's.

    Raises:
        PolicyError: the folder cannot be read, or its policies do not hold.

    """
    return shipped_policy() if not str(folder) else Policy(texts_in(Path(folder)))


def texts_in(folder: Path) -> dict[str, str]:
    """The texts of the policies in `folder`, with what it leaves out.

    Raises:
        PolicyError: the folder cannot be read, or has no policy.

    """
    shipped = shipped_texts()
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix == POLICIES or path.name == QUORUM)
        if not any(name.endswith(POLICIES) for name in names) or len(names) > _MOST:
            raise PolicyError(f"the folder {folder} has no file *{POLICIES}, or more than {_MOST}")
        own = {name: _text(folder / name) for name in names}
    except OSError as why:
        raise PolicyError(f"the policies in {folder} cannot be read: {why.strerror or why}") from why
    return {QUORUM: shipped[QUORUM], **own, SCHEMA: shipped[SCHEMA]}


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise PolicyError(f"{file} has more than {_LARGEST:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as why:
        raise PolicyError(f"{file} is no UTF-8: {why}") from why
