"""Who stands by: people who warn, quote or answer, rightful owners, and an organisation's own accounts."""

from __future__ import annotations

from holdfast.events import Account, CredentialChange

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def attack(stream, wallet, offer, count=5, number=50, prefix="old"):
    """A campaign with one address and, so that it may be held, credentials changed before."""
    for index in range(count):
        name = f"{prefix}{index}"
        stream.happen(
            CredentialChange(account=name, time=stream.now - HOUR, what="email", change="replaced", by="staff")
        )
        stream.say(name, offer(stream.drawn, wallet(number)))
        stream.wait(30_000)


def test_who_quotes_warns_or_answers_is_no_carrier(stream, wallet, offer):
    """Quoting, naming a carrier, defanging or answering makes a bystander, never an account of the campaign."""
    attack(stream, wallet, offer)
    lure = offer(stream.drawn, wallet(50))
    warners = {
        "quotes": f'Has anyone else seen this? "{lure}"',
        "names": f"old2 is in strange hands, leave {wallet(50)} alone",
        "mentions": f"@old3 what is going on, why {wallet(50)}",
    }
    for name, text in warners.items():
        stream.say(name, text)
    stream.say("answers", f"are you sure about {wallet(50)} though", reply_to=stream.posts[-1]["id"])
    (campaign,) = stream.found()
    assert campaign.tier == "contain"
    assert set(campaign.accounts) == {f"old{index}" for index in range(5)}
    assert set(campaign.bystanders) == {*warners, "answers"}
    assert not set(campaign.posts) & set(campaign.bystander_posts)


def test_a_handle_names_its_account(stream, wallet, offer):
    """Whoever mentions a carrier by its handle stands by, whatever the account's id."""
    stream.happen(Account(account="old1", time=stream.now, handle="mayor_of_town"))
    attack(stream, wallet, offer)
    stream.say("outsider", f"hey @Mayor_of_Town your page says {wallet(50)} is that you")
    (campaign,) = stream.found()
    assert "outsider" in campaign.bystanders


def test_copycats_after_containment_stand_by(stream, wallet, offer):
    """Once a campaign is known by what happened to its accounts, an account without it only copies."""
    attack(stream, wallet, offer)
    stream.crowd(6, 10_000, lambda _: offer(stream.drawn, wallet(50)), "joker")
    (campaign,) = stream.found()
    assert not [account for account in campaign.accounts if account.startswith("joker")]
    assert len(campaign.bystanders) == 6


def test_the_owner_of_a_poisoned_address_is_no_carrier(stream, wallet, offer):
    """An address posted long before the burst belongs to whoever posted it, so nobody can have them held."""
    stream.say("charity", f"Our kitchen feeds two hundred people every day, support it: {wallet(51)}")
    stream.ordinary(days=1)
    attack(stream, wallet, offer, number=51)
    (campaign,) = stream.found()
    assert "charity" not in campaign.accounts
    assert "charity" in campaign.bystanders
    assert set(campaign.accounts) == {f"old{index}" for index in range(5)}


def test_accounts_of_one_organisation_are_one_voice(stream, wallet, offer):
    """A newsroom's desks that post the same address are one unrelated account, not five."""
    for index in range(5):
        stream.happen(Account(account=f"desk{index}", time=stream.now - DAY, org="gazette"))
    stream.crowd(5, 30_000, lambda _: offer(stream.drawn, wallet(52)), "desk")
    assert stream.found() == ()
    stream.crowd(2, 30_000, lambda _: offer(stream.drawn, wallet(52)), "acc")
    (campaign,) = stream.found()
    assert len(campaign.accounts) == 7


def test_habitual_posters_of_addresses_speak_against(stream, wallet):
    """Traders who post addresses every day need to be more before their sharing one means anything."""
    for round_ in range(4):
        for index in range(3):
            stream.say(
                f"trader{index}", f"today's account of mine for the record is {wallet(600 + round_ * 3 + index)}"
            )
            stream.wait(7 * HOUR)
    before = len(stream.found())
    stream.crowd(3, MINUTE, lambda _: f"the pool we all use from now on is {wallet(53)}", "trader")
    assert len(stream.found()) == before
