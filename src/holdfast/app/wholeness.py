"""How is it told whether a record is whole?"""

from __future__ import annotations

from rich.text import Text

from holdfast.ledger import Verdict

from .terminal import Screen, plain

_FAULTS_SHOWN = 20


def print_verdict(store: str, verdict: Verdict) -> None:
    """Whether the record in `store` is whole, what is wrong with it, and what was looked at."""
    console = Screen(highlight=False, soft_wrap=True)
    if verdict.ok:
        console.print(Text("whole", style="bold green"), plain(f"  {store}"))
    else:
        console.print(Text(f"BROKEN, {len(verdict.faults):,} faults", style="bold red"), plain(f"  {store}"))
        for fault in verdict.faults[:_FAULTS_SHOWN]:
            console.print(plain(f"  {fault}", limit=1_000))
        if len(verdict.faults) > _FAULTS_SHOWN:
            console.print(f"  and {len(verdict.faults) - _FAULTS_SHOWN:,} more (--json lists them all)")
    console.print(plain(f"ledger   {verdict.origin}"))
    console.print(f"size     {verdict.size:,} entries ({verdict.erased:,} erased)")
    console.print(f"root     {verdict.root.hex()}")
    trust = (
        "given from outside" if verdict.trusted else "taken from the store itself: a forger would have put his there"
    )
    console.print(plain(f"key      {verdict.vkey}  ({trust})", limit=1_000))
    console.print(
        f"checked  {verdict.entries:,} entries, {verdict.tiles:,} tiles, {verdict.rows:,} rows, "
        f"{verdict.checkpoints:,} signed heads, {verdict.remembered:,} remembered ones"
    )
