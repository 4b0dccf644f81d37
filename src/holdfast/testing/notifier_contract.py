"""What must hold of every `ports.Notifier`? Subclass the suite, and say where its notices arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from holdfast.errors import PlatformError
from holdfast.ports import HolderNotice, NoticeKind, Notifier


class NotifierContract:
    """Tests that a notifier has to pass; a subclass brings the fixtures `notifier`, `account`, `arrived` and `shut`.

    `arrived()` gives the ids of notices that reached the holder of `account`, one for each time; after `shut()` nothing
    is taken any more. The account was there at `AS_OF`.
    """

    AS_OF = 1_600_000_000_000

    def notice(self, account: str, kind: NoticeKind = NoticeKind.ASKED, change: str = "a-1") -> HolderNotice:
        """A notice about a change of the account's e-mail."""
        return HolderNotice(
            id=f"change/{change}/{kind}/{self.AS_OF}",
            kind=kind,
            change=change,
            account=account,
            what="email",
            as_of=self.AS_OF,
            at=self.AS_OF,
            link="/changes/secret" if kind is NoticeKind.ASKED else "",
        )

    def test_each_kind_of_notice_arrives(
        self, notifier: Notifier, account: str, arrived: Callable[[], Sequence[str]]
    ) -> None:
        """What is told reaches the holder."""
        told = [self.notice(account, kind) for kind in NoticeKind]
        for each in told:
            notifier.tell(each)
        assert list(arrived()) == [each.id for each in told]

    def test_a_notice_told_again_arrives_once(
        self, notifier: Notifier, account: str, arrived: Callable[[], Sequence[str]]
    ) -> None:
        """After a crash it is told once more, and nobody is written to twice."""
        told = self.notice(account)
        for _ in range(3):
            notifier.tell(told)
        notifier.tell(msgspec.structs.replace(told, id="change/a-2/asked/1", change="a-2"))
        assert list(arrived()) == [told.id, "change/a-2/asked/1"]

    def test_what_is_not_taken_is_a_platform_error(
        self, notifier: Notifier, account: str, arrived: Callable[[], Sequence[str]], shut: Callable[[], None]
    ) -> None:
        """Only errors of the seam come out, and whoever told it knows that nobody was reached."""
        shut()
        try:
            notifier.tell(self.notice(account))
        except PlatformError:
            assert not arrived()
            return
        raise AssertionError("what was not taken was passed over in silence")
