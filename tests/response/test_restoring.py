"""How cohorts are given back, on a small platform: wave by wave, watched, and taken back when something is wrong."""

import msgspec
import pytest

from holdfast.containment import (
    Explicit,
    Restriction,
    Subject,
    SubjectKind,
    cohort_subject,
    ends,
    place,
    text_subject,
)
from holdfast.errors import RecoveryError
from holdfast.events import Report
from holdfast.guard import Action, Question
from holdfast.recovery import Phase, Schedule
from holdfast.response import HappeningKind, ResponseSettings
from holdfast.response.conduct import Over

MINUTE = 60_000
SETTINGS = ResponseSettings(
    waves=Schedule(shares=(0.2, 0.6, 1.0), quiet=5 * MINUTE, every=2 * MINUTE),
    account_waves=Schedule(shares=(0.5, 1.0), quiet=5 * MINUTE, every=2 * MINUTE),
)


@pytest.fixture
def town(make_town, store, platform, clock):
    """A town where two hundred of three hundred fans are held as a cohort."""
    town = make_town(store, platform, clock, SETTINGS)
    town.cohort = Explicit(accounts=tuple(town.fans[:200]))
    put(town, *(hold(town.cohort, each, clock.now()) for each in (Restriction.NO_POSTING, Restriction.NO_EXPORT)))
    return town


def hold(cohort, restriction, now):
    return place(
        cohort_subject(cohort),
        restriction,
        starts=now,
        until=ends(SubjectKind.COHORT, now),
        why="brake",
        campaign="c",
        plan="p",
        cohort=cohort,
    )


def put(town, *holds):
    with town.response.book.change(town.clock.now()) as page:
        for each in holds:
            page.place(each)


def held(town):
    """Which fans may not post just now, as the guard says."""
    free = town.response.gate.may_post(town.fans, town.clock.now())
    return {fan for fan, may in zip(town.fans, free.tolist(), strict=True) if not may}


def the_run(town):
    (run,) = town.response.restoring.runs.values()
    return run


def key(town):
    return next(iter(town.response.restoring.runs))


def test_a_cohort_goes_free_in_waves_and_nobody_is_let_go_in_between(town):
    """Minute by minute the held only become fewer, at the times of the waves; figures and guard say the same."""
    before, counts = held(town), []
    for _ in range(12):
        town.run(MINUTE)
        now = held(town)
        assert now <= before
        figures = town.response.restoring.figures(town.clock.now())
        assert (200, len(now)) == (figures.all, figures.held)
        counts.append(len(now))
        before = now

    assert [200] * 4 == counts[:4]
    assert 140 < counts[4] == counts[5] < 180
    assert 60 < counts[6] == counts[7] < 100
    assert [0, 0, 0, 0] == counts[8:]
    assert Phase.DONE is the_run(town).waves.phase


def test_both_restrictions_of_a_cohort_go_together(town):
    """Who may post again may export again; the rest may neither."""
    town.run(6 * MINUTE)
    quiet = held(town)
    for fan in town.fans[:200]:
        asked = town.response.gate.ask(Question(account=fan, action=Action.EXPORT, time=town.clock.now()))
        assert (asked.verdict != "allow") == (fan in quiet)


def lured(town):
    """A campaign that is sure, by accounts outside the cohort, before anything is given back."""
    town.lure(*town.stars[:3])


def test_a_lure_from_an_account_let_go_takes_the_last_wave_back(town):
    """All but the earlier waves are held again by themselves; the rest waits until a person resumes."""
    lured(town)
    town.run(6 * MINUTE)
    first = held(town)
    town.run(2 * MINUTE)
    second = held(town)
    (loud, *_) = sorted(first - second)
    town.clock.advance(1)
    town.lure(loud)
    town.run(MINUTE)

    assert second < first
    assert first == held(town)
    assert (Phase.PAUSED, 1) == (the_run(town).waves.phase, the_run(town).waves.pauses)
    assert HappeningKind.ALARM in {each.kind for each in town.response.timeline}

    town.run(20 * MINUTE)
    assert first == held(town)

    town.response.restoring.resume(key(town), "commander", town.clock.now())
    town.run(3 * MINUTE)
    assert second == held(town)
    assert 1 == len(town.keys(f"waves/{key(town)}/resumed/"))


def test_those_taken_back_are_held_for_a_full_term_and_no_longer(town):
    """A person has that long to look; after it nobody is held because nobody looked."""
    lured(town)
    town.run(6 * MINUTE)
    freed = sorted(set(town.fans[:200]) - held(town))
    town.clock.advance(1)
    town.lure(freed[0])
    town.run(MINUTE)
    again = town.clock.now()

    town.run(29 * MINUTE)
    assert 200 == len(held(town))
    town.run(2 * MINUTE)
    assert not held(town)
    assert Phase.DONE is the_run(town).waves.phase
    assert 200 == the_run(town).told[-1].restored
    assert town.clock.now() - again > 30 * MINUTE


def test_while_the_campaign_goes_on_no_wave_goes(town):
    """Any new lure puts the first wave off."""
    lured(town)
    for star in town.stars[3:9]:
        town.run(4 * MINUTE)
        town.lure(star)
    assert 200 == len(held(town))


def test_refused_lures_of_accounts_let_go_are_trouble(town):
    """The guard refuses the scam to those who try; a few may be honest warnings, more are not."""
    scam = text_subject(town.scam)
    put(town, place(scam, Restriction.REFUSE_LURE, starts=town.clock.now(), why="the lure", text=town.scam))
    town.run(6 * MINUTE)
    for fan in sorted(set(town.fans[:200]) - held(town))[:4]:
        said = Question(account=fan, action=Action.POST, time=town.clock.now() + 1, text=town.scam)
        assert "allow" != town.response.gate.ask(said).verdict
    town.run(2 * MINUTE)
    assert 200 == len(held(town))


def complain(town, accounts):
    now = town.clock.now() + 1
    town.tell(others=[Report(id=f"r-{fan}", time=now, account=fan, category="spam") for fan in accounts])


def test_complaints_about_several_accounts_let_go_are_trouble(town):
    """About those who are still held they are none: it is not because of the wave."""
    town.run(6 * MINUTE)
    still = held(town)
    complain(town, sorted(still)[:20])
    town.run(2 * MINUTE)
    assert held(town) < still

    complain(town, sorted(still - held(town))[:4])
    town.run(2 * MINUTE)
    assert still == held(town)


def test_waves_end_when_somebody_lifts_the_hold(town):
    """What is over is not given back once more."""
    town.run(MINUTE)
    with town.response.book.change(town.clock.now()) as page:
        for each in the_run(town).standing:
            page.tell(each, Over(at=town.clock.now(), why="lifted"))
    town.run(MINUTE)
    assert Phase.DONE is the_run(town).waves.phase
    with pytest.raises(RecoveryError):
        town.response.restoring.resume(key(town), "commander", town.clock.now())


def test_a_response_made_anew_goes_on_with_the_waves(town, make_town):
    """Killed between two waves, it comes to the same holds at the same times."""
    town.run(6 * MINUTE)
    first = held(town)
    again = make_town(town.store, town.platform, town.clock, SETTINGS)
    assert first == held(again)
    again.run(2 * MINUTE)
    assert held(again) < first
    again.run(5 * MINUTE)
    assert not held(again)
    assert len(set(town.keys("waves/"))) == len(town.keys("waves/"))


def test_every_move_is_on_record_with_its_figures(town):
    """Who asks later how many were free when finds it on the ledger."""
    town.run(12 * MINUTE)
    moves = [entry.record for entry in town.store.entries() if entry.record.key.startswith(f"waves/{key(town)}/")]
    told = [record.body for record in moves if "restored" in record.body]
    assert 3 == len(told)
    assert all(200 == body["restored"] + body["held"] for body in told)


def name(town):
    """Forty more fans, held by name though more likely in their owners' hands; asked for, those that are held."""
    named = town.fans[200:240]
    until = ends(SubjectKind.ACCOUNT, town.clock.now())
    for fan in named:
        subject, kind = Subject(kind=SubjectKind.ACCOUNT, id=fan), Restriction.NO_CREDENTIAL_CHANGE
        put(town, place(subject, kind, starts=town.clock.now(), until=until, why="touched", campaign="c", plan="q"))
    return lambda: {fan for fan in named if town.held(fan, Restriction.NO_CREDENTIAL_CHANGE)}


def test_accounts_held_by_name_but_not_hijacked_go_in_waves_too(town):
    """Something was done to them, but they may sign in."""
    named = name(town)
    town.run(4 * MINUTE)
    assert 40 == len(named())
    town.run(2 * MINUTE)
    assert 10 < len(named()) < 30
    town.run(2 * MINUTE)
    assert not named()


def test_accounts_let_go_by_name_are_taken_back_too(town):
    """One of them posts the lure: those that went with it are held again, the others were never let go."""
    lured(town)
    named = name(town)
    town.run(6 * MINUTE)
    left = named()
    town.clock.advance(1)
    town.lure(min(set(town.fans[200:240]) - left))
    town.run(MINUTE)
    assert 40 == len(named())
    town.run(29 * MINUTE)
    assert 40 == len(named())


def test_a_run_is_kept_as_plain_data(town):
    """What is in the store is read again as it was."""
    town.run(8 * MINUTE)
    run = the_run(town)
    assert run == msgspec.json.decode(msgspec.json.encode(run), type=type(run))


def lift(town, *keys):
    with town.response.book.change(town.clock.now()) as page:
        for each in keys:
            page.tell(each, Over(at=town.clock.now(), why="lifted by people"))


def test_what_people_lifted_no_wave_places_anew(town):
    """The export of a cohort was let go of by decision; the waves give back the posting, and only that."""
    town.run(MINUTE)
    lift(
        town,
        *(each for each in the_run(town).standing if town.response.book.holds[each].hold.restriction == "no_export"),
    )
    town.run(6 * MINUTE)
    assert 0 < len(held(town)) < 200
    for fan in town.fans[:200]:
        asked = town.response.gate.ask(Question(account=fan, action=Action.EXPORT, time=town.clock.now()))
        assert "allow" == asked.verdict


def test_an_account_that_people_let_go_by_name_stays_free(town):
    """Neither the next wave nor one that is taken back holds it again."""
    named = name(town)
    town.run(MINUTE)
    (mine, *_) = the_names(town).standing
    fan = town.response.book.holds[mine].hold.subject.id
    lift(town, mine)
    town.run(5 * MINUTE)
    assert named()
    assert fan not in named()
    lured(town)
    town.run(MINUTE)
    town.lure(min(set(town.fans[200:240]) - named() - {fan}))
    town.run(MINUTE)
    assert fan not in named()


def the_names(town):
    (run,) = [each for key, each in town.response.restoring.runs.items() if key.endswith("/accounts")]
    return run


def test_figures_are_right_at_any_moment(town):
    """Also between the end of a hold and the look that notices it, and for accounts held by name."""
    named = name(town)
    for _ in range(40):
        town.run(17_000)
        figures = town.response.restoring.figures(town.clock.now())
        assert (240, len(held(town)) + len(named())) == (figures.all, figures.held)
    assert [each.held for each in the_names(town).told] == sorted(
        (each.held for each in the_names(town).told), reverse=True
    )
    assert {40} == {each.restored + each.held for each in the_names(town).told}


def test_figures_follow_the_clock_and_not_the_last_look(town):
    """The holds end of themselves; nobody has looked since."""
    town.run(MINUTE)
    figures = town.response.restoring.figures(town.clock.now() + 31 * MINUTE)
    assert (200, 0) == (figures.restored, figures.held)


def test_a_lure_heard_of_late_is_trouble_all_the_same(town):
    """It was posted before the second wave went, and the platform told of it after."""
    lured(town)
    town.run(6 * MINUTE)
    first = held(town)
    (loud, *_) = sorted(set(town.fans[:200]) - first)
    posted = town.clock.now() + 1_000
    town.run(2 * MINUTE)
    second = held(town)
    assert second < first
    with town.at(posted):
        town.lure(loud)
    town.run(MINUTE)
    assert first == held(town)
    assert Phase.PAUSED is the_run(town).waves.phase


def test_waves_of_an_unknown_key_are_not_resumed(town):
    """A slip is told, and is no fault."""
    with pytest.raises(RecoveryError, match="no waves"):
        town.response.restoring.resume("other", "commander", town.clock.now())


def test_those_taken_back_are_held_no_longer_than_an_emergency(make_town, store, platform, clock):
    """What one person placed alone ends when it was to end, whatever trouble shows meanwhile."""
    town = make_town(store, platform, clock, SETTINGS)
    town.cohort = Explicit(accounts=tuple(town.fans[:200]))
    alone = msgspec.structs.replace(hold(town.cohort, Restriction.NO_POSTING, clock.now()), placed_by="emergency/r")
    put(town, alone)
    lured(town)
    town.run(6 * MINUTE)
    freed = sorted(set(town.fans[:200]) - held(town))
    town.clock.advance(1)
    town.lure(freed[0])
    town.run(MINUTE)
    assert 200 == len(held(town))
    town.run(alone.until - clock.now())
    assert not held(town)
