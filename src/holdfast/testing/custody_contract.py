"""What must hold of every `ports.Custody`? Subclass the suite, and give it an account in an intruder's hands."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.errors import PlatformError
from holdfast.ports import Custody
from holdfast.recovery import Credential, Door, Fact, to_put_back


class CustodyContract:
    """Tests that a custody has to pass; a subclass brings the fixtures `custody`, `account` and `attacked_at`.

    The account was attacked first at `attacked_at` (milliseconds since 1970 UTC), and something about it was changed.
    """

    def test_every_door_can_be_shut_and_shut_again(self, custody: Custody, account: str, attacked_at: int) -> None:
        """After a crash it is asked for once more."""
        for door in (*Door, *Door):
            custody.shut(account, door, attacked_at)

    def test_what_is_shown_stays_shown(self, custody: Custody, account: str, attacked_at: int) -> None:
        """Facts come in order and none is taken back."""
        for door in Door:
            custody.shut(account, door, attacked_at)
        first, second = list(custody.shown(account)), list(custody.shown(account))
        assert second[: len(first)] == first
        assert all(isinstance(fact, Fact) for fact in second)

    def test_what_is_renewed_stays_renewed(self, custody: Custody, account: str) -> None:
        """Asking again takes nothing back."""
        first = set(custody.renew(account))
        assert first <= set(custody.renew(account)) <= set(Credential)

    def test_what_was_put_back_is_changed_no_longer(self, custody: Custody, account: str, attacked_at: int) -> None:
        """Whatever can be is as it was, and doing it again changes nothing."""
        changes = to_put_back(custody.changed(account, attacked_at), attacked_at)
        assert changes, "the suite needs an account about which something was changed"
        lost = list(custody.put_back(account, changes))
        assert list(to_put_back(custody.changed(account, attacked_at), attacked_at)) == lost
        assert list(custody.put_back(account, changes)) == lost

    def test_an_unknown_account_is_a_platform_error(self, custody: Custody, attacked_at: int) -> None:
        """Only errors of the seam come out, whatever is asked."""
        for ask in (
            lambda: custody.shut("nobody", Door.SESSIONS, attacked_at),
            lambda: custody.shown("nobody"),
            lambda: custody.renew("nobody"),
            lambda: custody.changed("nobody", attacked_at),
            lambda: custody.put_back("nobody", ()),
        ):
            assert _refused(ask)


def _refused(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except PlatformError:
        return True
    return False
