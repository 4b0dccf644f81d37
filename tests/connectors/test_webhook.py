"""Notices to holders by signed HTTP requests, against a real server on loopback."""

import base64
import hmac
import json

import pytest

from holdfast.connectors.webhook import WebhookNotifier, secret_of
from holdfast.errors import PlatformError, SettingsError
from holdfast.ports import NoticeKind
from holdfast.testing import NotifierContract, SetClock

from .receiver import Platform

SECRET = b"s" * 32
NOW = 1_600_000_000_000


@pytest.fixture
def platform():
    """A platform that takes notices."""
    made = Platform()
    yield made
    made.close()


class TestWebhook(NotifierContract):
    """The contract of every notifier."""

    @pytest.fixture
    def notifier(self, platform):
        """Posts to that platform."""
        with WebhookNotifier(platform.url, SECRET, SetClock(NOW)) as made:
            yield made

    @pytest.fixture
    def account(self):
        """Whom it is about."""
        return "account-1"

    @pytest.fixture
    def arrived(self, platform):
        """What the platform has taken."""
        return lambda: platform.got

    @pytest.fixture(params=[500, 302, 404])
    def shut(self, platform, request):
        """It answers something else."""
        return lambda: setattr(platform, "status", request.param)

    def test_whoever_has_the_secret_knows_who_sent_it_and_when(self, notifier, platform, account):
        """It is signed as Standard Webhooks says, over exactly the bytes that came, and says no address."""
        notifier.tell(self.notice(account))
        headers, body = platform.bodies[0]
        stamp = headers["webhook-timestamp"]
        made = hmac.digest(SECRET, f"{headers['webhook-id']}.{stamp}.".encode() + body, "sha256")
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(made).decode()}"
        assert int(stamp) == NOW // 1000
        told = json.loads(body)
        assert told["type"] == "account.credential_change.asked"
        assert told["data"]["values_on_file_at"] == "2020-09-13T12:26:40.000Z"

    def test_who_is_gone_is_a_platform_error(self, platform, account):
        """Nobody listens there: that is said in our words."""
        platform.close()
        with WebhookNotifier(platform.url, SECRET, SetClock(NOW), seconds=1) as made, pytest.raises(PlatformError):
            made.tell(self.notice(account, NoticeKind.ENDED))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "ftp://127.0.0.1/",
        "https://",
        "https://u:p@example.org/",
        "https://[::1/",
        "https://example.org:99999/",
    ],
)
def test_links_go_to_no_address_that_others_could_read(url):
    """Beyond this machine it is TLS, and no password stands in an address."""
    with pytest.raises(SettingsError):
        WebhookNotifier(url, SECRET, SetClock(NOW))


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_" + "A" * 20, "whsec_%%%", base64.b64encode(SECRET).decode()])
def test_a_secret_is_long_and_written_as_one(text):
    """What is short, or written otherwise, is none."""
    with pytest.raises(SettingsError):
        secret_of(text)
    assert secret_of("whsec_" + base64.b64encode(SECRET).decode()) == SECRET
