"""`holdfast bench hijack`: what programs and people get from it, on data made here."""

import json
import re

import pytest

from holdfast.app.cli.main import main

from .stories import ADDRESS, DAY, HOUR, MINUTE, NOON, TOWN

DAYS = 16
START = NOON - DAYS * DAY


def lines(rows):
    """Rows as JSON Lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def background():
    """Sixteen days of a town's talk, in seconds and with authors, as HijackBench spells it."""
    return [
        {
            "id": f"p{n}",
            "tsb": (START + n * HOUR // 4) // 1000,
            "author": f"u{n * 7 % TOWN}",
            "text": f"mind the {n} gaps",
        }
        for n in range(DAYS * 96)
    ]


def takeover(name, day, text, accounts=range(5, 25, 4)):
    """Five accounts of the town, a minute apart."""
    return [
        {
            "id": f"{name}:{n}",
            "tsb": (START + int(day * DAY) + n * MINUTE) // 1000,
            "author": f"u{account}",
            "text": text,
            "campaign": name,
            "variant": name.partition("#")[0],
        }
        for n, account in enumerate(accounts)
    ]


@pytest.fixture
def data(tmp_path):
    """A directory with one campaign that can be seen and one that cannot."""
    gift = f"All Bitcoin sent to {ADDRESS} comes back twice, for half an hour only"
    rows = [*takeover("V0_same#00", 9.2, gift), *takeover("V8_bare#00", 12.3, "look at this", range(40, 60, 4))]
    (tmp_path / "background.jsonl").write_bytes(lines(background()))
    (tmp_path / "campaigns.jsonl").write_bytes(lines(rows))
    return tmp_path


@pytest.fixture
def bench(data, capsys):
    """Run the command in this process with little memory; answer with exit code, output and errors."""

    def run(*words):
        code = main(["bench", "hijack", "--data", str(data), "--memory-mb", "8", *map(str, words)])
        return code, *capsys.readouterr()

    return run


def test_programs_get_one_object_with_every_figure(bench):
    """For both histories: what was seen after how many posts, what was missed, what was false, how fast it was."""
    code, out, _ = bench("--json", "--history", "both")
    report = json.loads(out)

    assert 0 == code
    assert ["warm", "cold"] == list(report["histories"])
    for told in report["histories"].values():
        seen, missed = told["variants"]["V0_same"], told["variants"]["V8_bare"]
        assert (1, 0, 1.0, 1.0) == (seen["campaigns"], seen["missed"], seen["recalled"], seen["purity"])
        assert (3.0, 0.0, 120.0, 0.0) == tuple(
            seen[key]["most"] for key in ("posts", "posts_beyond", "seconds", "seconds_beyond")
        )
        assert [0.0, 0.0, 1.0] == told["seen_by"]["V0_same"][:3]
        assert (1, 0.0) == (missed["missed"], missed["recalled"])
        assert 0 == told["false"]["alert"]["campaigns"]
        assert (2, 1) == (told["total"]["campaigns"], told["total"]["missed"])
        assert 1 == told["parts"]["test"]["missed"]
    judged = report["background"]["alert"]
    assert len(background()) - report["about"]["parts"]["warm_up"] == judged["posts"]
    assert 0 == judged["campaigns"] == judged["at_least"] < judged["at_most"]
    assert {"posts_per_second_core", "batch_p99_ms", "peak_rss_mb"} < report["speed"].keys()
    assert report["look_alikes"] is None
    assert report["as_promised"]


def test_the_same_data_gives_the_same_figures_twice(bench):
    """But for the machine's own speed."""
    first, second = (json.loads(bench("--json")[1]) for _ in range(2))
    assert first.pop("speed").keys() == second.pop("speed").keys()
    assert first == second


def test_people_get_tables_and_a_verdict_on_each_promise(bench):
    """One line a variant, the seen and the missed."""
    code, out, err = bench()

    assert (0, "") == (code, err)
    assert re.search(r"V0 same +1/1 +100% +100% +3/3 +0/0 +2m/2m", out)
    assert re.search(r"V8 bare +0/1", out)
    assert "kept" in out
    assert "BROKEN" not in out


def test_variants_are_chosen_by_their_short_or_whole_names(bench):
    """Which are told when there is no such one."""
    assert ["V8_bare"] == list(json.loads(bench("--json", "--variant", "v8")[1])["histories"]["warm"]["variants"])
    code, _, err = bench("--variant", "V0_same", "--variant", "V1")
    assert 2 == code
    assert "There are: V0_same, V8_bare." in err


def test_check_answers_1_when_a_promise_is_broken(bench, data):
    """A shared lure that is not seen with the third account's post is one."""
    assert 0 == bench("--check")[0]
    hidden = takeover("V2_para#00", 9.2, "send it where you always do")
    (data / "campaigns.jsonl").write_bytes(lines(hidden))
    assert (0, 1) == (bench()[0], bench("--check")[0])
    assert "late or missed in V2" in bench()[1]


def test_a_chart_is_drawn_beside_the_figures(bench, data):
    """And nothing is replayed when it could not be."""
    code, out, err = bench("--json", "--chart", data / "chart.svg")
    assert 0 == code
    assert "drawn into" in err
    thresholds = json.loads(out)["thresholds"]
    assert 4.0 == thresholds[0]["threshold"]
    assert (data / "chart.svg").read_text().startswith("<?xml")
    assert 2 == bench("--chart", data / "chart.gif")[0]


def test_bad_data_answers_3_with_advice(bench, data):
    """A missing file, and one in which nothing is a post."""
    (data / "campaigns.jsonl").write_bytes(b"{}\n\x1b[31m\n")
    code, _, err = bench()
    assert 3 == code
    assert "campaigns.jsonl holds no posts" in err
    assert "\x1b" not in err
    (data / "campaigns.jsonl").unlink()
    code, _, err = bench()
    assert 3 == code
    assert "holds no campaigns.jsonl" in err
