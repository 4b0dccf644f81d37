"""Where does the ledger's signing key lie, and who else could read it?"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

from holdfast.errors import SettingsError
from holdfast.ledger import Signer

from .sqlite import seam

_SECRET_BYTES = 32


def load_or_create_signer(path: str | Path, *, origin: str) -> Signer:
    """The key kept in the file at `path`, made there (0600) if there is none, with `path`.pub beside it for others.

    The file holds one line in the form that signed-note tools share; the `.pub` file holds the verifier key.

    Raises:
        SettingsError: others than the owner may read the file, it holds no key, or the key of another ledger.
        StoreError: it cannot be read or made.

    """
    path = Path(path)
    with seam(str(path)):
        if not path.exists():
            _make(path, Signer(origin, secrets.token_bytes(_SECRET_BYTES)))
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(
                f"The signing key {path} may be read by others (mode {mode:04o}).",
                advice=f"Run: chmod 600 {path}; if somebody may have read it, begin a new ledger with a new key.",
            )
        text = path.read_bytes()
    try:
        signer = Signer.parse(text.decode().rstrip("\n"))
    except (UnicodeDecodeError, SettingsError) as why:
        raise SettingsError(
            f"The file {path} does not hold a signing key.",
            advice="Restore it from its backup, or name another file. If it never signed anything, remove it: then a "
            "new one is made.",
        ) from why
    if signer.vkey.name != origin:
        raise SettingsError(
            f"The key in {path} is that of the ledger {signer.vkey.name!r}, not of {origin!r}.",
            advice="Name the ledger as the key is named, or give it a key of its own.",
        )
    return signer


def _make(path: Path, signer: Signer) -> None:
    """Write both files, each whole or not at all; a key that was made by another process meanwhile stands."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".key-") as folder:
        secret = _write(Path(folder, "secret"), signer.secret())
        public = _write(Path(folder, "public"), str(signer.vkey))
        try:
            path.hardlink_to(secret)
        except FileExistsError:
            return
        public.chmod(0o644)
        public.rename(f"{path}.pub")
        place = os.open(path.parent, os.O_RDONLY)
        os.fsync(place)
        os.close(place)


def _write(path: Path, text: str) -> Path:
    """One line in a new file (0600) that is on the disk."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path
