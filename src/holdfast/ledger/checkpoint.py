"""What does the ledger vouch for, at which size, under whose name? (C2SP tlog-checkpoint)"""

from __future__ import annotations

import base64
import binascii

import msgspec

from holdfast.errors import BrokenLedgerError

from .note import Signer, VerifierKey, open_note
from .tree import HASH_BYTES, Frontier


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The signed head of the ledger: `size` entries with Merkle root `root`. `note` is the text to be published."""

    origin: str
    size: int
    root: bytes
    note: str


def sign_checkpoint(frontier: Frontier, signer: Signer) -> Checkpoint:
    """The checkpoint of the tree with this edge; its origin is the name of the key."""
    origin, size, root = signer.vkey.name, frontier.size, frontier.root
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return Checkpoint(origin=origin, size=size, root=root, note=signer.sign(text))


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that `key` signed for the log of its own name; extension lines are let pass.

    Raises:
        BrokenLedgerError: it is no checkpoint, another log's, or not signed by `key`.

    """
    lines = open_note(note, key).split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise BrokenLedgerError("The note is signed, but it is not a checkpoint.")
    origin, size, root = lines[0], _size(lines[1]), _root(lines[2])
    if origin != key.name:
        raise BrokenLedgerError(f"The checkpoint is of the log {origin!r}, not of {key.name!r}.")
    if size is None or root is None:
        raise BrokenLedgerError("The checkpoint's size or root cannot be read.")
    return Checkpoint(origin=origin, size=size, root=root, note=note)


def _size(text: str) -> int | None:
    """A decimal number without leading zeroes, of at most eighteen digits."""
    plain = text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if plain and str(int(text)) == text else None


def _root(text: str) -> bytes | None:
    try:
        root = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return root if len(root) == HASH_BYTES and base64.b64encode(root).decode() == text else None
