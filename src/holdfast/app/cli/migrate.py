"""`holdfast migrate`: a store that an older Holdfast wrote, brought to today's layout."""

from __future__ import annotations

from holdfast.app.terminal import Screen, plain
from holdfast.backends.migrate import migrate_store  # not by the door: alembic is needed for nothing else

from .options import StoreAddress, store_address


def migrate(store: StoreAddress) -> None:
    """Bring a store to the layout of this Holdfast, whole or not at all.

    Make a backup first, and stop whoever writes to it. A store that has it already is left as it is.
    """
    before, after = migrate_store(store_address(store))
    console = Screen(highlight=False, soft_wrap=True)
    if before == after:
        console.print(plain(f"{store} has layout {after} already: nothing to do"))
    else:
        console.print(plain(f"{store} came from layout {before} to layout {after}"))
