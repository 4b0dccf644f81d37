"""`python -m examples.afternoon`: 15 July 2020 at a support desk, with the gate before its functions."""

from __future__ import annotations

import tempfile
from pathlib import Path

from examples.support_desk.desk import TOOL, desk
from examples.support_desk.records import Account, Records
from rich.console import Console

from holdfast.client import Gate
from holdfast.response import shipped_staff_texts

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
        settings["HOLDFAST_POLICY_FOLDER"] = str(policies(folder))
        with House(folder, settings) as house:
            house.move_in()
            gate = Gate(house.origin, house.program, timeout=5)
            records = Records(folder / "desk.db", ACCOUNTS)
            Afternoon(house, gate, TOOL, desk(gate, records), records, mailbox, told).tell()
            gate.close()
        mailbox.close()


def policies(folder: Path) -> Path:
    """The shipped policies of the gate, but that only tickets count of which the help desk tells."""
    own = folder / "policies" / "staff"
    own.mkdir(parents=True)
    for name, text in shipped_staff_texts().items():
        (own / name).write_text(text.replace('tickets = "any"', 'tickets = "told"'))
    return own.parent


if __name__ == "__main__":
    main(Console(highlight=False, soft_wrap=True))
