"""Who takes part, with which settings, and how were those chosen?

`python -m benchmarks.peers.choose` tries the settings below on weeks 3 and 4 and prints what each gives. "Most found" are
those that find most campaigns (of the toolkit: its two networks of texts together, each at its best), "surest" the one with
the fewest false alarms for each campaign that it finds, of those that find a tenth at least. Holdfast runs as it comes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from itertools import product
from pathlib import Path

from .contest import ROOT, Contestant

HOLDFAST = ROOT / ".venv" / "bin" / "holdfast"
PEERS = ROOT / ".venv-peers" / "bin" / "python"
TOOLKIT = ROOT / "benchmarks" / "peers" / "toolkit.py"

# It is run for each day by itself: an edge has no time, so over eight weeks campaigns run together through accounts that
# fell to several of them. A quarter of a day does no better.
TOOLKIT_HOURS = "24"

# The three networks that a text or a link can be found by, at what the toolkit's command does when nothing is said:
# 1 second, 2 posts in common, similarity 0.8.
TOOLKIT_DEFAULT = ("co_tweet", "co_similar_tweet", "co_link")
TOOLKIT_MOST_FOUND = (
    "co_tweet,min_edge_weight=1,time_window=600",
    "co_similar_tweet,min_edge_weight=1,time_window=600,similarity_threshold=0.3,min_document_size_similarity=10",
)
TOOLKIT_SUREST = ("co_tweet,min_edge_weight=1,time_window=60",)
NEAR_MOST_FOUND = "near,hours=6,places=6"
EXACT_MOST_FOUND = "exact,hours=1"

# One post in common: each hijacked account posts the lure once. An hour's window on similar texts takes five times as long
# as ten minutes' and stands here only where ten minutes' did best.
TOOLKIT_TRIED = (
    *(f"{network},min_edge_weight=1,time_window={seconds}" for network, seconds in product(("co_tweet", "co_link"), (60, 600, 3_600, 86_400))),
    *(
        f"co_similar_tweet,min_edge_weight=1,time_window=600,similarity_threshold={alike},min_document_size_similarity={words}"
        for words, alike in product((5, 10), (0.2, 0.3, 0.4, 0.5, 0.8))
    ),
    "co_similar_tweet,min_edge_weight=1,time_window=3600,similarity_threshold=0.3,min_document_size_similarity=10",
)  # fmt: skip
BASELINES_TRIED = (
    *(f"exact,hours={hours}" for hours in (1, 6, 24, 168)),
    *(f"near,hours={hours},places={places}" for hours, places in product((1, 6, 24, 168), (4, 6, 8, 10, 12))),
)

NOTES = f"""A group finds a campaign when it has at least three accounts and at least half of them carry that campaign; it is a
false alarm when fewer than half carry any (a campaign drowned in people who warn of it is one). "Accounts recalled" is the mean
over all campaigns. What the benign look-alikes add to the background's false alarms is told for itself.

Each contestant is a process of its own: `holdfast scan`, which says a campaign while it reads; coordination-network-toolkit 1.5.2, which reads all posts first, so that its "posts until found" is
the best that a run at every full hour could do, if it took no time; and rules of one sentence. Time and memory are those of
the posts with campaigns alone, by the operating system's accounts (CPU of all processes of a contestant, peak of the largest).
The toolkit takes all cores, everybody else one. With other work on the machine, trust CPU seconds rather than wall seconds.

Settings of the others were chosen on weeks 3 and 4 of the same posts (`python -m benchmarks.peers.choose`; [decision
0090](../decisions/0090-beside-others.md)): "most found" finds most campaigns there, and "surest" has fewest false alarms for
each that it finds. The toolkit is run for each day by itself, since its groups of eight weeks run together. Holdfast runs as
it comes.

- toolkit, default: {", ".join(TOOLKIT_DEFAULT)} as its command does them when nothing is said
- toolkit, most found: {"; ".join(TOOLKIT_MOST_FOUND).replace(",", ", ")}
- toolkit, surest: {TOOLKIT_SUREST[0].replace(",", ", ")}
- exact text, near-duplicate (most found): {EXACT_MOST_FOUND.replace(",", ", ")}; {NEAR_MOST_FOUND.replace(",", ", ")}
- address: the same payment address with a right checksum, with at most seven days between two posts
"""


def contestants() -> list[Contestant]:
    """All of them, Holdfast first."""
    return [
        Contestant(name="Holdfast", command=holdfast, tiers=(("Holdfast", ""), ("Holdfast, contain tier", "contain"))),
        Contestant(name="toolkit, default", command=partial(toolkit, TOOLKIT_DEFAULT)),
        Contestant(name="toolkit, most found", command=partial(toolkit, TOOLKIT_MOST_FOUND)),
        Contestant(name="toolkit, surest", command=partial(toolkit, TOOLKIT_SUREST)),
        Contestant(name="exact text", command=partial(baseline, EXACT_MOST_FOUND)),
        Contestant(name="near-duplicate", command=partial(baseline, NEAR_MOST_FOUND)),
        Contestant(name="address", command=partial(baseline, "address,hours=168")),
    ]


def toolkit(networks: Sequence[str], posts: Path) -> list[str]:
    """The toolkit's networks of each day of `posts`, each with its settings."""
    return [str(PEERS), str(TOOLKIT), str(posts), TOOLKIT_HOURS, *networks]


def baseline(rule: str, posts: Path) -> list[str]:
    """A plain rule with its settings."""
    return [sys.executable, "-m", "benchmarks.peers.baseline", rule, str(posts)]


def holdfast(posts: Path) -> list[str]:
    """What anybody would type."""
    return [str(HOLDFAST), "scan", "--json", str(posts)]
