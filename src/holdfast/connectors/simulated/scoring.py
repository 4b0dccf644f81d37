"""How did it go: the figures of a run, from what really happened and whom the holds concerned."""

from __future__ import annotations

from .chronicle import Figures
from .scenario import MINUTE, SECOND
from .tally import Tally
from .world import World


def score(world: World, tally: Tally, until: int) -> Figures:
    """The figures up to `until` (milliseconds since 1970 UTC)."""
    truth = world.chronicle.truth()
    held = tally.held
    posted = set(truth.posted)
    kept_silent = [account for account in truth.targeted if account not in posted and held[world.accounts.row(account)]]
    made = [post for post in truth.lure_posts if not post.refused]
    live = [(begin, end) for post in made for begin, end in post.live(until)]
    first, last = truth.first_lure_at, truth.last_lure_live_at(until)
    return Figures(
        targeted=len(truth.targeted),
        touched=len(truth.touched),
        posted=len(posted),
        held_unused=len(kept_silent),
        innocent_held=int((held & ~world.touched).sum()),
        lures_made=len(made),
        lures_refused=len(truth.lure_posts) - len(made),
        lures_removed=sum(post.removed_at is not None or bool(post.hidden) for post in made),
        live_seconds=sum(end - begin for begin, end in live) / SECOND,
        window_seconds=0.0 if first is None or last is None else (last - first) / SECOND,
        inboxes_read=len(truth.inboxes_read),
        exports=len(truth.exports),
        first_lure_at=first,
        last_lure_live_at=last,
        innocent_account_minutes=tally.account_milliseconds / MINUTE,
        refused_to_innocents=world.refused_to_innocents,
        alerts_refused=world.alerts_refused,
    )
