"""Names made so that one is taken for another: nobody hides behind them, and nobody is blamed for somebody else."""

from __future__ import annotations

from holdfast.events import AppAuthorised, CredentialChange, ResetRequested, SignIn

MINUTE = 60_000
TWINS = ("olJtNVoFDATf0Ckk", "bn1215jihiK7esBY", "O.gm7GhkE7ysQnBw", "UWnM047T7TCetVmB", "npCqAxUTZkkvFuSQ")
"""Names that were all one number when names were hashed by multiplication, each with one of the names below."""

OFFICIAL = ("charity.official", "redcross.germany", "floodrelief.2024")
OFFICIAL_TWINS = ("olJtNVoFDATf0Ckk", "gs4oHUW7Wd6R_82M", "S0UaoypxmW_mkpKk")


def test_accounts_of_one_making_are_many(stream, wallet, offer):
    """Accounts whose names collided under the hash of old are as many as they are."""
    for name in TWINS:
        stream.say(name, offer(stream.drawn, wallet(70)))
        stream.wait(20_000)
    (campaign,) = stream.found()
    assert campaign.accounts == TWINS


def test_what_happens_to_a_twin_is_not_held_against_an_account(stream, wallet, offer):
    """Somebody who shares an old number with an honest account cannot give it a security history."""
    for official, twin in zip(OFFICIAL, OFFICIAL_TWINS, strict=True):
        for _ in range(3):
            stream.say(official, "we are at the market today with soup and bread for all who come")
            stream.wait(MINUTE)
        for device, country in (("a", "DE"), ("a", "DE"), ("z", "NG")):
            stream.happen(SignIn(account=twin, time=stream.now, outcome="ok", country=country, device=device))
        stream.happen(CredentialChange(account=twin, time=stream.now, what="email", change="replaced", by="holder"))
        stream.happen(CredentialChange(account=twin, time=stream.now, what="mfa", change="removed", by="holder"))
        stream.happen(ResetRequested(account=twin, time=stream.now))
        stream.happen(AppAuthorised(account=twin, app="q", time=stream.now))
    for official in OFFICIAL:
        stream.say(official, f"please donate for the flood at {wallet(71)}, the families need it")
        stream.wait(9_000)
    (campaign,) = stream.found()
    assert (campaign.tier, set(campaign.accounts)) == ("alert", set(OFFICIAL))
