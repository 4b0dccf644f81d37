"""`holdfast backup` and `holdfast restore`: a store out of its database, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from holdfast.app.wholeness import print_verdict
from holdfast.backends import copy_store

from .options import StoreAddress, store_address

_EXIT_BROKEN = 4


def backup(
    file: Annotated[Path, Parameter(help="The file to make; it must not be there yet.")], *, store: StoreAddress
) -> int:
    """Copy a store, as of now and while others write to it, into a file of its own, and check every byte of the copy.

    Exit code 4 when the store, and so its copy, is broken. The signing key is not in it: keep that elsewhere.
    """
    return _copy(store_address(store), str(file))


def restore(file: Annotated[Path, Parameter(help="A backup.")], *, store: StoreAddress) -> int:
    """Copy a backup into an empty database, or a file that is not there yet, and check every byte of the copy."""
    return _copy(str(file), store_address(store))


def _copy(source: str, target: str) -> int:
    verdict = copy_store(source, target)
    print_verdict(target, verdict)
    return 0 if verdict.ok else _EXIT_BROKEN
