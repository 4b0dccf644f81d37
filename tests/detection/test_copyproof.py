"""What copying cannot explain: only that may bring a campaign to the tier at which accounts are held."""

from __future__ import annotations

import pytest

from holdfast.events import AppAuthorised, CredentialChange, ResetRequested, SignIn

HOUR, DAY = 3_600_000, 86_400_000


def by_staff(stream, account, lead=2 * HOUR):
    """Staff replace the account's address, somebody resets its password."""
    stream.happen(
        CredentialChange(account=account, time=stream.now - lead, what="email", change="replaced", by="staff")
    )
    stream.happen(ResetRequested(account=account, time=stream.now - lead + 60_000))


def test_credentials_changed_before_make_it_contain(stream, wallet, offer):
    """Accounts whose credentials staff replaced just before may be held from the third on."""
    for index in range(5):
        by_staff(stream, f"old{index}")
        stream.say(f"old{index}", offer(stream.drawn, wallet(30)))
        stream.wait(30_000)
    (campaign,) = stream.found()
    assert (campaign.tier, campaign.detected_after_posts) == ("contain", 3)
    assert "precursors" in {term.term for term in campaign.evidence}


def test_a_link_that_people_copy_is_a_campaign_once_the_accounts_were_tampered_with(stream):
    """One page in the same words looks like a petition, but for what happened to the accounts."""
    for index in range(4):
        by_staff(stream, f"old{index}")
        stream.say(
            f"old{index}",
            "A gift for all of us, see here https://gift.example.net/now",
            ["https://gift.example.net/now"],
        )
        stream.wait(20_000)
    assert {campaign.tier for campaign in stream.found()} == {"contain"}


def test_the_same_words_alone_need_tampered_accounts(stream):
    """Without any lure the same words are a campaign only of accounts with precursors."""
    words = "My friends, write to me today and I will make every one of you rich"
    stream.crowd(6, 20_000, lambda _: words, "new")
    assert stream.found() == ()
    for index in range(4):
        by_staff(stream, f"old{index}")
        stream.say(f"old{index}", words)
        stream.wait(20_000)
    (campaign,) = stream.found()
    assert set(campaign.accounts) == {"old0", "old1", "old2", "old3"}
    assert campaign.lures[0].kind == "text"


def test_one_tampered_account_among_donors_changes_nothing(stream, wallet):
    """Of many who copy an appeal some always changed a password; the others speak against it."""
    by_staff(stream, "acc5")
    stream.crowd(40, 60_000, lambda _: f"Help the flooded valley rebuild, every coin counts: {wallet(31)}")
    assert [campaign.tier for campaign in stream.found()] == ["alert"]


def test_old_precursors_fade(stream, wallet, offer):
    """What happened weeks ago is no reason to hold anybody now."""
    for index in range(5):
        by_staff(stream, f"old{index}")
    stream.ordinary(days=9)
    stream.crowd(5, 30_000, lambda _: offer(stream.drawn, wallet(32)), "old")
    assert [campaign.tier for campaign in stream.found()] == ["alert"]


def test_sign_ins_from_new_countries_count_only_where_they_are_new(stream, wallet, offer):
    """A country is judged against the account's own earlier sign-ins."""
    for usual, seen, tier in (("NL", "NL", "alert"), ("NL", "VN", "contain")):
        names = [f"{usual}{seen}{index}" for index in range(5)]
        for name in names:
            for hours in (50, 30, 10):
                stream.happen(SignIn(account=name, time=stream.now - hours * HOUR, outcome="ok", country=usual))
            stream.happen(SignIn(account=name, time=stream.now - HOUR, outcome="ok", country=seen))
        for name in names:
            stream.say(name, offer(stream.drawn, wallet(len(stream.posts) // 1000 + (33 if tier == "alert" else 34))))
            stream.wait(30_000)
        assert [campaign.tier for campaign in stream.found() if names[0] in campaign.accounts] == [tier]
        stream.wait(DAY)


def test_a_mailing_that_makes_everybody_reset_says_nothing(new_stream, wallet):
    """Where everybody's password is reset at once, those who then copy an appeal are not under suspicion."""
    stream = new_stream().ordinary(posts=8_000, accounts=4_000)
    for index in range(4_000):
        stream.happen(ResetRequested(account=f"old{index}", time=stream.now))
    stream.wait(HOUR).crowd(
        10, 60_000, lambda _: f"Help the flooded valley rebuild, every coin counts: {wallet(36)}", "old"
    )
    assert [campaign.tier for campaign in stream.found()] == ["alert"]


def test_obfuscation_that_is_copied_says_nothing(stream, wallet):
    """The same bytes passed on are one person's fancy, not many attackers' care."""
    text = f"H\u200belp the flooded val\u200bley rebuild, every coin counts: {wallet(37)}"
    stream.crowd(30, 60_000, lambda _: text)
    assert [campaign.tier for campaign in stream.found()] == ["alert"]


def test_departures_count_when_the_words_are_no_copy(new_stream, wallet, offer):
    """Accounts that leave their language, each in words of its own, cannot be copying."""
    stream = new_stream().ordinary(posts=900, lang="de", client="phone")
    stream.crowd(6, 30_000, lambda i: offer(stream.drawn, wallet(38)), "old", lang="en", client="script")
    (campaign,) = stream.found()
    assert "departure" in {term.term for term in campaign.evidence if term.log_likelihood > 0}
    assert campaign.tier == "contain"


def test_languages_are_told_apart_by_their_two_letters(new_stream, wallet, offer):
    """Accounts that leave their language, and nothing else, depart from it; those that stay do not."""
    for lang, sign in (("en", 1), ("de", -1)):
        stream = new_stream().ordinary(posts=900, lang="de")
        stream.crowd(6, 30_000, lambda _, told=stream: offer(told.drawn, wallet(41)), "old", lang=lang)
        (campaign,) = stream.found()
        (departure,) = (term.log_likelihood for term in campaign.evidence if term.term == "departure")
        assert departure * sign > 0


@pytest.mark.parametrize(("high", "tier"), [(0, "alert"), (9, "contain")])
def test_many_of_high_reach_in_their_own_words(new_stream, wallet, offer, chatter, high, tier):
    """Celebrities who each cast a first address within minutes, in their own words, do not do it freely."""
    stream = new_stream().ordinary(posts=900, accounts=30)
    for index in range(9):
        reach = 5_000_000 if index < high else 40
        stream.say(f"old{index}", f"{chatter(stream.drawn, 12)} {wallet(39)}", reach=reach)
        stream.wait(20_000)
    assert [campaign.tier for campaign in stream.found()] == [tier]


def test_an_app_let_in_just_before(stream, wallet, offer):
    """A third-party client authorised hours before by all carriers is a precursor too."""
    for index in range(5):
        stream.happen(AppAuthorised(account=f"old{index}", time=stream.now - HOUR, app="winner"))
        stream.say(f"old{index}", offer(stream.drawn, wallet(40)))
        stream.wait(30_000)
    (campaign,) = stream.found()
    assert campaign.tier == "contain"
