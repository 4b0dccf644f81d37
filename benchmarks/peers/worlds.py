"""Which posts does every contestant get, and who truly stands behind them? Writes both, once for all.

    python -m benchmarks.peers.worlds DATA FOLDER

DATA is a folder of HijackBench. FOLDER gets `NAME.jsonl` (posts in the vocabulary of events, in order of time) and
`NAME.truth.json` for each world: `attacked`, the background with the injected campaigns; `teased`, the background with
benign look-alikes and those campaigns that some look-alikes warn of; `development`, weeks 3 and 4 of the first, in which
settings are chosen.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.hijack import WEEK, Benign, Post, _attacks, _background, _mixed

SEED = 1  # of the look-alikes: the one that `benchmarks.hijack` takes, so that both speak of the same posts
DEVELOPMENT = (2, 4)  # weeks from the start, as the benchmark's replay says


def main() -> None:
    """Write both worlds."""
    data, folder = Path(sys.argv[1]), Path(sys.argv[2])
    background = list(_background(data / "background.jsonl.zst"))
    attacks = _attacks(data / "campaigns.jsonl")
    _write(folder / "attacked", background, attacks, [])
    start, end = (background[0]["time"] + weeks * WEEK for weeks in DEVELOPMENT)
    within = {name: posts for name, posts in attacks.items() if start <= posts[0]["time"] and posts[-1]["time"] < end}
    _write(folder / "development", [post for post in background if start <= post["time"] < end], within, [])
    lures = {post["id"]: name for name, posts in attacks.items() for post in posts}
    teasing = list(Benign(data, background, attacks, SEED).posts())
    warned_of = {lures[post["id"]] for post in teasing if post["id"] in lures}
    lookalikes = [post for post in teasing if post["id"] not in lures]
    _write(folder / "teased", background, {name: attacks[name] for name in attacks if name in warned_of}, lookalikes)


def _write(stem: Path, background: list[Post], campaigns: Mapping[str, list[Post]], lookalikes: list[Post]) -> None:
    with stem.with_suffix(".jsonl").open("w", encoding="utf-8") as file:
        for post in _mixed(background, itertools.chain(*campaigns.values(), lookalikes)):
            said = {name: value for name, value in post.items() if value}
            file.write(json.dumps({"type": "post", "text": "", **said}) + "\n")
    truth = {
        "background": len(background),
        "campaigns": {name: _carriers(posts) for name, posts in campaigns.items()},
        "lookalikes": len(lookalikes),
    }
    stem.with_suffix(".truth.json").write_text(json.dumps(truth), encoding="utf-8")


def _carriers(posts: list[Post]) -> list[tuple[str, int]]:
    return [(post["account"], post["time"]) for post in sorted(posts, key=lambda post: post["time"])]


if __name__ == "__main__":
    main()
