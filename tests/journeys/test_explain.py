"""A person asks why something is a campaign: from the posts, from a scan's output, and with slips of the hand."""

import json

import pytest

from holdfast.app.cli.main import main

from .stories import ADDRESS, attack, fraud, lines, talk

EVIL = "\x1b[31m\x1b]0;gone\x07[bold red]x[/]\u202e\u2066" + "h" * 3_000
WARNING = {**fraud()[0], "id": "w1", "account": "u9", "text": f'Is "send to {ADDRESS}" real?'}


@pytest.fixture
def asked(tmp_path, capsys, monkeypatch):
    """Explain in this process, in a folder with the attack and what scanning it said; answer with code and output."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(attack() + lines([{"type": "post", **WARNING, "time": fraud()[2]["time"] + 1}]))
    main(["scan", "--json", "a.jsonl"])
    said = capsys.readouterr().out
    (tmp_path / "scan.jsonl").write_text(said)
    name = json.loads(said.splitlines()[0])["id"]

    def ask(*words):
        code = main(["explain", *(name if word == "NAME" else word for word in words)])
        return code, *capsys.readouterr()

    return ask


def test_the_whole_story_from_the_posts(asked):
    """Lure, accounts in order with the running sum, terms with bars, thresholds, bystanders, and what would have helped."""
    code, out, _ = asked("NAME", "a.jsonl")

    assert 0 == code
    assert f"address: {ADDRESS}" in out
    parts = ["Who carried it", "What speaks for it", "thresholds", "Who stands by", "below alert", "below contain"]
    assert sorted(parts, key=out.index) == parts
    assert "<- alert  <- contain" in next(line for line in out.splitlines() if " u11 " in line)
    assert "u9  quotes the lure" in out
    assert "credential by staff, reset" in out
    assert "had nothing been done to 2 accounts" in out


def test_the_beginning_of_a_name_is_enough(asked):
    """With or without `c-`, as far as it is the only one."""
    whole = asked("NAME", "a.jsonl", "--json")
    name = json.loads(whole[1])["campaign"]["id"]

    assert asked(name[:5], "a.jsonl", "--json") == asked(name[2:6], "a.jsonl", "--json") == whole


def test_programs_get_the_same_as_one_object(asked):
    """The campaign as scan prints it, and every part of its explanation, times in RFC 3339."""
    code, out, _ = asked("NAME", "a.jsonl", "--json")
    told = json.loads(out)

    assert 0 == code
    assert {"campaign", "alert", "contain", "carriers", "summands", "crossings", "bystanders", "changes"} == told.keys()
    assert told["carriers"][0]["time"] == "2020-07-15T12:00:00.000Z"
    assert told["carriers"][-1]["total"] == pytest.approx(told["campaign"]["score"])
    assert ["alert", "contain"] == [crossing["tier"] for crossing in told["crossings"]]
    assert {"u11"} == {crossing["account"] for crossing in told["crossings"]}


def test_from_what_a_scan_wrote_without_the_posts(asked):
    """Quick, and tells less: the sum, what is left without each term, and the same score."""
    _, long, _ = asked("NAME", "a.jsonl", "--json")
    code, short, _ = asked("NAME", "--from", "scan.jsonl", "--json")
    known, said = json.loads(long), json.loads(short)

    assert 0 == code
    assert known["campaign"] == said["campaign"]
    assert known["summands"] == said["summands"]
    assert None is said["carriers"][0]["total"]
    assert {"without_term"} == {change["what"] for change in said["changes"]}
    assert "what was done to the accounts before: 2.92 at most" in asked("NAME", "--from", "scan.jsonl")[1]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["c-0", "a.jsonl"], 2, "there is no campaign 'c-0'"),
        (["c-0", "--from", "scan.jsonl"], 2, "Name one of: c-"),
        (["", "--from", "scan.jsonl"], 2, "there is no campaign ''"),
        (["NAME", "a.jsonl", "--from", "scan.jsonl"], 2, "either files or --from"),
        (["NAME", "--from", "nowhere.jsonl"], 3, "nowhere.jsonl cannot be read"),
        (["NAME", "--from", "a.jsonl"], 3, "a.jsonl, line 1 is no campaign"),
        (["NAME", "nowhere.jsonl"], 3, "does not exist"),
        (["NAME", "a.jsonl", "--jsno"], 2, "no option '--jsno'"),
    ],
)
def test_slips_of_the_hand_are_told_with_advice(asked, words, code, message):
    """The right exit code, and what to do instead."""
    answer, out, err = asked(*words)

    assert (code, "") == (answer, out)
    assert message in err


def test_a_file_without_campaigns_has_none_to_explain(asked, tmp_path):
    """And says which command looks for them."""
    (tmp_path / "quiet.jsonl").write_bytes(lines(talk()))
    code, _, err = asked("c-1", "quiet.jsonl")

    assert 2 == code
    assert "nor any other" in err


def test_what_came_before_damage_is_explained(asked, tmp_path):
    """A file that breaks off is told by its exit code, after the explanation."""
    import gzip

    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes())[:-20])
    code, out, err = asked("NAME", "cut.jsonl.gz", "--json")

    assert 3 == code
    assert json.loads(out)["crossings"]
    assert "cut.jsonl.gz" in err


def test_hostile_names_do_not_reach_the_terminal(asked, tmp_path):
    """Escape sequences and markup in names and texts are marks wherever an explanation shows them."""
    posts = [{**post, "account": post["account"] + EVIL, "text": post["text"] + EVIL} for post in fraud()]
    (tmp_path / "evil.jsonl").write_bytes(lines(posts))
    code, out, _ = asked("c", "evil.jsonl")

    assert 0 == code
    assert not set("\x1b\x07\u202e\u2066") & set(out)
    assert max(map(len, out.splitlines())) < 700
