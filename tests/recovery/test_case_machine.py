"""Whoever does whatever in whatever order: no account is released without all that a release rests on."""

import itertools

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from holdfast.errors import RecoveryError
from holdfast.guard import Permit
from holdfast.recovery import Change, Credential, Door, Fact, FactKind, RecoveryCase, Stage, advance
from holdfast.recovery.case import (
    Dismissed,
    HoldAgain,
    Passed,
    Permitted,
    PutBack,
    Release,
    Renewed,
    Shown,
    Shut,
    Troubled,
    release_hash,
)
from holdfast.recovery.evidence import NEEDED, WEIGHTS

ATTACKED, PROBATION = 1_000, 100
PEOPLE = ("ada", "bea", "cem", "dora")
CHANGE = Change(what="url", before="https://me.example", now="https://scam.example", at=1_200)
# What an owner has from before the attack, and what whoever attacked can show since; sources are shared on purpose.
FACTS = st.builds(
    Fact,
    kind=st.sampled_from(FactKind),
    source=st.sampled_from(["key", "mail", "phone", "domain"]),
    on_file_since=st.sampled_from([None, 10, ATTACKED - 1, ATTACKED, ATTACKED + 1]),
    by=st.sampled_from(["", *PEOPLE]),
)


def independent_weight(facts):
    """The most that old facts come to, each kind and each source once: tried out, subset by subset."""
    old = [
        fact
        for fact in set(facts)
        if fact.on_file_since is not None
        and fact.on_file_since < ATTACKED
        and not (fact.kind is FactKind.CALL_BACK and fact.by in {"", "ada"})
    ]

    def best(left, sources):
        if not left:
            return 0
        kind, rest = left[0], left[1:]
        taken = [
            WEIGHTS[kind] + best(rest, sources | {fact.source})
            for fact in old
            if fact.kind is kind and fact.source not in sources
        ]
        return max([best(rest, sources), *taken])

    return best(list(FactKind), frozenset())


class WalkedCase(RuleBasedStateMachine):
    """One case, and everybody who might tell it something: owner, intruder, staff, platform, clock."""

    def __init__(self):
        super().__init__()
        self.case = RecoveryCase(account="a1", campaign="c1", attacked_at=ATTACKED, opened_at=1_500, opened_by="ada")
        self.now = 2_000
        self.forget()
        self.held = True

    def forget(self):
        """Nothing was done, or none of it counts."""
        self.doors, self.facts, self.credentials, self.back = set(), set(), set(), False

    def tell(self, news):
        """Whether it was taken; what was refused has changed nothing."""
        before = self.case
        try:
            self.case, commands = advance(before, news)
        except RecoveryError:
            return False
        for command in commands:
            self.held = isinstance(command, HoldAgain)
            if isinstance(command, Release):
                self.check_release(before, news)
        return True

    def check_release(self, before, news):
        """All that a release rests on was there, since the last trouble."""
        assert Stage.PUT_BACK is before.stage
        assert set(Door) == self.doors
        assert independent_weight(self.facts) >= NEEDED
        assert set(Credential) == self.credentials
        assert self.back
        agreed = set(news.permit.approved_by) - {news.permit.by}
        assert len(agreed) >= 2
        assert len(agreed - {fact.by for fact in before.ownership.counted}) >= 2

    @rule(door=st.sampled_from(Door))
    def shut(self, door):
        """The platform shuts a door."""
        if self.tell(Shut(door=door)):
            self.doors.add(door)

    @rule(fact=FACTS)
    def show(self, fact):
        """Somebody shows something."""
        if self.tell(Shown(fact=fact)):
            self.facts.add(fact)

    @rule(credential=st.sampled_from(Credential))
    def renew(self, credential):
        """Something is set anew."""
        if self.tell(Renewed(credential=credential, changed=(CHANGE,))):
            self.credentials.add(credential)

    @rule()
    def put_back(self):
        """What was changed is put back."""
        if self.tell(PutBack()):
            self.back = True

    @rule(
        by=st.sampled_from(PEOPLE),
        approvers=st.lists(st.sampled_from(PEOPLE), unique=True),
        stale=st.booleans(),
        late=st.booleans(),
    )
    def permit(self, by, approvers, stale, late):
        """The guard's permit, for the case as it is or as it was before the last news; it never counts the requester."""
        dossiers = {"a1": "0" * 64 if stale else self.case.dossier}
        given = Permit(
            request="r",
            action_hash=release_hash(dossiers),
            by=by,
            at=self.now - 1,
            approved_by=tuple(each for each in approvers if each != by),
            until=self.now - 1 if late else self.now + 60,
        )
        taken = self.tell(Permitted(permit=given, dossiers=dossiers, now=self.now))
        assert not (taken and (stale or late))

    @rule()
    def trouble(self):
        """A bad sign comes in."""
        released = self.case.stage is Stage.RELEASED
        if self.tell(Troubled(why="signs")):
            self.forget()
            assert Stage.CONTAINED is self.case.stage
            assert self.held or not released

    @rule()
    def dismiss(self):
        """People let go of the account without its case."""
        if self.tell(Dismissed(why="lifted by people")):
            assert Stage.CLOSED is self.case.stage

    @rule(later=st.integers(-200, 200))
    def look(self, later):
        """Time goes by, or the clock is set back."""
        self.now = max(0, self.now + later)
        before = self.case
        if self.tell(Passed(now=self.now, probation=PROBATION)) and self.case.stage is Stage.CLOSED:
            assert self.now >= before.released_at + PROBATION

    @precondition(lambda self: self.case.stage is Stage.CONTAINED)
    @rule()
    def shut_all(self):
        """The platform does all of its part."""
        for door in Door:
            self.shut(door)

    @precondition(lambda self: self.case.stage is Stage.ATTACKER_OUT)
    @rule()
    def prove(self):
        """The owner shows enough."""
        for kind, source in ((FactKind.PASSKEY, "key"), (FactKind.CONTACT, "mail")):
            self.show(Fact(kind=kind, source=source, on_file_since=10))

    @precondition(lambda self: self.case.stage is Stage.ATTACKER_OUT)
    @rule(by=st.sampled_from(PEOPLE))
    def call_back(self, by):
        """A member of staff vouches for the owner, and little else is there."""
        self.show(Fact(kind=FactKind.CONTACT, source="mail", on_file_since=10))
        self.show(Fact(kind=FactKind.CALL_BACK, source="phone", on_file_since=10, by=by))

    @precondition(lambda self: self.case.stage is Stage.PUT_BACK)
    @rule(by=st.sampled_from(PEOPLE), approvers=st.sampled_from(list(itertools.combinations(PEOPLE, 2))))
    def agree(self, by, approvers):
        """Two agree, whoever they are."""
        self.permit(by=by, approvers=approvers, stale=False, late=False)

    @precondition(lambda self: self.case.stage is Stage.RENEWED)
    @rule()
    def put_all_back(self):
        """The platform does its part."""
        self.put_back()

    @precondition(lambda self: self.case.stage is Stage.OWNER_PROVEN)
    @rule()
    def renew_all(self):
        """The owner sets everything."""
        for each in Credential:
            self.renew(each)

    @invariant()
    def free_only_by_release(self):
        """Only a released case, or one whose probation passed, has let go."""
        assert self.held == (self.case.stage not in {Stage.RELEASED, Stage.CLOSED} or bool(self.case.dismissed))

    @invariant()
    def proven_only_by_enough(self):
        """From that step on the facts come to what is needed, by a sum of its own."""
        if self.case.stage not in {Stage.CONTAINED, Stage.ATTACKER_OUT} and not self.case.dismissed:
            assert independent_weight(self.facts) >= NEEDED


WalkedCase.TestCase.__doc__ = "No order of steps, no set of facts, and no single person leads to a release."
WalkedCase.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestWalkedCase = WalkedCase.TestCase
