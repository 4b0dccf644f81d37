"""Posts in, campaigns out: what programs and people get from `holdfast scan`."""

import csv
import gzip
import io
import json
import re

import pyarrow as pa
import pyarrow.parquet
import pytest

from holdfast.app.cli.main import main

from .stories import ADDRESS, NOON, attack, fraud, lines, talk

KEYS = ["id", "tier", "first_post_at", "detected_at", "detected_after_posts", "accounts", "posts", "lures", "score"]
EVIL = "\x1b[31m\x1b]0;gone\x07[bold red]x[/]\u202e\u2066" + "h" * 3_000


@pytest.fixture
def scan(tmp_path, capsys):
    """Scan bytes as a file in this process; answer with the exit code, the campaigns and the summary."""

    def run(data, *words, name="posts.jsonl"):
        (tmp_path / name).write_bytes(data)
        code = main(["scan", "--json", str(tmp_path / name), *words])
        *campaigns, last = map(json.loads, capsys.readouterr().out.splitlines())
        return code, campaigns, last["summary"]

    return run


def as_csv(posts):
    """The posts as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", "time", "account", "text", "lang"])
    writer.writeheader()
    writer.writerows(posts)
    return out.getvalue().encode()


def as_parquet(posts):
    """The posts as a Parquet file."""
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist(posts), out)
    return out.getvalue()


def test_three_unrelated_accounts_with_one_new_address_are_a_campaign_at_the_third_post(scan):
    """Nothing but posts is known, and the address has never been seen before."""
    code, (campaign,), summary = scan(lines(talk() + fraud()))

    assert 0 == code
    assert 3 == campaign["detected_after_posts"]
    assert ["u3", "u7", "u11"] == campaign["accounts"]
    assert {"kind": "address", "value": ADDRESS, "valid": True} in campaign["lures"]
    assert len(talk()) + 3 == summary["posts"]


def test_the_answer_has_the_keys_that_programs_rely_on_and_its_sum_is_right(scan):
    """One object per campaign, a summary last; the evidence adds up to the score."""
    _, campaigns, summary = scan(attack())

    for campaign in campaigns:
        assert set(KEYS) < campaign.keys()
        assert all({"kind", "value", "valid"} == lure.keys() for lure in campaign["lures"])
        assert all({"term", "log_likelihood", "note"} == term.keys() for term in campaign["evidence"])
        assert campaign["score"] == pytest.approx(sum(term["log_likelihood"] for term in campaign["evidence"]))
        assert campaign["detected_at"] == "2020-07-15T12:02:00.000Z"
    assert {"posts", "rejects", "seconds", "posts_per_second"} < summary.keys()


def test_every_kind_of_file_gives_the_same_campaigns(scan):
    """JSON Lines, packed or not, with a byte order mark or other line breaks, CSV and Parquet."""
    posts = sorted(talk() + fraud(), key=lambda post: post["time"])
    plain = lines(posts)
    _, expected, _ = scan(plain)
    dresses = {
        "a.jsonl.gz": gzip.compress(plain),
        "a.jsonl.zst": pa.compress(plain, "zstd", asbytes=True),
        "bom.jsonl": b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"),
        "a.csv": as_csv(posts),
        "a.parquet": as_parquet(posts),
        "twice.jsonl": plain + plain,
        "other.jsonl": plain.replace(b'"account"', b'"author"'),
    }
    for name, data in dresses.items():
        words = ["--column", "account=author"] if name == "other.jsonl" else []
        assert (0, expected) == scan(data, *words, name=name)[:2], name


def test_a_repeated_post_counts_once(scan):
    """Delivery is at least once, so the same id twice is one post."""
    _, _, summary = scan(lines(talk()) * 2)

    assert (len(talk()), len(talk())) == (summary["posts"], summary["duplicates"])


def test_what_was_forgotten_or_late_is_counted_and_told(scan, tmp_path, capsys):
    """More accounts than memory holds, and a post older than those of an earlier batch: both forms say so."""
    text = "good morning " * 30  # so that they are more than are read at once
    crowd = [{"id": f"c{n}", "time": NOON + n, "account": f"c{n}", "text": text} for n in range(14_000)]
    data = lines(crowd) + lines([{**crowd[0], "id": "late"}])
    _, _, summary = scan(data, "--memory-mb", "4")

    assert 1 == summary["late"]
    assert 0 == summary["unresolved"]
    assert 0 < summary["evicted"]["accounts"] < 14_000
    assert 0 == main(["scan", str(tmp_path / "posts.jsonl"), "--memory-mb", "4"])
    out = capsys.readouterr().out
    assert "1 posts came late" in out
    assert re.search(r"forgotten: the past of [1-9][\d,]* accounts", out)


def test_nothing_is_said_of_forgetting_where_nothing_was_forgotten(scan, tmp_path, capsys):
    """Zeros for programs, silence for people."""
    _, _, summary = scan(attack())

    assert {0} == {summary["late"], summary["unresolved"], *summary["evicted"].values()}
    assert 0 == main(["scan", str(tmp_path / "posts.jsonl")])
    assert "forgotten" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tier", "data", "code"),
    [
        ("alert", lines(talk()), 0),
        ("alert", lines(talk() + fraud()), 1),
        ("contain", lines(talk() + fraud()), 0),
        ("contain", attack(), 1),
    ],
)
def test_fail_on_answers_1_from_that_tier_on(scan, tier, data, code):
    """For a pipeline that must stop when something is found."""
    assert code == scan(data, "--fail-on", tier)[0]


def test_the_standard_input_is_scanned(holdfast):
    """With `-`, and without any name."""
    for words in (["-"], []):
        code, out, err = holdfast("scan", "--json", *words, stdin=lines(fraud()))
        assert (0, 3) == (code, json.loads(out.splitlines()[-1])["summary"]["posts"]), err


def test_hostile_text_does_not_reach_the_terminal(tmp_path, capsys):
    """Escape sequences, bidi overrides and markup in names and texts are shown as marks, and cut."""
    posts = [{**post, "account": post["account"] + EVIL, "text": post["text"] + EVIL} for post in fraud()]
    (tmp_path / "posts.jsonl").write_bytes(lines(posts))

    assert 0 == main(["scan", str(tmp_path / "posts.jsonl")])

    out = capsys.readouterr().out
    assert "1 campaigns in 3 posts" in out
    assert not set("\x1b\x07\u202e\u2066") & set(out)
    assert max(map(len, out.splitlines())) < 1_200
