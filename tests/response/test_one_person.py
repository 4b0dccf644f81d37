"""Whatever one person does, in any order and under any number of tokens, is never taken for two."""

import hashlib

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from holdfast.errors import HoldfastError
from holdfast.guard import Caller, Role, Scope, Via, token_id
from holdfast.testing import SetClock, SmallPlatform

from .conftest import FANS, STARS, START, Town, open_store

MINUTE = 60_000
OTHERS = ("bob", "cem")


class OnePerson(RuleBasedStateMachine):
    """Mallory has every role but the emergency's, and tokens; the others only change, expire and look on."""

    @initialize()
    def begin(self):
        """Everybody is registered, and an attack is on."""
        self.store = open_store()
        clock = SetClock(START)
        self.town = Town(self.store, SmallPlatform(clock, accounts=[*STARS, *FANS]), clock, people=())
        self.people, self.desk, self.clock = self.town.response.people, self.town.desk, clock
        self.people.add("root", "", [Role.ADMINISTRATOR], "root", START)
        self.people.add("mallory", "", [Role.RESPONDER, Role.APPROVER], "root", START)
        for name in OTHERS:
            self.people.add(name, "", [Role.APPROVER], "root", START)
        self.tokens = 0
        self.callers = [Caller(person="mallory", via=Via.PASSKEY)]
        self.town.attack()

    def teardown(self):
        """Let go of the store."""
        if hasattr(self, "store"):
            self.store.close()

    def tried(self, deed):
        """A deed that may be refused, and must not fail otherwise."""
        try:
            deed()
        except HoldfastError:
            return

    def open(self):
        """Every request that was filed."""
        return list(self.desk.requests)

    @rule(spelling=st.sampled_from(["mallory", "Mallory", "mallory\u200b", "mallory ", "MALLORY"]))
    def another_token(self, spelling):
        """Another token, or somebody of the same name in another spelling."""
        self.tokens += 1
        hash_ = "sha256:" + hashlib.sha256(str(self.tokens).encode()).hexdigest()
        self.tried(lambda: self.people.add(spelling, "", list(Role), "mallory", self.clock.now()))
        credential = token_id(hash_)
        self.tried(lambda: self.people.make_token(hash_, "mallory", [Scope.DECIDE], "root", self.clock.now(), days=1))
        self.callers.append(Caller(person=spelling, via=Via.TOKEN, credential=credential))

    @rule(caller=st.integers(0, 20), which=st.integers(0, 5))
    def request(self, caller, which):
        """Ask for any plan on the desk, by any name that is hers."""
        plans = [plan for offer in self.desk.offers for plan in offer.plans]
        self.tried(lambda: self.desk.request(plans[which % len(plans)], self.by(caller), self.clock.now()))

    @rule(caller=st.integers(0, 20), which=st.integers(0, 20), wrong=st.booleans())
    def approve(self, caller, which, wrong):
        """Agree to any request, or to another hash."""
        if self.open():
            request = self.open()[which % len(self.open())]
            seen = "0" * 64 if wrong else None
            self.tried(lambda: self.desk.approve(request, self.by(caller), self.clock.now(), seen=seen))

    @rule(asks=st.integers(0, 3), agrees=st.integers(0, 3), which=st.integers(0, 5))
    def ask_and_agree(self, asks, agrees, which):
        """Both at once, by one name of hers or by two."""
        self.request(asks, which)
        self.approve(agrees, len(self.open()) - 1, wrong=False)

    @rule(caller=st.integers(0, 20), which=st.integers(0, 20))
    def deny(self, caller, which):
        """Withdraw, to ask anew."""
        if self.open():
            request = self.open()[which % len(self.open())]
            self.tried(lambda: self.desk.deny(request, self.by(caller), "again", self.clock.now()))

    @rule(caller=st.integers(0, 20), which=st.integers(0, 20))
    def emergency(self, caller, which):
        """Try to do it alone, without the role for it."""
        if self.open():
            request = self.open()[which % len(self.open())]
            self.tried(lambda: self.desk.emergency(request, self.by(caller), "quick", self.clock.now()))

    @rule(
        roles=st.sampled_from([[], [Role.RESPONDER], [Role.APPROVER, Role.RESPONDER], [Role.ADMINISTRATOR]]),
        who=st.sampled_from(["mallory", *OTHERS]),
    )
    def change_roles(self, roles, who):
        """Roles come and go, hers and those of others."""
        self.tried(lambda: self.people.change(who, "", roles, "root", self.clock.now()))

    @rule(who=st.sampled_from(OTHERS))
    def take_out(self, who):
        """People come and go."""
        self.tried(lambda: self.people.take_out(who, "root", self.clock.now()))

    @rule(minutes=st.sampled_from([1, 5, 30, 31]))
    def wait(self, minutes):
        """Approvals and permits expire."""
        self.clock.advance(minutes * MINUTE)

    def by(self, caller):
        """One of the callers that are all Mallory."""
        return self.callers[caller % len(self.callers)]

    @invariant()
    def what_needs_two_was_never_permitted(self):
        """A permit has as many others as the table asks for, none of them Mallory: there are none but for one account."""
        if not hasattr(self, "desk"):
            return
        for filed in self.desk.requests.values():
            if filed.permit is not None:
                assert () == filed.permit.approved_by
                size = self.desk.needs(filed.plan)
                assert 0 == size.approvals, filed.request


@pytest.mark.parametrize("steps", [30])
def test_no_sequence_of_one_persons_deeds_yields_a_permit_that_needs_two(steps):
    """Asking, agreeing, denying, waiting, other names, other tokens, other roles: it stays one person."""
    run_state_machine_as_test(
        OnePerson,
        settings=settings(
            max_examples=25, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
