"""What is taken from a directory, however odd its rows."""

import gzip
import json

import numpy as np
import pytest
from benchmarks.lure_pictures import lure

from holdfast.app.bench.hijack.data import read_data
from holdfast.errors import InputError, NoEventsError, UnreadableFileError
from holdfast.events import PostRemoved, ProfileChange, SignIn

from .conftest import CAMPAIGNS, FAMILIES, START, packed, talk, written

POST = {"id": "a", "tsb": START, "author": "x", "text": "t", "campaign": "V0#00", "variant": "V0"}


def posts_of(table):
    """Rows of a table of posts, by id."""
    return {post["id"]: post for post in table.to_pylist()}


def test_every_packing_gives_the_same_posts(bench):
    """Plain, zstd and gzip; the background comes out in order of time though it lies in disorder."""
    rows = talk(days=2)
    tables = []
    for name, data in {
        "background__jsonl__zst": packed(rows[::-1]),
        "background__jsonl": written(rows),
        "background__jsonl__gz": gzip.compress(written(rows)),
    }.items():
        folder = bench(**{"background__jsonl__zst": None, name: data})
        tables.append(read_data(folder).background)
        for path in folder.iterdir():
            path.unlink()
    assert tables[0].num_rows == len(rows)
    assert tables[0].equals(tables[1])
    assert tables[1].equals(tables[2])


def test_posts_without_an_author_are_accounts_of_their_own(bench):
    """Null, empty or missing, one account for each post."""
    rows = [POST | {"id": "a", "author": None}, POST | {"id": "b", "author": ""}, {"id": "c", "tsb": START, "text": ""}]
    accounts = [
        post["account"] for post in read_data(bench(background__jsonl__zst=packed(rows))).background.to_pylist()
    ]
    assert ["unnamed:a", "unnamed:b", "unnamed:c"] == accounts


def test_rows_may_be_spelt_as_the_vocabulary_spells_them(bench):
    """`time` and `account` beside `tsb` and `author`; odd optional fields are let go, unknown ones too."""
    odd = {
        "time": "2020-09-13T12:26:40Z",
        "account": "y",
        "text": 7,
        "urls": "https://e.org/",
        "lang": 3,
        "x": {"y": 1},
    }
    data = read_data(bench(campaigns__jsonl=written([POST, odd, POST | {"id": 12, "tsb": START + 0.5}])))
    first, second, third = data.injected.posts.to_pylist()
    assert ("a", "x", START * 1000) == (first["id"], first["account"], first["time"])
    assert ("campaigns.jsonl:2", "y", "", ["https://e.org/"]) == tuple(
        second[k] for k in ("id", "account", "text", "urls")
    )
    assert ("12", START * 1000 + 500) == (third["id"], third["time"])


def test_events_among_the_rows_are_decoded_and_keep_their_campaign(bench):
    """A `type` of the vocabulary makes a row that event; any other row with such a field is a post."""
    rows = [
        POST | {"type": "tweet"},
        {"type": "profile_change", "tsb": START, "author": "x", "what": "bio", "new": "bc1", "campaign": "V0#00"},
        {"type": "post_removed", "tsb": START + 9, "id": "a", "campaign": "V0#00"},
        {"type": "profile_change", "tsb": START, "campaign": "V0#00"},
    ]
    signed_in = {"type": "sign_in", "time": START * 1000, "account": "town:1", "outcome": "ok"}
    data = read_data(bench(campaigns__jsonl=written(rows), events__jsonl=written([signed_in])))
    profile, removed = data.injected.events
    assert isinstance(profile, ProfileChange)
    assert ("x", "bc1") == (profile.account, profile.new)
    assert isinstance(removed, PostRemoved)
    assert ["V0#00", "V0#00"] == [label.campaign for label in data.injected.event_labels]
    assert isinstance(data.events[0], SignIn)
    assert 1 == data.injected.posts.num_rows
    assert (1, "campaigns.jsonl, line 4: account: is missing") == (data.rejects, data.first_reject)


def test_broken_rows_are_counted_and_the_first_is_told(bench):
    """Neither bytes nor numbers nor lists nor times without sense stop the reading."""
    broken = b"\xff\xfe\n[1]\nnull\n" + written([{"id": "t", "tsb": "yesterday", "author": "a", "text": "x"}, POST])
    data = read_data(bench(campaigns__jsonl=b"\xef\xbb\xbf\n" + broken))
    assert (4, 1) == (data.rejects, data.injected.posts.num_rows)
    assert data.first_reject.startswith("campaigns.jsonl, line 2: ")


def test_a_row_that_comes_twice_counts_once_and_other_posts_of_its_id_get_another(bench):
    """Injected ids may begin anew with every campaign."""
    rows = [POST, POST, POST | {"campaign": "V0#01"}]
    data = read_data(bench(campaigns__jsonl=written(rows)))
    assert ["a", "a~campaigns.jsonl:3"] == [post["id"] for post in data.injected.posts.to_pylist()]
    assert 1 == data.repeated
    assert ["V0#00", "V0#01"] == [attack.name for attack in data.injected.attacks]


def test_campaigns_and_variants_go_by_what_names_them(bench):
    """A variant without a campaign is one campaign, a campaign's name tells its variant, and rows with neither are one."""
    rows = [
        {"id": "1", "tsb": START, "author": "a", "text": "t", "variant": "V7_own"},
        {"id": "2", "tsb": START, "author": "a", "text": "t", "campaign": "V20_new#03"},
        {"id": "3", "tsb": START, "author": "a", "text": "t"},
    ]
    attacks = read_data(bench(campaigns__jsonl=written(rows))).injected.attacks
    assert [("V7_own", "V7_own"), ("V20_new#03", "V20_new"), ("unnamed", "unnamed")] == [
        (attack.name, attack.variant) for attack in attacks
    ]


def test_pictures_are_told_as_media(bench):
    """By a file of the folder, a link, or a perceptual hash (which keeps the post, even where the hash is not read)."""
    rows = [POST | {"id": str(n), "img": img} for n, img in enumerate(["lure.png", "https://e.org/x.png", "8f" * 8])]
    folder = bench(campaigns__jsonl=written(rows))
    one, two, three = read_data(folder).injected.posts.column("media").to_pylist()
    assert "lure.png" == one[0]["path"]
    assert "https://e.org/x.png" == two[0]["url"]
    assert 1 == len(three)


def test_pictures_in_the_folder_are_looked_at(bench):
    """A code on one is read, a cut copy goes by the hash of the first, and one that is not there is counted."""
    names = ["one.png", "cut.png", "gone.png"]
    folder = bench(campaigns__jsonl=written([POST | {"id": name, "img": name} for name in names]))
    picture = lure(np.random.default_rng(1), "bitcoin:x")
    picture.save(folder / "one.png")
    picture.crop((40, 30, 930, 620)).save(folder / "cut.png")
    data = read_data(folder)
    one, cut, gone = data.injected.posts.column("media").to_pylist()
    assert one[0]["codes"] == cut[0]["codes"] == ["bitcoin:x"]
    assert one[0]["phash"] == cut[0]["phash"]
    assert len(one[0]["phash"]) == 64
    assert gone[0]["phash"] is None
    assert (1, True) == (data.rejects, "does not exist" in data.first_reject)


def test_look_alikes_are_read_where_they_are(bench):
    """Families without an id and lines that are no posts are passed over."""
    coins = [
        {"id": "1", "text": "to the moon", "labels": ["topic_crypto"]},
        {"text": "buy", "labels": ["scam"]},
        {"labels": None},
    ]
    without = read_data(bench())
    data = read_data(
        bench(hard_negatives__json=json.dumps(FAMILIES).encode(), crypto_posts__jsonl=written(coins) + b"nonsense\n")
    )
    assert ((), ()) == (without.families, without.talk)
    assert ["B2_petition", "B3_news", "B7_warning", "B10_chatter"] == [family["id"] for family in data.families]
    assert ["to the moon"] == [post["text"] for post in data.talk]


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({"campaigns__jsonl": None}, UnreadableFileError, "no campaigns.jsonl"),
        ({"background__jsonl__zst": written(CAMPAIGNS)}, UnreadableFileError, "not what its name says"),
        ({"background__jsonl__zst": packed(talk())[:-40]}, UnreadableFileError, "damaged or incomplete"),
        ({"campaigns__jsonl": b""}, NoEventsError, "holds no posts"),
        ({"campaigns__jsonl": b"[]\n{}\n"}, NoEventsError, "line 1"),
        ({"hard_negatives__json": b"[]"}, InputError, "not a JSON object"),
    ],
)
def test_what_cannot_be_used_is_told(bench, files, error, message):
    """With the file's name, and advice."""
    with pytest.raises(error, match=message) as raised:
        read_data(bench(**files))
    assert raised.value.advice


def test_a_missing_folder_is_told(tmp_path):
    """Before anything is read."""
    with pytest.raises(UnreadableFileError, match="is not a folder"):
        read_data(tmp_path / "nowhere")
