"""`python -m examples.support_desk`: run the support desk on port 8400 of loopback, behind the gate of HOLDFAST_URL."""

from __future__ import annotations

import os
from pathlib import Path

import uvicorn

from holdfast.client import Gate, Proofs

from .app import make
from .desk import TOOL
from .records import Account, Records

ACCOUNTS = (
    Account("1001", "@ana", "ana@example.org", "+15550100", True),
    Account("1002", "@president", "office@example.gov", "+15550101", True),
)

if __name__ == "__main__":
    gate = Gate(os.environ["HOLDFAST_URL"], os.environ["HOLDFAST_TOKEN"])
    records = Records(Path("support_desk.db"), ACCOUNTS)
    uvicorn.run(make(gate, Proofs(TOOL, gate.keys()), records), host="127.0.0.1", port=8400, proxy_headers=False)
    gate.close()
