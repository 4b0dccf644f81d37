"""What is news, and what is not."""

from holdfast.detection import CampaignTier
from holdfast.response import HappeningKind

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


def test_a_post_that_is_delivered_twice_counts_once(town):
    """The same two accounts do not become three by a repeat."""
    rows = [
        {"id": f"p{account}", "time": town.start, "account": account, "text": town.scam} for account in town.stars[:2]
    ]
    town.tell(*rows)
    town.tell(*rows)

    assert CampaignTier.ALERT is town.case.campaign.tier
    assert 1 == town.case.campaign.revision


def test_security_events_are_heard_before_the_posts_that_came_with_them(town):
    """A batch that brings the swap and the post together still names the cause."""
    town.attack(posts=2)
    town.clock.advance(1_000)
    town.lure(town.stars[2])

    assert "tool_session:ts-7" == town.case.factor
    times = [town.start + 10 * MINUTE + 10_000, town.start + 10 * MINUTE + 20_000, town.clock.now()]
    assert dict(zip(town.stars, times, strict=False)) == town.case.first_used
    assert (town.scam,) == town.case.texts


def busy_desk(town):
    """Four members of staff work through tickets for a week; then one looks at very many, unasked."""
    for day in range(8):
        for number in range(4):
            accounts = town.fans[number * 20 + day : number * 20 + day + 10]
            town.swap(accounts, session=f"ts-{number}-{day}", staff=f"s-{number}", ticket="t-1")
        town.clock.advance(DAY)
    town.swap(town.fans[100:220], session="ts-bad", staff="s-3")
    town.clock.advance(MINUTE)
    town.tell()


def test_a_member_of_staff_who_looks_where_nobody_asked_is_told_of_and_not_held(town):
    """Unticketed and more than days have accounts: one sign, so that people are told to have it watched, and hold nobody."""
    busy_desk(town)

    warnings = [each for each in town.response.timeline if each.kind is HappeningKind.WARNING]
    assert {"access/s-3"} == {each.subject for each in warnings}
    assert "`holdfast lockdown set 1 --person=s-3 --minutes 4320`" in warnings[-1].text
    assert () == town.desk.offers
    assert len(town.keys("access/")) == len(warnings)
    assert any("lockdown set 1" in notice.text for notice in town.response.notices.kept.values())


def test_the_same_suspicion_is_not_told_again(town):
    """A person who was told need not be told every quarter of an hour."""
    busy_desk(town)
    told = len(town.response.timeline)

    for _ in range(5):
        town.clock.advance(15 * MINUTE)
        town.tell()

    assert told == len(town.response.timeline)
