"""Who puts other policies in force: one administrator where they loosen nothing, two for exactly these where they may."""

import json

import pytest

from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import Policy, RefusalCode, Role
from holdfast.guard.staff import StaffPolicy
from holdfast.response import Governing, Policies, shipped_policy, shipped_staff_texts
from holdfast.response.entitled import Entitled
from holdfast.response.staff import Proposal

from .staff.conftest import HOUR, MINUTE, Desk, open_store

FORBID = '\nforbid (principal, action == Action::"read", resource);\n'
PERMIT = '\npermit (principal, action == Action::"agree", resource);\n'


class House:
    """A gate, and what governs it."""

    def __init__(self, store, clock, policies=None):
        policies = policies or Policies(response=shipped_policy(), staff=StaffPolicy(shipped_staff_texts()))
        self.desk = Desk(store, clock, policies.staff)
        self.entitled = Entitled(policies.response, self.desk.people)
        self.governing = Governing(self.desk.book, self.entitled, self.desk.notices, self.desk.gate)
        self.clock = clock

    def ask(self, who, policies, why="an incident"):
        """Somebody asks for these."""
        return self.governing.ask(policies, self.desk.caller(who), why, self.desk.now)

    def records(self, prefix="policies/"):
        """What is on record, in order."""
        return [each.record for each in self.desk.store.entries() if each.record.key.startswith(prefix)]


def variant(tools=(), cedar="", response=(), quorum=()):
    """Others than the shipped ones."""
    staff = dict(shipped_staff_texts())
    for old, new in tools:
        staff["tools.toml"] = staff["tools.toml"].replace(old, new)
    staff["staff.cedar"] += cedar
    texts = dict(shipped_policy().texts)
    for old, new in quorum:
        assert old in texts["quorum.toml"]
        texts["quorum.toml"] = texts["quorum.toml"].replace(old, new)
    texts["holdfast.cedar"] += "".join(response)
    return Policies(response=Policy(texts), staff=StaffPolicy(staff))


TIGHTER, LOOSER = variant(cedar=FORBID), variant(cedar=PERMIT)


@pytest.fixture
def house(store, clock):
    """One that has begun."""
    house = House(store, clock)
    house.governing.begin(house.desk.now)
    return house


@pytest.fixture
def store():
    """A store in memory."""
    with open_store() as opened:
        yield opened


def test_what_loosens_nothing_is_in_force_by_one_at_once(house):
    """With who, why and the hash of each file on record, and the other administrator told."""
    made = house.ask("ada", TIGHTER)
    assert (TIGHTER.version, ("ada",), ()) == (made.version, made.by, made.looser)
    assert TIGHTER.version == house.governing.policies.version
    record = house.records()[-1]
    assert (TIGHTER.files, "an incident", "ada") == (record.body["files"], record.body["why"], record.actor)
    assert "staff/tools.toml" in record.body["files"]
    (notice,) = [each for each in house.desk.notices.kept.values() if each.about.startswith("policies-")]
    assert notice.to == ("adam",)


def test_what_may_loosen_something_waits_for_another_administrator(house):
    """Nothing changes until somebody else asks for exactly the same; both are on record, and what it loosens."""
    before = house.governing.policies.version
    house.ask("ada", LOOSER)
    assert before == house.governing.policies.version
    assert house.ask("ada", LOOSER).by == "ada"
    assert ["ada"] == [each.by for each in house.governing.waiting(house.desk.now)]
    made = house.ask("adam", LOOSER)
    assert (("ada", "adam"), LOOSER.version) == (made.by, house.governing.policies.version)
    assert ["permits more, or something else: policy9 of staff.cedar"] == list(made.looser)
    assert list(house.records()[-1].body["looser"]) == list(made.looser)
    assert not house.governing.waiting(house.desk.now)


@pytest.mark.parametrize("name", ["ada", "ADA", "cora", "alice"])
def test_nobody_is_the_second_administrator_who_is_not_one(house, name):
    """Not oneself in any spelling, nor a commander, nor support."""
    house.ask("ada", LOOSER)
    if house.desk.people.person(name) is None:
        with pytest.raises(UsageError):
            house.desk.people.add(name, "", [Role.ADMINISTRATOR], "root", house.desk.now, vouched=True)
    elif name != "ada":
        with pytest.raises(NotAllowedError) as refused:
            house.ask(name, LOOSER)
        assert refused.value.code is RefusalCode.ROLE_MISSING
    else:
        house.ask(name, LOOSER)
    assert house.governing.policies.version != LOOSER.version


def test_two_who_ask_for_different_things_put_neither_in_force(house):
    """An asking is for these files and no others."""
    house.ask("ada", LOOSER)
    house.ask("adam", variant(cedar=PERMIT + PERMIT.replace("agree", "watch")))
    assert 2 == len(house.governing.waiting(house.desk.now))


@pytest.mark.parametrize(
    "spoils",
    [
        lambda house: house.clock.advance(HOUR),
        lambda house: house.ask("ada", TIGHTER),
        lambda house: house.desk.people.change("ada", None, [Role.ADMINISTRATOR], "adam", house.desk.now),
        lambda house: house.desk.people.take_out("ada", "adam", house.desk.now),
    ],
)
def test_an_asking_is_over(house, spoils):
    """With its hour, with other policies in force, and with any change of whoever asked."""
    house.ask("ada", LOOSER)
    spoils(house)
    if house.desk.people.person("adam").active:
        house.ask("adam", LOOSER)
    assert house.governing.policies.version != LOOSER.version


def test_a_signal_brings_in_what_is_tighter_and_nothing_else(house):
    """Whoever may signal the process is nobody in particular."""
    with pytest.raises(NotAllowedError, match="may let through"):
        house.governing.follow(LOOSER, "a signal", house.desk.now)
    house.governing.follow(TIGHTER, "a signal", house.desk.now)
    assert TIGHTER.version == house.governing.policies.version


def test_nobody_shuts_everybody_out_of_changing_them_again(house):
    """Where two could change policies, two still can."""
    shut = variant(response=['\nforbid (principal == Person::"adam", action == Action::"manage_people", resource);\n'])
    with pytest.raises(UsageError, match="could change them again"):
        house.ask("ada", shut)
    with pytest.raises(UsageError, match="in force already"):
        house.ask("ada", house.governing.policies)
    with pytest.raises(NotAllowedError, match="words"):
        house.ask("ada", TIGHTER, "  ")


def test_the_response_decides_by_the_new_ones_at_once(house):
    """Who may do what, and how many must agree; requests filed by the old ones are void."""
    commander = house.desk.people.person("cora")
    tighter = variant(
        response=['\nforbid (principal, action == Action::"emergency", resource);\n'],
        quorum=[('approvals = 1\nreason = "many', 'approvals = 2\nreason = "many')],
    )
    assert house.entitled.policy.may(commander, "lock")
    house.ask("ada", tighter)
    assert house.entitled.policy is tighter.response
    assert 2 == house.entitled.policy.table.required(accounts=100, one_way=False).approvals


def test_a_start_with_others_says_what_they_loosen_and_tells_the_administrators(store, clock):
    """One who starts the service anew puts them in force alone; it is not silent."""
    House(store, clock).governing.begin(clock.now())
    clock.advance(MINUTE)
    again = House(store, clock, LOOSER)
    again.governing.begin(clock.now())
    record = again.records()[-1]
    assert ["permits more, or something else: policy9 of staff.cedar"] == list(record.body["looser"])
    (notice,) = again.desk.notices.kept.values()
    assert (("ada", "adam"), True) == (notice.to, "may loosen" in notice.text)
    again.governing.begin(clock.now())
    assert 2 == len(again.records())


def test_the_preview_names_locks_that_would_be_about_nothing(house):
    """A lockdown of a tool does not follow it to another name, and that is said."""
    house.desk.lock(4, tool="support_desk")
    weighed = house.governing.weigh(variant([("support_desk", "other_desk")]), house.desk.now)
    assert any("is about nothing any more: there is no tool support_desk" in each for each in weighed.ends)
    assert any("other_desk/account.look_up is new" in each for each in weighed.looser)


def test_a_grant_ends_whose_giver_may_give_none_any_more(house):
    """It rested on their leave; so does a proposal to end a lockdown."""
    desk = house.desk
    grant = desk.gate.grants.give("alice", "support_desk", "cora", desk.now, hours=1, why="a case", ticket="T-1")
    lock = desk.lock(1)
    proposal = desk.gate.locks.propose(Proposal(id="", lock=lock.id, by="cora", why="over", at=0, until=0), desk.now)
    barred = 'principal in Role::"commander", action in [Action::"grant", Action::"lock"], resource'
    tighter = variant(response=[f"\nforbid ({barred});\n"])
    assert 2 == sum("any more" in each for each in house.governing.weigh(tighter, desk.now).ends)
    house.ask("ada", tighter)
    assert desk.now == desk.gate.grants.kept[grant.id].revoked_at
    assert not desk.gate.locks.waits(desk.gate.locks.proposals[proposal.id], desk.now)


def test_what_is_on_record_can_be_read_by_a_program(house):
    """The entry is plain JSON."""
    house.ask("ada", TIGHTER)
    assert json.dumps(house.records()[-1].body)
