"""Where passkeys work, and where not."""

import pytest

from holdfast.app.signin.place import Place, place_of, private
from holdfast.errors import SettingsError


def test_on_loopback_it_is_localhost():
    """Browsers take passkeys there without TLS, and at no IP address."""
    assert Place(origin="http://localhost:8321", rp_id="localhost") == place_of("", "", loopback=True, port=8321)


def test_beyond_loopback_nobody_signs_in_until_an_address_is_named():
    """Nothing is guessed from what a request says."""
    assert place_of("", "", loopback=False, port=80) is None


def test_a_domain_above_the_host_can_own_the_passkeys():
    """As Web Authentication allows; no other one can."""
    found = place_of("https://desk.example.org", "example.org", loopback=False, port=80)
    assert ("example.org", "__Host-holdfast", "desk.example.org") == (found.rp_id, found.cookie, found.host)
    with pytest.raises(SettingsError):
        place_of("https://desk.example.org", "ample.org", loopback=False, port=80)


@pytest.mark.parametrize(
    "origin",
    ["http://desk.example.org", "https://desk.example.org/", "https://Desk.example.org", "ftp://x", "x", "https://",
     "http://127.0.0.1:1", "https://a@desk.example.org/x?y"],
)  # fmt: skip
def test_an_origin_is_as_browsers_write_it(origin):
    """By TLS, in small letters, without a path."""
    with pytest.raises(SettingsError):
        place_of(origin, "", loopback=True, port=1)


def test_secrets_go_by_tls_or_stay_on_this_machine():
    """To a provider, too."""
    assert private("https://id.example")
    assert private("http://localhost:1/x")
    assert not private("http://id.example")
    assert not private("http://localhost.evil.example")
