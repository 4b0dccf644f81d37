"""What is fed to detection, in which order, and what is drawn to tempt it."""

import json

import pyarrow as pa
import pytest

from holdfast.app.bench.hijack.benign import CROWDS, FRESH, GAPS, WARNERS, LookAlikes
from holdfast.app.bench.hijack.data import read_data
from holdfast.app.bench.hijack.replay import BATCH, Stream, replay
from holdfast.app.bench.hijack.tempted import judge
from holdfast.app.bench.hijack.truth import Parts
from holdfast.backends import EmbeddedEngine
from holdfast.detection import DetectionSettings
from holdfast.events import POSTS, SignIn

from .conftest import FAMILIES, gift, takeover, written

SMALL = DetectionSettings(memory_mb=4)


class Heard(EmbeddedEngine):
    """The engine, which remembers what it was given."""

    def run(self, batches):
        """Pass the batches on."""
        self.batches = [*getattr(self, "batches", ()), *batches]
        return super().run(batches)


def table(*times, prefix):
    """Posts at these times."""
    posts = [{"id": f"{prefix}{n}", "time": time, "account": "a", "text": ""} for n, time in enumerate(times)]
    return pa.Table.from_pylist(posts, schema=POSTS)


def test_injected_posts_are_fed_one_by_one_in_order_of_time_with_the_events_until_then():
    """At one time the background comes first."""
    events = [SignIn(account="a", time=time, outcome="ok") for time in (25, 5, 99)]
    stream = Stream.of(table(10, 20, 20, 30, prefix="b"), events, table(20, 30, prefix="i"))
    engine, fed = Heard(SMALL), []
    run = replay(stream, engine, fed.append)

    ids = [batch.posts.column("id").to_pylist() for batch in engine.batches]
    assert [["b0", "b1", "b2"], ["i0"], ["b3"], ["i1"]] == ids
    assert [[5], [], [25], [99]] == [[event.time for event in batch.others] for batch in engine.batches]
    assert [3, 1, 1, 1] == fed == run.sizes.tolist()


def test_it_is_known_after_which_post_a_campaign_was_told():
    """And when that was, by the stream's own time."""
    rows = [row | {"time": 1_000 * row["tsb"], "account": row["author"]} for row in takeover("V0#00", 1, gift(1))]
    injected = pa.Table.from_pylist(rows, schema=POSTS)
    run = replay(Stream.of(table(1, 2, 3, prefix="b"), [], injected), EmbeddedEngine(SMALL))
    assert [(6, rows[2]["time"]), (7, rows[3]["time"]), (8, rows[4]["time"])] == [(s.posts, s.time) for s in run.told]
    assert run.campaigns == (run.told[-1].campaign,)


def test_a_background_alone_is_fed_in_full_batches():
    """For its speed to be that of a busy platform."""
    engine = Heard(SMALL)
    replay(Stream.of(table(*range(2 * BATCH + 1), prefix="b"), []), engine)
    assert [BATCH, BATCH, 1] == [batch.posts.num_rows for batch in engine.batches]


@pytest.fixture
def drawn(bench):
    """The look-alikes of a small benchmark, drawn with a seed."""

    def draw(seed):
        coins = written([{"id": "1", "text": "to the moon", "labels": ["topic_crypto"], "urls": None}])
        data = read_data(bench(hard_negatives__json=json.dumps(FAMILIES).encode(), crypto_posts__jsonl=coins))
        times = data.background.column("time").to_numpy()
        parts = Parts(start=int(times[0]), end=int(times[-1]))
        look_alikes = LookAlikes(data, data.injected.attacks, parts, seed)
        return look_alikes, look_alikes.draw(), parts

    return draw


def test_look_alikes_are_the_same_for_the_same_seed_and_begin_after_the_warm_up(drawn):
    """Another seed draws others."""
    _, one, parts = drawn(1)
    assert one.equals(drawn(1)[1])
    assert not one.equals(drawn(2)[1])
    assert min(one.column("time").to_pylist()) >= parts.edges[0]


def test_every_family_is_drawn_in_all_sizes_and_paces(drawn):
    """Warnings once for each campaign, naming the carrier and its lure; no placeholder is left."""
    look_alikes, posts, _ = drawn(1)
    runs = len(CROWDS) * len(GAPS) * len(FRESH)
    assert {"B2": runs, "B3": runs, "B7": 3, "B10": 1} == look_alikes.runs
    assert 3 * WARNERS >= len(look_alikes.warnings) > 2 * WARNERS
    texts = posts.column("text").to_pylist()
    assert not [text for text in texts if "{" in text]
    warnings = [text for text in texts if text.startswith("WARNING: town:")]
    assert any("bc1" in text for text in warnings)
    assert len(warnings) == len(look_alikes.warnings)


def test_a_campaign_of_a_familys_posts_is_counted_against_it(drawn, campaign):
    """By its tier; and warnings among lure posts are counted wherever they stand."""
    look_alikes, _, _ = drawn(1)
    petition = [post for post, family in look_alikes.family_of.items() if family == "B2"]
    warning = next(iter(look_alikes.warnings))
    told = judge(
        look_alikes,
        [
            campaign([*petition[:3], "background"], "abcd"),
            campaign([*petition[3:5], warning], "abc", contained_at=1),
            campaign(["V0#00:0", "V0#00:1", warning], "abc"),
        ],
    )
    assert (1, 1) == (told.families["B2"].alert, told.families["B2"].contain)
    assert 0 == told.families["B7"].alert
    assert (2, 1) == (told.warners.in_campaigns, told.warners.contained)
