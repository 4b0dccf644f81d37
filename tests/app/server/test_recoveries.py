"""Accounts come back through the service: the platform tells what it does, people look, and waves are seen to go."""

import signal

import pytest
from tests.journeys.stories import TAKEN, attack, fraud, lines

from holdfast.app.live import LiveWatch
from holdfast.connectors.told import Told
from holdfast.events import Decoder
from holdfast.guard import Action, Question
from holdfast.recovery import Change, Credential, Door, Fact, FactKind, Stage

from .running import attack_now

ACCOUNT = f"u{TAKEN[0]}"
MINUTE, DAY = 60_000, 86_400_000
WORD = "an address that nobody may read"


class Hands:
    """A clock that goes by what the stream tells, and by hand."""

    def __init__(self):
        """At the beginning of time."""
        self.time = 0

    def now(self):
        """What it shows."""
        return self.time

    def saw(self, batch):
        """Move to the newest event."""
        times = [*batch.posts.column("time").to_pylist(), *(event.time for event in batch.others)]
        self.reached(max(times, default=0))

    def reached(self, time):
        """Move on, never back."""
        self.time = max(self.time, time)


@pytest.fixture
def run():
    """A response to an attack that was just heard, with a platform that tells."""
    watch = LiveWatch(approve_after=0, store=None, memory_mb=16, clock=Hands(), told=True)
    watch.take(Decoder().decode(attack()).batch)
    pass_by(watch, 2)
    return watch


def pass_by(run, minutes):
    for _ in range(minutes):
        run.clock.time += MINUTE
        run.tick()


def case(run):
    return run.response.returning.recoveries[ACCOUNT].case


def tell(run, **told):
    run.custody.tell(ACCOUNT, Told(occasion=run.response.returning.occasion(ACCOUNT), **told))
    pass_by(run, 1)


def test_a_platform_that_only_tells_gets_an_account_back_to_its_owner(run):
    """Each step waits for it, for as long as it takes, and the record is no longer for that."""
    pass_by(run, 60)
    assert Stage.CONTAINED is case(run).stage
    keys = [entry.record.key for entry in run.store.entries() if entry.record.key.startswith(f"recovery/{ACCOUNT}/")]
    assert 2 == len(keys)  # that it was opened, and what is meant to be done

    tell(run, shut=frozenset({Door.APPS}))
    assert (Stage.CONTAINED, {Door.APPS}) == (case(run).stage, case(run).shut)
    tell(run, shut=frozenset(Door))
    assert Stage.ATTACKER_OUT is case(run).stage
    since = run.clock.time - 400 * DAY
    intruders = Fact(kind=FactKind.PASSKEY, source="new", on_file_since=run.clock.time - 2 * 3_600_000)
    tell(run, facts=(intruders, Fact(kind=FactKind.CONTACT, source="mail", on_file_since=since)))
    assert (Stage.ATTACKER_OUT, 4) == (case(run).stage, case(run).ownership.points)
    tell(run, facts=(Fact(kind=FactKind.PASSKEY, source="key", on_file_since=since),))
    assert Stage.OWNER_PROVEN is case(run).stage
    name = Change(what="name", before="Me", now="Elon", at=run.clock.time - 2 * 3_600_000)
    tell(run, renewed=frozenset(Credential), changed=(name,))
    assert (Stage.RENEWED, (name,)) == (case(run).stage, case(run).left)
    tell(run, lost=frozenset())
    assert (Stage.PUT_BACK, (name,)) == (case(run).stage, case(run).back)
    pass_by(run, 2)
    assert Stage.RELEASED is case(run).stage
    pass_by(run, 181)
    assert Stage.CLOSED is case(run).stage


def test_what_has_to_be_done_is_seen_and_told_over_http(served):
    """What is missing, in lists for programs; what is told wrongly is refused and says why; nothing is in the log."""
    first = served("--auto", "0")
    first.client.post("/v1/events", content=attack_now())
    assert 0 == first.signalled(signal.SIGTERM)
    second = served("--auto", "0")
    items = second.client.get("/v1/recoveries").json()["items"]
    assert ACCOUNT in {each["account"] for each in items}
    seen = second.client.get(f"/v1/recoveries/{ACCOUNT}").json()
    assert ("contained", sorted(Door), 8) == (seen["stage"], seen["to_shut"], seen["points_needed"])

    def told(body, account=ACCOUNT):
        return second.client.post(f"/v1/recoveries/{account}/told", json=body)

    fact = {"kind": "passkey", "source": WORD, "on_file_since": "yesterday"}
    assert 404 == told({"reopened": 0}, "nobody").status_code
    assert 409 == told({"reopened": 1}).status_code
    assert 422 == told({"reopened": 0, "facts": [fact]}).status_code
    assert 422 == told({"reopened": 0, "shut": ["window"]}).status_code
    fact["on_file_since"] = "2020-01-01T00:00:00Z"
    assert 200 == told({"reopened": 0, "shut": sorted(Door), "facts": [fact]}).status_code

    assert 0 == second.signalled(signal.SIGTERM)
    third = served("--auto", "0")
    seen = third.client.get(f"/v1/recoveries/{ACCOUNT}").json()
    assert ("attacker_out", [], 0) == (seen["stage"], seen["to_shut"], seen["reopened"])
    metrics = third.client.get("/metrics").text
    assert f"holdfast_recovery_cases_open {float(len(items))}" in metrics
    for text in ("".join(second.raw), "".join(third.raw), metrics):
        assert WORD not in text
        assert ACCOUNT not in text
    refused = third.client.post("/v1/waves/none/resume")
    assert (403, "scope_missing") == (refused.status_code, refused.json()["code"])


def given_back(run):
    """The account is its owner's, on probation."""
    since = run.clock.time - 400 * DAY
    facts = (
        Fact(kind=FactKind.PASSKEY, source="key", on_file_since=since),
        Fact(kind=FactKind.CONTACT, source="mail", on_file_since=since),
    )
    for told in (
        {"shut": frozenset(Door)},
        {"facts": facts},
        {"renewed": frozenset(Credential), "changed": ()},
        {"lost": frozenset()},
    ):
        tell(run, **told)
    pass_by(run, 3)
    assert Stage.RELEASED is case(run).stage


def posts_the_lure(run, number):
    """The intruder is in again, and uses the account as before."""
    (old, *_) = [each for each in fraud((TAKEN[0],)) if each["account"] == ACCOUNT]
    again = {**old, "type": "post", "id": f"again-{number}", "time": run.clock.time}
    run.take(Decoder().decode(lines([again])).batch)
    pass_by(run, 2)


def test_a_lure_on_probation_is_seen_though_the_account_is_a_carrier_already(run):
    """With the detection of the service: the campaign is old, and so is its carrier, and the post is new."""
    given_back(run)
    posts_the_lure(run, 1)
    assert (1, Stage.CONTAINED) == (case(run).reopened, case(run).stage)
    asked = run.response.gate.ask(Question(account=ACCOUNT, action=Action.SIGN_IN, time=run.clock.now()))
    assert "refuse" == asked.verdict
