"""From the first lure to holds in force, on the record: the main job, small."""

import pyarrow as pa
import pytest

from holdfast.containment import Restriction, Subject, SubjectKind
from holdfast.events import POSTS, Batch, StaffAction
from holdfast.guard import Action, Question, Verdict
from holdfast.reading import read_text
from holdfast.response import AutoResponder, Response, ResponseSettings
from holdfast.testing import SmallEngine, SmallPlatform

START = 1_000_000
SECOND, MINUTE = 1_000, 60_000
SCAM = "I am giving back! Send coins, get twice as many back."
KEY = bytes(16)
STOLEN = [f"star{number}" for number in range(12)]
OTHERS = [f"fan{number}" for number in range(300)]


def post(number, account, text, time):
    """One row of posts."""
    return {"id": f"p{number}", "time": time, "account": account, "text": text}


def batch(*rows, others=()):
    """Posts and security events that came together."""
    return Batch(posts=pa.RecordBatch.from_pylist(list(rows), schema=POSTS), others=others)


def swaps(accounts, time):
    """A staff member's tool session replaces the e-mail of these accounts, no ticket asking for it."""
    return [
        StaffAction(
            id=f"swap-{account}",
            time=time,
            staff="s-17",
            tool="desk",
            action="replace_email",
            target=account,
            tool_session="ts-7",
        )
        for account in accounts
    ]


@pytest.fixture
def platform(clock):
    """Twelve accounts worth stealing among many."""
    return SmallPlatform(clock, accounts=[*STOLEN, *OTHERS])


@pytest.fixture
def response(store, platform, clock):
    """A whole response, answered by the rule of drills after a minute."""
    return Response(
        platform,
        store,
        SmallEngine(),
        clock,
        ResponseSettings(),
        read=read_text,
        key=KEY,
        responder=AutoResponder(60),
    )


def account(name):
    """An account as a subject."""
    return Subject(kind=SubjectKind.ACCOUNT, id=name)


def run(response, clock, until):
    """Work whatever is due up to `until`."""
    again = response.work(clock.now())
    while again is not None and again <= until:
        clock.set(max(again, clock.now()))
        again = response.work(clock.now())
    clock.set(until)


def attack(response, clock):
    """Staff swaps, then three lure posts ten seconds apart."""
    response.observe(batch(others=swaps(STOLEN, START - 10 * MINUTE)), clock.now())
    for number in range(3):
        clock.set(START + number * 10 * SECOND)
        response.observe(batch(post(number, STOLEN[number], SCAM, clock.now())), clock.now())
        response.work(clock.now())


def test_a_minute_after_the_third_post_the_carriers_and_those_who_are_next_are_held(response, platform, clock, store):
    """Named cause, approved plan, holds in force on the platform and at the gate, every step on record."""
    attack(response, clock)
    run(response, clock, clock.now() + 59 * SECOND)
    assert not platform.flags()

    run(response, clock, clock.now() + 2 * SECOND)

    (case,) = response.docket.cases.values()
    assert "tool_session:ts-7" == case.factor
    for name in STOLEN:
        assert (account(name), Restriction.NO_POSTING) in platform.flags()
    asked = [Question(account=name, action=Action.POST, time=clock.now(), text="hello") for name in (STOLEN[5], OTHERS[0])]
    assert [Verdict.REFUSE, Verdict.ALLOW] == [response.gate.ask(question).verdict for question in asked]
    kinds = [entry.record.key.split("/")[0] for entry in store.entries()]
    order = [kinds.index(kind) for kind in ("campaign", "cause", "offer", "request", "approval", "permit", "intent", "outcome")]
    assert sorted(order) == order
