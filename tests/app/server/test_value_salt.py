"""The salt of new values comes from a file that only its owner reads, or there is none."""

import base64

import pytest

from holdfast.app.server.notifying import value_salt
from holdfast.app.server.settings import Changes, Settings
from holdfast.errors import SettingsError


def settings(tmp_path, text, mode=0o600):
    """Settings that name a file with this in it."""
    file = tmp_path / "salt"
    file.write_text(text)
    file.chmod(mode)
    return Settings(changes=Changes(salt_file=str(file)))


def test_the_salt_is_what_the_file_holds(tmp_path):
    """Base64 of it, as `openssl rand -base64 32` writes it; without a file there is none."""
    assert value_salt(settings(tmp_path, base64.b64encode(b"s" * 32).decode() + "\n")) == b"s" * 32
    assert value_salt(Settings()) is None


@pytest.mark.parametrize(
    ("text", "mode"),
    [("", 0o600), ("c2hvcnQ=", 0o600), ("not base64!", 0o600), (base64.b64encode(b"s" * 32).decode(), 0o644)],
)
def test_a_salt_that_is_none_or_everybodys_is_refused(tmp_path, text, mode):
    """Whoever can read or guess it can try addresses out."""
    with pytest.raises(SettingsError):
        value_salt(settings(tmp_path, text, mode))
