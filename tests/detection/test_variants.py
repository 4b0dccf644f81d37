"""The shapes an attack takes: each is seen at its third account, warm or cold."""

from __future__ import annotations

import pytest

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

TONGUES = (
    "Всё, что придёт на этот счёт до полуночи, вернётся вдвое",
    "Alles was heute auf dieses Konto kommt geht doppelt zurück",
    "Tout ce qui arrive sur ce compte ce soir repart en double",
    "今夜この口座に届いたものはすべて倍にしてお返しします",
    "Todo lo que llegue hoy a esta cuenta vuelve por duplicado",
    "Wszystko co dziś trafi na to konto wróci podwójnie",
)


def hidden(text: str, place: int) -> str:
    """The text with an invisible character inside a word, at another place for every post."""
    words = text.split(" ")
    long = [index for index, word in enumerate(words[:-1]) if len(word) > 4]
    which = long[place % len(long)]
    words[which] = words[which][:2] + "\u200b" + words[which][2:]
    return " ".join(words)


@pytest.fixture(params=["warm", "cold"])
def accounts(request):
    """Accounts with everyday posts behind them, and accounts never seen before."""
    return {"warm": "old", "cold": "new"}[request.param]


def only(found):
    """The one campaign there is."""
    assert len(found) == 1, [campaign.lures for campaign in found]
    return found[0]


def test_one_text_and_one_address(stream, wallet, accounts):
    """The same words with the same address are a campaign from the third account on."""
    names = stream.crowd(12, 30_000, lambda _: f"Everything sent here tonight comes back twice {wallet(1)}", accounts)
    campaign = only(stream.found())
    assert campaign.detected_after_posts == 3
    assert list(campaign.accounts) == names
    assert [lure.value for lure in campaign.lures] == [wallet(1)]


def test_paraphrases_with_one_address(stream, wallet, offer, accounts):
    """Other words around the same address change nothing."""
    stream.crowd(12, 30_000, lambda _: offer(stream.drawn, wallet(2)), accounts)
    campaign = only(stream.found())
    assert campaign.detected_after_posts == 3
    assert len(campaign.accounts) == 12


def test_three_accounts_are_enough(stream, wallet, offer, accounts):
    """A campaign of three accounts is found with its last post."""
    stream.crowd(3, 30_000, lambda _: offer(stream.drawn, wallet(3)), accounts)
    campaign = only(stream.found())
    assert (campaign.detected_after_posts, len(campaign.accounts)) == (3, 3)


def test_two_accounts_are_not_enough(stream, wallet, offer):
    """Two accounts with one address are a coincidence, or one person."""
    stream.crowd(2, 30_000, lambda _: offer(stream.drawn, wallet(3)))
    assert stream.found() == ()


def test_letters_hidden_in_the_text_raise_it_to_contain(stream, wallet, offer):
    """Obfuscation that differs from post to post is no copy, so the accounts may be held."""
    stream.crowd(8, 30_000, lambda i: hidden(offer(stream.drawn, wallet(4)), i))
    campaign = only(stream.found())
    assert campaign.detected_after_posts == 3
    assert campaign.tier == "contain"
    assert campaign.contained_at == campaign.detected_at


def test_letters_hidden_in_the_address(stream, wallet):
    """An address broken up by invisible characters is the same address."""

    def broken(index):
        address = wallet(5)
        at = 8 + index
        return f"Our doors are open until noon, send it to {address[:at]}\u200b{address[at:]} and see"

    stream.crowd(8, 30_000, broken)
    campaign = only(stream.found())
    assert campaign.detected_after_posts == 3
    assert [lure.value for lure in campaign.lures] == [wallet(5)]


def test_own_pages_of_one_fresh_site(stream, offer, accounts):
    """Each account with a page of its own on a site nobody named before is a campaign."""
    stream.crowd(
        9, 30_000, lambda i: offer(stream.drawn, f"https://fund-tonight.example.net/{i * 7919 + 13:x}"), accounts
    )
    campaign = only(stream.found())
    assert campaign.detected_after_posts == 3
    assert len(campaign.accounts) == 9


@pytest.mark.parametrize("gap", [40 * MINUTE, 10 * HOUR, 7 * DAY])
def test_a_slow_burn(stream, wallet, offer, accounts, gap):
    """An address is remembered over gaps of a week, with chatter between, and every account is named."""
    names = []
    for index in range(4):
        names += [f"{accounts}{index}"]
        stream.say(names[-1], offer(stream.drawn, wallet(6)))
        stream.ordinary(days=gap / DAY, posts=40)
    campaign = only(stream.found())
    assert campaign.detected_after_posts == 3
    assert {*campaign.accounts, *campaign.bystanders} == set(names)


def test_many_languages_with_one_address(stream, wallet, accounts):
    """Words in many languages around one address are one campaign."""
    stream.crowd(6, 30_000, lambda i: f"{TONGUES[i]} {wallet(7)}", accounts)
    campaign = only(stream.found())
    assert campaign.detected_after_posts == 3
    assert len(campaign.accounts) == 6


def test_an_address_of_its_own_for_each_account(new_stream, wallet, offer):
    """Accounts that each post an address nobody posted before crowd together: no shared string is needed."""
    stream = new_stream().ordinary(days=14)
    names = stream.crowd(10, 30_000, lambda i: offer(stream.drawn, wallet(100 + i)))
    campaign = only(stream.found())
    assert campaign.detected_after_posts <= 5
    assert list(campaign.accounts) == names
    assert campaign.tier == "alert"


def test_where_addresses_are_everyday_a_crowd_says_nothing(new_stream, wallet, chatter):
    """A forum whose members post new addresses all day, also in bursts, raises no alarm by that."""
    stream = new_stream()
    for number in range(400):
        stream.wait(40_000 if number % 20 else HOUR)
        stream.say(f"trader{number % 97}", f"{chatter(stream.drawn)} {wallet(1000 + number)}")
    crowds = [campaign for campaign in stream.found() if campaign.first_post_at > stream.posts[60]["time"]]
    assert crowds == []
