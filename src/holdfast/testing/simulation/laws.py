"""What must hold of every world, whatever has happened to it?

Each law is a question to the record, the platform and the guard, which know of each other only by what the response
did. A law answers with what breaks it, in a sentence; nothing when it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import TypeAlias

import msgspec

from holdfast.backends import verify_store
from holdfast.containment import Directory, Hold, Restriction, SubjectKind, desired
from holdfast.guard import Action, Question, Verdict
from holdfast.response import Deed, Response
from holdfast.response.conduct import LIVE
from holdfast.response.executor import Way, way_of
from holdfast.response.reconcile import MOMENTARY

from .story import Attempt, Story
from .unruly import FANS, STARS, Call
from .world import World

_Law: TypeAlias = Callable[[World, Story], Iterator[str]]

ALIVE = "the process is there"
ASKED_ABOUT = (*STARS, *FANS[:12])  # accounts whose answers are compared; brakes reach the first fans too
_ACTIONS = {
    Action.POST: Restriction.NO_POSTING,
    Action.MESSAGE: Restriction.NO_MESSAGING,
    Action.SIGN_IN: Restriction.NO_SIGN_IN,
    Action.CREDENTIAL_CHANGE: Restriction.NO_CREDENTIAL_CHANGE,
    Action.EXPORT: Restriction.NO_EXPORT,
}


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a law is broken."""

    law: str
    what: str


def broken(world: World, story: Story) -> list[Broken]:
    """What breaks a law in a world that has come to rest; its store is closed by it."""
    if world.response is None:
        return [Broken(law=ALIVE, what="the process does not start")]
    found = _ask(LAWS, world, story)
    world.close()
    verdict = verify_store(world.where, str(world.signer.vkey))
    return found + [Broken(law="the record verifies", what=str(fault)) for fault in verdict.faults]


def broken_now(world: World, story: Story) -> list[Broken]:
    """What breaks a law at this very moment, whatever is under way."""
    return [] if world.response is None else _ask(ALWAYS, world, story)


def _ask(laws: Iterable[_Law], world: World, story: Story) -> list[Broken]:
    return [
        Broken(law=law.__name__.strip("_").replace("_", " "), what=what) for law in laws for what in law(world, story)
    ]


def _nothing_unforeseen_is_raised(world: World, _: Story) -> Iterator[str]:
    yield from world.wrong


def _the_record_is_consistent(_: World, story: Story) -> Iterator[str]:
    yield from story.faults
    keys = Counter(entry.record.key for entry in story.entries)
    yield from (f"{key} stands on it {count} times" for key, count in keys.items() if count > 1)


def _every_deed_was_intended_before(world: World, story: Story) -> Iterator[str]:
    for call in world.platform.calls:
        if _attempt(story, call) is None:
            yield f"{call.deed} of {call.hold} with no intent among the first {call.size} entries"


def _every_intent_has_its_outcome(_: World, story: Story) -> Iterator[str]:
    for attempt in story.attempts.values():
        if attempt.concluded is None:
            yield f"{attempt.deed} {attempt.number} of {attempt.hold} has none"


def _what_is_said_to_be_pushed_was_pushed(world: World, story: Story) -> Iterator[str]:
    calls: dict[tuple[str, Deed], list[int]] = {}
    for call in world.platform.calls:
        calls.setdefault((call.hold, call.deed), []).append(call.size)
    for attempt in story.attempts.values():
        if attempt.result != "done" or attempt.detail != Way.PUSH or attempt.concluded is None:
            continue
        times = calls.get((attempt.hold, attempt.deed), ())
        if not any(attempt.intended < size <= attempt.concluded for size in times):
            yield f"{attempt.deed} {attempt.number} of {attempt.hold} never reached the platform"


def _nothing_is_applied_twice(world: World, story: Story) -> Iterator[str]:
    """Unless the process died, or could not write down that it was done."""
    done: Counter[tuple[str, int, int]] = Counter()
    for call in world.platform.calls:
        attempt = _attempt(story, call)
        if call.deed is Deed.APPLY and attempt is not None and call.answered:
            done[call.hold, attempt.number, call.life] += 1
    yield from (f"{hold} {count} times in attempt {number}" for (hold, number, _), count in done.items() if count > 1)


def _nothing_is_done_without_a_permit(world: World, story: Story) -> Iterator[str]:
    for call in world.platform.calls:
        hold = story.placed.get(call.hold)
        if hold is None:
            yield f"{call.deed} of {call.hold}, which was never placed"
        elif call.deed is Deed.APPLY and not story.may_stand(hold, call.size):
            yield f"{hold.restriction} on {hold.subject.id} ({hold.id}) was applied, and nobody had agreed"
    for key, ended in story.ended.items():
        if not story.may_end(story.placed[key], ended):
            yield f"{key} was ended before its time, and nobody had agreed"


def _the_platform_stands_as_the_holds_say(world: World, story: Story) -> Iterator[str]:
    now = world.clock.now()
    pushed = [hold for hold in story.live() if way_of(hold, world.platform) is Way.PUSH]
    wanted = {(subject, each) for subject, all_of in desired(pushed, now).items() for each in all_of}
    flags = world.platform.flags()
    for subject, each in sorted(wanted - flags):
        if each not in MOMENTARY:
            yield f"{each} on {subject.id} does not stand"
    yield from (f"{each} on {subject.id} stands for no hold" for subject, each in sorted(flags - wanted))


def _nothing_foreign_is_lifted(world: World, _: Story) -> Iterator[str]:
    there = world.platform.rival_flags()
    yield from (f"{each} on {subject.id} is gone" for subject, each in sorted(world.foreign - there))


def _no_hold_is_lost(world: World, story: Story) -> Iterator[str]:
    book = _response(world).book
    lost = story.allowed.keys() - book.holds.keys()
    yield from (f"{key} was agreed to and is not in the book" for key in sorted(lost))
    live = {key for key, held in book.holds.items() if held.state in LIVE}
    yield from (f"{key} is live in one of book and record" for key in sorted(live ^ {h.id for h in story.live()}))


def _nothing_is_left_to_do(world: World, _: Story) -> Iterator[str]:
    response = _response(world)
    for errand in response.book.errands.values():
        if errand.due <= world.clock.now():
            yield f"{errand.deed} of {errand.hold} has been waiting since {errand.due}"
    for held in response.desk.dead_letters:
        if way_of(held.hold, world.platform) is not Way.NONE:
            yield f"{held.hold.id} is {held.state}, and the platform does all that it is asked"


def _the_guard_answers_by_the_holds(world: World, story: Story) -> Iterator[str]:
    """At this moment."""
    yield from _disagreed(_response(world), story.live(), world.clock.now(), 0)


def _holds_end_to_the_millisecond(world: World, story: Story) -> Iterator[str]:
    """Whoever asks just before a hold ends of itself is told of it, and nobody who asks then."""
    now = world.clock.now()
    live = story.live()
    ends = {hold.until - now for hold in live if hold.until is not None and hold.until > now}
    for ahead in sorted({*ends, *(end - 1 for end in ends)}):
        yield from _disagreed(_response(world), live, now, ahead)


def _disagreed(response: Response, live: Sequence[Hold], now: int, ahead: int) -> Iterator[str]:
    """Where the guard, asked `ahead` milliseconds after `now`, and the holds say two things."""
    held = _held(live, response.knowledge.directory, now + ahead)
    for account, action in product(ASKED_ABOUT, _ACTIONS):
        answer = response.gate.ask(Question(account=account, action=action, time=now + ahead))
        if (answer.verdict is Verdict.ALLOW) is ((account, _ACTIONS[action]) in held):
            yield f"{action} by {account} at {ahead:+} ms is {answer.verdict}"


def _held(live: Iterable[Hold], directory: Directory, time: int) -> set[tuple[str, Restriction]]:
    """Which accounts are under which restriction at `time`, by name or in a cohort."""
    held: set[tuple[str, Restriction]] = set()
    for hold in live:
        if hold.in_force(time) and hold.subject.kind is SubjectKind.ACCOUNT:
            held.add((hold.subject.id, hold.restriction))
        elif hold.in_force(time) and hold.cohort is not None and hold.subject.kind is SubjectKind.COHORT:
            inside = directory.mask(hold.cohort, time)[directory.rows(ASKED_ABOUT)].tolist()
            held |= {(name, hold.restriction) for name, is_in in zip(ASKED_ABOUT, inside, strict=True) if is_in}
    return held


ALWAYS: tuple[_Law, ...] = (
    _nothing_unforeseen_is_raised,
    _the_guard_answers_by_the_holds,
    _nothing_foreign_is_lifted,
)
LAWS: tuple[_Law, ...] = (
    *ALWAYS,
    _holds_end_to_the_millisecond,
    _the_record_is_consistent,
    _every_deed_was_intended_before,
    _every_intent_has_its_outcome,
    _what_is_said_to_be_pushed_was_pushed,
    _nothing_is_applied_twice,
    _nothing_is_done_without_a_permit,
    _the_platform_stands_as_the_holds_say,
    _no_hold_is_lost,
    _nothing_is_left_to_do,
)


def _response(world: World) -> Response:
    assert world.response is not None, "laws are asked of a process that is there"
    return world.response


def _attempt(story: Story, call: Call) -> Attempt | None:
    """The attempt that the record had begun when this call was made, if any."""
    number = 1
    found = None
    while (attempt := story.attempts.get((call.hold, call.deed, number))) is not None and attempt.intended < call.size:
        found = attempt
        number += 1
    return found
