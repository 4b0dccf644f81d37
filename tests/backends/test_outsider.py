"""An outsider checks a store with what docs/reference/ledger.md says, and nothing of Holdfast."""

import base64
import hashlib
import hmac
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from holdfast.backends import SqlStore
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import Parcel, record

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "ledger.md"


def sha256(*parts):
    """Of the parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def root(hashes):
    """RFC 6962, section 2.1, over leaf hashes."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha256(b"\x01", root(hashes[:split]), root(hashes[split:]))


def signed_text(note, vkey):
    """The lines of a note that the key signed."""
    name, key_id, encoded = vkey.split("+", 2)
    public = base64.b64decode(encoded)
    assert key_id == sha256(name.encode(), b"\n", public)[:4].hex()
    text, _, lines = note.rpartition("\n\n")
    signature = base64.b64decode(re.search(f"^\u2014 {re.escape(name)} (.*)$", lines, re.MULTILINE)[1])
    assert signature[:4].hex() == key_id
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], f"{text}\n".encode())
    return text.split("\n")


def check(path, vkey):
    """The six steps of the reference."""
    with closing(sqlite3.connect(path)) as db:
        assert dict(db.execute("SELECT * FROM facts")) == {"schema": "1", "origin": vkey.split("+")[0], "vkey": vkey}
        heads = [(size, *signed_text(note, vkey)) for size, note in db.execute("SELECT * FROM checkpoints ORDER BY 1")]
        leaves = []
        for position, key, leaf, salt, body in db.execute("SELECT * FROM entries ORDER BY position"):
            fields = json.loads(leaf)
            assert (position, rfc8785.dumps(fields), fields["key"].encode()) == (len(leaves), leaf, key)
            if salt is not None:
                assert base64.b64decode(fields["body_commitment"]) == hmac.digest(salt, body, "sha256")
                assert rfc8785.dumps(json.loads(body)) == body
            leaves.append(sha256(b"\x00", leaf))
        for kept_as, origin, size, encoded in heads:
            assert (kept_as, origin) == (int(size), vkey.split("+")[0])
            assert base64.b64decode(encoded) == root(leaves[: int(size)])
        assert len(leaves) == heads[-1][0]
        lowest = db.execute("SELECT hashes FROM tiles WHERE level = 0 ORDER BY number").fetchall()
        assert b"".join(hashes for (hashes,) in lowest) == b"".join(leaves)
        lanes = [0] * 1024
        rows = db.execute("SELECT collection, key, kind, value FROM collections").fetchall()
        heads = db.execute("SELECT size, note FROM checkpoints ORDER BY size").fetchall()
        assert heads[0][0] == 0
        for row in [*rows, *((str(size).encode(), note.encode()) for size, note in heads)]:
            framed = b"".join(len(part).to_bytes(8, "big") + part for part in row)
            hashed = hashlib.shake_128(framed).digest(2048)
            lanes = [
                (lane + int.from_bytes(hashed[2 * n : 2 * n + 2], "little")) % 65536 for n, lane in enumerate(lanes)
            ]
        total = b"".join(lane.to_bytes(2, "little") for lane in lanes)
        ((number, note, kept),) = db.execute("SELECT id, note, lanes FROM seal")
        assert (number, kept) == (1, total)
        title, origin, size, digest = signed_text(note, vkey)
        assert (title, origin, int(size)) == ("Holdfast seal", vkey.split("+")[0], len(leaves))
        assert base64.b64decode(digest) == sha256(total)


def test_the_reference_is_enough_to_check_a_store(tmp_path):
    """A store with hundreds of entries, rows that came and went and an erased body passes; a changed one does not."""
    signer = seeded_signer(1)
    path = tmp_path / "store.db"
    with SqlStore(path, signer=signer) as store:
        for batch in range(20):
            with store.begin() as transaction:
                for number in range(20):
                    transaction.record(record(f"{batch}/{number}", body={"\U0001f9ff\ue000": 0.1, "n": number}))
                transaction.put("parcels", str(batch % 6), Parcel(label=str(batch)))
                transaction.delete("parcels", str(batch % 5))
        with store.begin() as transaction:
            transaction.erase("3/3", time=5, actor="privacy", why="asked")
    check(path, str(signer.vkey))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE entries SET leaf = replace(leaf, 'executor', 'somebody') WHERE position = 77")
    with pytest.raises((AssertionError, TypeError)):
        check(path, str(signer.vkey))


def test_the_head_in_the_reference_is_signed():
    """The example opens with the key that stands beside it, and with no other."""
    head, vkey, *_ = re.findall(r"```text\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), re.DOTALL)
    assert signed_text(head, vkey.strip())[:2] == ["example.org/holdfast", "50800"]
    with pytest.raises(InvalidSignature):
        signed_text(head.replace("50800", "50801"), vkey.strip())
