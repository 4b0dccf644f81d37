"""The signing key lies where nobody else can read it."""

import resource
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from holdfast.backends import load_or_create_signer
from holdfast.errors import SettingsError, StoreError, StoreFullError
from holdfast.ledger import VerifierKey

ORIGIN = "example.org/ledger"


def test_a_key_is_made_once(tmp_path):
    """The first call makes the key, later ones read the same; only its owner may read it; the public half is beside it."""
    path = tmp_path / "keys" / "ledger.key"
    signer = load_or_create_signer(path, origin=ORIGIN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_or_create_signer(path, origin=ORIGIN).vkey == signer.vkey
    published = (tmp_path / "keys" / "ledger.key.pub").read_text()
    assert VerifierKey.parse(published.rstrip("\n")) == signer.vkey
    assert signer.secret() not in published
    assert signer.secret() not in repr(signer)


def test_two_keys_differ(tmp_path):
    """A key is random."""
    one, two = (load_or_create_signer(tmp_path / name, origin=ORIGIN) for name in "ab")
    assert one.vkey != two.vkey


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    """With wider permissions the key is not used, and the advice says how to narrow them."""
    path = tmp_path / "ledger.key"
    load_or_create_signer(path, origin=ORIGIN)
    path.chmod(mode)
    with pytest.raises(SettingsError, match=f"{mode:04o}") as caught:
        load_or_create_signer(path, origin=ORIGIN)
    assert f"chmod 600 {path}" in caught.value.advice


def test_a_file_that_is_no_key_is_refused_without_repeating_it(tmp_path):
    """Whatever is in the file, the error does not tell it: it might be another secret."""
    path = tmp_path / "ledger.key"
    secret = load_or_create_signer(path, origin=ORIGIN).secret()
    for content in (b"", b"hunter2", b"\xff\xfe", secret[:-5].encode(), secret.replace("PRIVATE", "PUBLIC").encode()):
        path.write_bytes(content)
        with pytest.raises(SettingsError, match="does not hold a signing key") as caught:
            load_or_create_signer(path, origin=ORIGIN)
        assert "hunter2" not in f"{caught.value}{caught.value.advice}"


@pytest.mark.parametrize("room", [0, 1, 60])
def test_a_key_appears_whole_or_not_at_all(tmp_path, room):
    """Without room for it there is no file, whole or cut; with room the same call makes it."""
    path = tmp_path / "ledger.key"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(StoreFullError):
            load_or_create_signer(path, origin=ORIGIN)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    assert load_or_create_signer(path, origin=ORIGIN).vkey == load_or_create_signer(path, origin=ORIGIN).vkey


def test_whoever_makes_a_key_at_the_same_time_gets_the_same(tmp_path):
    """One of them is first; the public half beside it is that one's."""
    path = tmp_path / "ledger.key"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: str(load_or_create_signer(path, origin=ORIGIN).vkey), range(8)))
    assert {*made} == {(tmp_path / "ledger.key.pub").read_text().rstrip("\n")}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ledger.key", "ledger.key.pub"]


def test_a_key_cut_anywhere_is_refused(tmp_path):
    """What an older Holdfast or a bad copy left is told, with what to do, and never used."""
    path = tmp_path / "ledger.key"
    whole = load_or_create_signer(path, origin=ORIGIN).secret()
    for length in range(len(whole)):
        path.write_text(whole[:length])
        with pytest.raises(SettingsError, match="does not hold a signing key") as caught:
            load_or_create_signer(path, origin=ORIGIN)
        assert "backup" in caught.value.advice


def test_the_key_of_another_ledger_is_refused(tmp_path):
    """A key signs for the one ledger that it is named after."""
    load_or_create_signer(tmp_path / "k", origin=ORIGIN)
    with pytest.raises(SettingsError, match=r"not of 'example\.org/other'"):
        load_or_create_signer(tmp_path / "k", origin="example.org/other")


def test_a_key_that_cannot_be_read_or_made_is_told(tmp_path):
    """A folder in its place, or a file in the place of its folder, gives an error of ours."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir(mode=0o700)
    for path in (tmp_path / "folder", tmp_path / "file" / "key"):
        with pytest.raises(StoreError):
            load_or_create_signer(path, origin=ORIGIN)
