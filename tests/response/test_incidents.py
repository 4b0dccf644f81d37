"""Warnings before any post."""

import pytest

from holdfast.containment import PlanKind, Restriction
from holdfast.detection import Term
from holdfast.detection.takeover import Takeover
from holdfast.response import AutoResponder, Concern

MINUTE = 60_000


def takeover(account, now, session="ts-7", staff="s-17"):
    """A warning that the account looks taken over."""
    return Takeover(
        account=account,
        staff=staff,
        tool_session=session,
        changed_at=now - 3,
        reset_at=now - 2,
        signed_in_at=now - 1,
        warned_at=now,
        score=7.0,
        evidence=(Term(term="reset_at_once", log_likelihood=7.0),),
    )


@pytest.fixture
def warned(store, platform, clock, make_town):
    """A town whose engine warns of what the test puts on a list."""
    waiting = []

    def made(**wiring):
        town = make_town(store, platform, clock, warnings=lambda: [waiting.pop() for _ in list(waiting)], **wiring)
        town.warn = lambda *names: (waiting.extend(takeover(name, town.start) for name in names), town.tell())
        return town

    return made


def test_single_warnings_only_tell_people(warned):
    """Two accounts by one session may be honest support; they are on record, once each."""
    town = warned()
    town.warn("star0", "star1")
    town.warn("star1")

    assert () == town.desk.offers
    assert 2 == len(town.keys("takeover/")) == len(town.response.timeline)


def test_three_by_one_session_are_an_offer(warned):
    """From the session to its staff member to the accounts it took."""
    town = warned()
    town.warn(*town.stars[:3])

    assert Concern.TAKEOVERS is town.offer.concern
    kinds = [town.desk.plan(plan).kind for plan in town.offer.plans]
    assert [PlanKind.SESSION, PlanKind.STAFF, PlanKind.TOUCHED] == kinds


def test_many_more_are_offered_anew(warned):
    """Half as many again may change a mind; one more does not."""
    town = warned()
    town.warn(*town.stars[:4])
    town.warn(town.stars[4])
    assert 2 == town.offer.number  # at the third, and no more for the fourth

    town.warn(*town.stars[5:8])

    assert 3 == town.offer.number


@pytest.mark.parametrize(("answers", "held"), [({Concern.CAMPAIGN}, False), (set(Concern), True)])
def test_the_drills_rule_answers_what_it_was_told_to(warned, answers, held):
    """By default it waits for the campaign; told to, it takes the session's tools before anybody has posted."""
    town = warned(responder=AutoResponder(60, answers=answers))
    town.warn(*town.stars[:3])
    town.run(2 * MINUTE)

    assert held == bool(town.platform.flags())


def test_once_a_campaign_was_answered_the_drills_rule_answers_warnings_too(warned):
    """An attack is known: what begins to take accounts over now belongs to it until shown otherwise."""
    town = warned(responder=AutoResponder(60))
    town.attack()
    town.run(2 * MINUTE)
    assert not town.held("fan0", Restriction.NO_SIGN_IN)

    town.warn("fan0", "fan1", "fan2")
    town.run(2 * MINUTE)

    assert all(town.held(fan, Restriction.NO_SIGN_IN) for fan in ["fan0", "fan1", "fan2"])
