"""Which posts does every contestant get, and who truly stands behind them? Writes both, once for all.

    python -m benchmarks.peers.worlds DATA FOLDER

DATA is a folder of HijackBench's shape. FOLDER gets `NAME.jsonl` (posts in the vocabulary of events, in order of time)
and `NAME.truth.json` for each world: `attacked`, the background with the injected campaigns; `teased`, the same with
benign look-alikes, some of which warn of a campaign; `development`, of the first world the weeks in which settings are
chosen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from holdfast.app.bench.hijack.attacks import Attack, in_order, short
from holdfast.app.bench.hijack.benign import LookAlikes
from holdfast.app.bench.hijack.data import read_data
from holdfast.app.bench.hijack.truth import Part, Parts
from holdfast.events import batch_to_posts, encode_line

SEED = 1  # of the look-alikes: what `holdfast bench hijack` takes, so that both speak of the same posts


def main() -> None:
    """Write the three worlds."""
    data, folder = read_data(Path(sys.argv[1])), Path(sys.argv[2])
    background, injected, attacks = data.background, data.injected.posts, data.injected.attacks
    times = background.column("time")
    parts = Parts(start=times[0].as_py(), end=times[-1].as_py() + 1)
    lookalikes = LookAlikes(data, attacks, parts, SEED).draw()
    _write(folder / "attacked", background, [injected], attacks)
    _write(folder / "teased", background, [injected, lookalikes], attacks, lookalikes.num_rows)
    start, end = parts.edges
    chosen = pc.and_(pc.greater_equal(times, start), pc.less(times, end))
    within = [one for one in attacks if {parts.of(post.time) for post in one.posts} == {Part.DEVELOPMENT}]
    ids = pa.array([post.id for one in within for post in one.posts])
    _write(folder / "development", background.filter(chosen), [injected.filter(pc.is_in(injected["id"], ids))], within)


def _write(
    stem: Path, background: pa.Table, others: Iterable[pa.Table], attacks: Iterable[Attack], lookalikes: int = 0
) -> None:
    posts = pa.concat_tables([background, *others]).sort_by("time")
    with stem.with_suffix(".jsonl").open("wb") as file:
        for batch in posts.to_batches():
            file.writelines(encode_line(post) + b"\n" for post in batch_to_posts(batch))
    attacks = sorted(attacks, key=lambda attack: in_order(attack.variant))
    truth = {
        "background": background.num_rows,
        "campaigns": {attack.name: [(post.account, post.time) for post in attack.posts] for attack in attacks},
        "variants": {attack.name: short(attack.variant) for attack in attacks},
        "lookalikes": lookalikes,
    }
    stem.with_suffix(".truth.json").write_text(json.dumps(truth), encoding="utf-8")


if __name__ == "__main__":
    main()
