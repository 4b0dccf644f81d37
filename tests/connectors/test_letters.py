"""Notices to holders on a simulated platform."""

import pytest

from holdfast.connectors.simulated.letters import SimulatedLetters
from holdfast.testing import NotifierContract


class TestLetters(NotifierContract):
    """The contract of every notifier."""

    @pytest.fixture
    def notifier(self):
        """An account with an address."""
        made = SimulatedLetters()
        made.on_file("account-1", "email", "own@example.org", self.AS_OF - 1)
        return made

    @pytest.fixture
    def account(self):
        """Whose it is."""
        return "account-1"

    @pytest.fixture
    def arrived(self, notifier):
        """What was sent."""
        return lambda: [each.notice.id for each in notifier.sent]

    @pytest.fixture
    def shut(self, notifier):
        """Nothing goes out."""
        return lambda: setattr(notifier, "shut", True)

    def test_what_was_put_on_file_since_gets_nothing(self, notifier, account):
        """Nor does a session that was opened since."""
        notifier.on_file(account, "email", "thief@example.net", self.AS_OF)
        notifier.opened(account, "thief's", self.AS_OF + 1)
        notifier.opened(account, "own", self.AS_OF)
        notifier.tell(self.notice(account))
        assert {each.to for each in notifier.sent} == {"own@example.org", "own"}
