"""`python -m examples.afternoon`: 15 July 2020 at a support desk, with the gate before its functions."""

from __future__ import annotations

import tempfile
from pathlib import Path

from examples.support_desk.desk import TOOL, desk
from examples.support_desk.records import Account, Records
from rich.console import Console

from holdfast.client import Gate

from .house import House
from .mailbox import Mailbox
from .story import Afternoon
from .told import Told

ACCOUNTS = (
    Account("1001", "@ana", "ana@example.org", "+15550100", True),
    Account("1002", "@president", "office@example.gov", "+15550101", True),
)


def main(screen: Console) -> None:
    """Tell the story on `screen`; everything it makes is gone afterwards."""
    told = Told(screen)
    with tempfile.TemporaryDirectory() as place:
        folder, mailbox = Path(place), Mailbox()
        told.note("A service starts, with five people who make passkeys. The first time it compiles ...")
        settings = {"HOLDFAST_CHANGES_URL": mailbox.url, "HOLDFAST_NOTICE_SECRET": mailbox.secret}
        with House(folder, settings) as house:
            house.move_in()
            gate = Gate(house.origin, house.program, timeout=5)
            records = Records(folder / "desk.db", ACCOUNTS)
            Afternoon(house, gate, TOOL, desk(gate, records), records, mailbox, told).tell()
            gate.close()
        mailbox.close()


if __name__ == "__main__":
    main(Console(highlight=False, soft_wrap=True))
