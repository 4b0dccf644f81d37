"""Whatever one person does, in any order, under any number of tokens and as an administrator, is never taken for two."""

import hashlib

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from holdfast.errors import HoldfastError
from holdfast.guard import PERSON_SCOPES, Act, Caller, Enrolment, Passkey, Role, Scope, Via, token_id
from holdfast.testing import SetClock, SmallPlatform

from .conftest import FANS, STARS, START, Town, open_store

MINUTE = 60_000
OTHERS = ("bob", "cem")
ALL_OF_HERS = [Role.RESPONDER, Role.APPROVER, Role.ADMINISTRATOR]
CALLERS = st.one_of(st.just(0), st.integers(0, 20))  # as often as not herself
NAMES = st.sampled_from(["mallory", "root", "bob", "cem", "eve", "eva"])


class OnePerson(RuleBasedStateMachine):
    """Mallory administers and has every role but the emergency's; the others only change, expire and look on.

    Everything that she makes is hers to show: tokens and passkeys in anybody's name, and people.
    """

    @initialize()
    def begin(self):
        """Everybody is registered, and an attack is on."""
        self.store = open_store()
        clock = SetClock(START)
        self.town = Town(self.store, SmallPlatform(clock, accounts=[*STARS, *FANS]), clock, people=())
        self.people, self.desk, self.clock = self.town.response.people, self.town.desk, clock
        self.people.add("root", "", [Role.ADMINISTRATOR], "init", START, vouched=True)
        self.people.add("mallory", "", ALL_OF_HERS, "init", START, vouched=True)
        for name in OTHERS:
            self.people.add(name, "", [Role.APPROVER], "init", START, vouched=True)
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

    def managed(self, caller, deed):
        """What she does as whoever administers people, by any name that is hers; it may be refused."""

        def do():
            by = self.town.response.entitled.check(self.by(caller), Act.MANAGE_PEOPLE).person
            deed(by, self.clock.now())

        self.tried(do)

    def hash(self):
        """The hash of a secret that nobody else knows."""
        self.tokens += 1
        return "sha256:" + hashlib.sha256(str(self.tokens).encode()).hexdigest()

    def open(self):
        """Every request that was filed."""
        return list(self.desk.requests)

    @rule(spelling=st.sampled_from(["mallory", "Mallory", "mallory\u200b", "mallory ", "MALLORY"]))
    def another_token(self, spelling):
        """Another token, or somebody of the same name in another spelling."""
        hash_ = self.hash()
        self.tried(lambda: self.people.add(spelling, "", list(Role), "mallory", self.clock.now()))
        credential = token_id(hash_)
        self.tried(lambda: self.people.make_token(hash_, "mallory", [Scope.DECIDE], "root", self.clock.now(), days=1))
        self.callers.append(Caller(person=spelling, via=Via.TOKEN, credential=credential))

    @rule(caller=CALLERS, person=NAMES)
    def mint(self, caller, person):
        """A token in somebody's name, and another one in its place."""
        first, second = self.hash(), self.hash()

        def make(by, now):
            made = self.people.make_token(first, person, list(PERSON_SCOPES), by, now, days=1)
            own = self.people.renew_token(made.id, second, now)
            self.callers.append(Caller(person=person, via=Via.TOKEN, credential=own.id))

        self.managed(caller, make)

    @rule(caller=CALLERS, person=NAMES)
    def link(self, caller, person):
        """A passkey in somebody's name, by a link."""
        link = self.hash()

        def make(by, now):
            revision = self.people.persons[person].revision if person in self.people.persons else 0
            made = Enrolment(id=link, person=person, revision=revision, made_by=by, made_at=now, expires_at=now + 1)
            self.town.response.signin.enrol(made, now)
            own = Passkey(id=f"key-{self.tokens}", person=person, public_key=b"", added_at=now)
            self.town.response.signin.add(own, person, now, link=link)
            self.callers.append(Caller(person=person, via=Via.PASSKEY, credential=own.id))

        self.managed(caller, make)

    @rule(caller=CALLERS, person=NAMES)
    def somebody_new(self, caller, person):
        """Register somebody who can sign in elsewhere as herself, or as somebody who can be made up."""
        self.managed(caller, lambda by, now: self.people.add(person, "", [Role.APPROVER], by, now))
        if person not in {"root", *OTHERS}:
            self.callers.append(Caller(person=person, via=Via.OIDC))

    @rule(caller=CALLERS, person=NAMES)
    def bring_back(self, caller, person):
        """Take somebody out, and back as somebody who may do more."""
        self.managed(caller, lambda by, now: self.people.take_out(person, by, now))
        roles = [Role.APPROVER, Role.ADMINISTRATOR]
        self.managed(caller, lambda by, now: self.people.change(person, None, roles, by, now))

    @rule(caller=CALLERS, person=NAMES)
    def confirm(self, caller, person):
        """Vouch for somebody, and for all that was made in their name, by any name that is hers."""
        own = [each.id for each in (*self.people.tokens.values(), *self.people.passkeys.values())]
        confirm = self.town.response.confirming.confirm
        for credentials in ([], *([each] for each in own)):
            self.managed(caller, lambda by, now, these=credentials: confirm(person, these, by, now))

    @rule(caller=CALLERS, which=st.integers(0, 5))
    def request(self, caller, which):
        """Ask for any plan on the desk, by any name that is hers."""
        plans = [plan for offer in self.desk.offers for plan in offer.plans]
        self.tried(lambda: self.desk.request(plans[which % len(plans)], self.by(caller), self.clock.now()))

    @rule(caller=CALLERS, which=st.integers(0, 20), wrong=st.booleans())
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

    @rule()
    def all_of_her_agree(self):
        """In her roles she makes some more of herself, vouches for all, asks for all, and agrees by every name of hers."""
        self.tried(lambda: self.people.change("mallory", None, ALL_OF_HERS, "root", self.clock.now(), vouched=True))
        for person in (*OTHERS, "eve"):
            for make in (self.somebody_new, self.mint, self.link):
                make(0, person)
        for each in sorted(self.people.persons):
            self.confirm(0, each)
        for plan in range(sum(len(offer.plans) for offer in self.desk.offers)):
            self.request(0, plan)
        for caller in range(len(self.callers)):
            for request in range(len(self.open())):
                self.approve(caller, request, wrong=False)

    @rule(caller=CALLERS, which=st.integers(0, 20))
    def deny(self, caller, which):
        """Withdraw, to ask anew."""
        if self.open():
            request = self.open()[which % len(self.open())]
            self.tried(lambda: self.desk.deny(request, self.by(caller), "again", self.clock.now()))

    @rule(caller=CALLERS, which=st.integers(0, 20))
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
