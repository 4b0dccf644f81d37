"""What everybody else says: in the agreed columns, in order, the same however it is cut, and cheap."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.connectors.simulated.population import Accounts
from holdfast.connectors.simulated.scenario import HOUR, Member, Population, Scenario, moment
from holdfast.connectors.simulated.traffic import BLOCK, Traffic
from holdfast.errors import PlatformError
from holdfast.events import ACCOUNTS, POSTS

START = moment("2022-03-01T12:00:00Z")
TOWN = Scenario(
    name="town",
    title="Nothing happens",
    opens=START,
    start=START,
    end=START + 6 * HOUR,
    population=Population(ordinary=4_000, verified=1_000, posts_per_second=5.0),
    cast=(
        Member(handle="first", reach=7, verified=False),
        Member(handle="weather", reach=200_000, tier="official", emergency=True, org="state"),
    ),
)
PEOPLE = Accounts(TOWN, seed=3)


def test_accounts_come_in_the_agreed_columns_and_numbers():
    """Verified ones are exactly as many as the scenario says, those known by name among them."""
    directory = PEOPLE.directory
    assert directory.schema.equals(ACCOUNTS)
    assert directory.num_rows == 5_001
    assert sum(directory.column("verified").to_pylist()) == 1_000
    weather = directory.slice(1, 1).to_pylist()[0]
    assert (weather["handle"], weather["tier"], weather["org"], weather["emergency"]) == (
        "weather",
        "official",
        "state",
        True,
    )
    assert directory.column("org").null_count == 5_000


@given(st.integers(0, PEOPLE.size - 1))
def test_an_id_leads_back_to_its_row(row):
    """Ids are opaque, one for each account, and the column agrees with the function."""
    assert PEOPLE.row(PEOPLE.id(row)) == row
    assert PEOPLE.ids[row].as_py() == PEOPLE.id(row)


@given(st.text(max_size=9))
def test_anything_else_is_no_account(text):
    """Hostile ids end in one error of ours, or are somebody's."""
    ids = set(PEOPLE.ids.to_pylist())
    with nullcontext() if text in ids else pytest.raises(PlatformError, match="no account"):
        PEOPLE.row(text)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5), st.lists(st.integers(1, BLOCK - 1), max_size=8, unique=True))
def test_traffic_is_the_same_however_it_is_cut(block, cuts):
    """The pieces of a block make up the block."""
    begin = START + block * BLOCK
    whole = Traffic(PEOPLE, TOWN, seed=3).between(begin, begin + BLOCK)
    traffic = Traffic(PEOPLE, TOWN, seed=3)
    edges = [begin, *(begin + cut for cut in sorted(cuts)), begin + BLOCK]
    pieces = [traffic.between(start, until) for start, until in pairwise(edges)]
    assert [i for piece in pieces for i in piece.posts.column("id").to_pylist()] == whole.posts.column("id").to_pylist()
    assert np.concatenate([piece.rows for piece in pieces]).tolist() == whole.rows.tolist()


@pytest.fixture(scope="module")
def hour():
    """An hour of posts."""
    traffic = Traffic(PEOPLE, TOWN, seed=3)
    stretches = [traffic.between(START + n * BLOCK, START + (n + 1) * BLOCK) for n in range(6)]
    return [post for stretch in stretches for post in stretch.posts.to_pylist()]


def test_posts_are_many_languages_long_and_seldom_alike(hour):
    """As much as was asked for; no text of more than six words is written twice, but reposts repeat theirs."""
    assert len(hour) == pytest.approx(5 * 3_600, rel=0.2)
    assert len({post["lang"] for post in hour}) == 8
    long = [post["text"] for post in hour if post["repost_of"] is None and len(post["text"].split()) > 6]
    assert len(set(long)) > 0.98 * len(long)


def test_a_repost_says_what_the_first_one_said(hour):
    """Word for word, link for link, however many stand between."""
    posts = {post["id"]: post for post in hour}
    reposts = [post for post in hour if post["repost_of"] is not None]
    assert len(reposts) > 1_000
    for repost in reposts:
        first = posts[repost["repost_of"]]
        assert (first["text"], first["urls"], first["repost_of"]) == (repost["text"], repost["urls"], None)
        assert first["time"] <= repost["time"]


def test_links_are_in_the_text_and_beside_it(hour):
    """What `urls` names can be read in the post, and each post has at most one here."""
    linked = [post for post in hour if post["urls"]]
    assert len(linked) > 1_000
    assert all(post["text"].endswith(post["urls"][0]) for post in linked)


def test_columns_are_as_agreed():
    """An empty stretch too."""
    stretch = Traffic(PEOPLE, TOWN, seed=3).between(START, START)
    assert stretch.posts.schema.equals(POSTS)
    assert stretch.posts.num_rows == 0
