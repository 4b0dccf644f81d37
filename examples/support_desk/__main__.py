"""`python -m examples.support_desk`: run the support desk on port 8400 of loopback, behind the gate of HOLDFAST_URL."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from pathlib import Path

import uvicorn

from holdfast.client import Gate, Proofs

from .app import make
from .desk import TOOL
from .records import Account, Records
from .waiting import settle

ACCOUNTS = (
    Account("1001", "@ana", "ana@example.org", "+15550100", True),
    Account("1002", "@president", "office@example.gov", "+15550101", True),
)

EVERY = 3_600.0  # seconds between looks at what counts for good: there are two days for it


def settling(gate: Gate, records: Records, ended: threading.Event) -> None:
    """Settle what was kept beside, again and again until this has ended."""
    while not ended.wait(EVERY):
        with contextlib.suppress(sqlite3.Error):  # somebody else is at the file; were it never tried again, what counts
            settle(gate, records, time.time())  # would count no more once the gate has forgotten it


if __name__ == "__main__":
    ended = threading.Event()
    gate = Gate(os.environ["HOLDFAST_URL"], os.environ["HOLDFAST_TOKEN"])
    records = Records(Path("support_desk.db"), ACCOUNTS)
    threading.Thread(target=settling, args=(gate, records, ended), daemon=True).start()
    uvicorn.run(make(gate, Proofs(TOOL, gate.keys()), records), host="127.0.0.1", port=8400, proxy_headers=False)
    ended.set()
    gate.close()
