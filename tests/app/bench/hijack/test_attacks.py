"""Which posts are a campaign's lure posts, when it could be known, and who its accounts are."""

import pytest

from holdfast.app.bench.hijack.attacks import in_order, short
from holdfast.app.bench.hijack.data import read_data

from .conftest import CAMPAIGNS, START, gift, takeover, wallet, written


@pytest.fixture
def injected(bench):
    """Read campaigns given as rows."""
    return lambda rows: read_data(bench(campaigns__jsonl=written(rows))).injected


def test_the_third_distinct_account_makes_a_campaign_knowable(attack):
    """Two accounts, however often they post, could be one person's."""
    assert 4 == attack("V0#00", ["a", "b", "a", "c", "d"]).knowable
    assert attack("V0#00", ["a", "b", "a"]).knowable is None


def test_harmless_posts_before_the_lure_do_not_count(injected):
    """Of an account that casts a lure somewhere, only the posts that do; what is labelled is believed."""
    lures = takeover("V15#00", 3, gift(1), victims=3, gap=600)
    early = [
        row | {"id": f"early:{row['id']}", "tsb": row["tsb"] - 9_000, "text": "lovely weather, 0.4152673 by my count"}
        for row in lures
    ]
    said = [lures[0] | {"id": "said", "tsb": START, "lure": True, "text": "read my profile"}]
    quoted = [lures[1] | {"id": "quoted", "author": "town:20", "role": "warner"}]
    (attack,) = injected([*early, *lures, *said, *quoted]).attacks
    assert ["said", *(row["id"] for row in lures)] == [post.id for post in attack.posts]
    assert {"town:0", "town:1", "town:2"} == attack.carriers


def test_an_address_divided_over_two_posts_counts_with_both_halves(injected):
    """No post of the account has a lure that can be read, so all of them count."""
    address = wallet(4)
    halves = [
        row | {"id": f"{row['id']}:{half}", "tsb": row["tsb"] + half, "text": (address[:20], address[20:])[half]}
        for row in takeover("V13#00", 3, gift(4), victims=3)
        for half in (0, 1)
    ]
    (attack,) = injected(halves).attacks
    assert 6 == len(attack.posts)
    assert 5 == attack.knowable


def test_cold_accounts_have_no_past_and_keep_their_campaign_together(injected):
    """The same victim has one fresh name within a campaign, another in the next; a bystander keeps his own."""
    rows = [*takeover("V0#00", 3, gift(1)), *takeover("V0#01", 4, gift(2))]
    rows += [row | {"id": f"again:{row['id']}", "tsb": row["tsb"] + 500} for row in rows]
    rows.append(rows[0] | {"id": "by", "author": "town:23", "role": "bystander", "tsb": START + 7 * 86_400})
    rows.append({"type": "profile_change", "tsb": START, "author": "town:0", "what": "bio", "campaign": "V0#00"})
    warm = injected(rows)
    cold = warm.cold()
    first, second = (attack.carriers for attack in cold.attacks)
    assert not first & second
    assert (5, 5) == (len(first), len(second))
    assert "town:23" == cold.posts.column("account").to_pylist()[-1]
    assert not set(warm.posts.column("account").to_pylist()[:-1]) & set(cold.posts.column("account").to_pylist())
    assert cold.events[0].account in first
    assert warm.posts.column("text").equals(cold.posts.column("text"))
    assert cold.posts.schema.equals(warm.posts.schema)


def test_some_variants_can_be_taken_alone(injected):
    """With their posts, their events and nothing else."""
    rows = [
        *CAMPAIGNS,
        {"type": "profile_change", "tsb": START, "author": "a", "what": "bio", "variant": "V99_nothing_shared"},
    ]
    only = injected(rows).only({"V0_verbatim"})
    assert ["V0_verbatim#00", "V0_verbatim#01"] == [attack.name for attack in only.attacks]
    assert (10, 0) == (only.posts.num_rows, len(only.events))


def test_variants_are_ordered_by_their_numbers():
    """V2 before V10, and names without a number first."""
    names = ["V10_three", "V2_para", "odd", "V1_july"]
    assert ["odd", "V1_july", "V2_para", "V10_three"] == sorted(names, key=in_order)
    assert "V10" == short("V10_three")
