"""May this be done with the simulated tool? Put to the staff gate's own code, with what whoever asks can bring.

Honest staff bring what it takes: the reason and the ticket of their work, their passkey, a colleague who looks and
agrees or watches, a specialist where their own role does not reach. An intruder brings made-up reasons and what the
stolen credentials give (`wiles`). Budgets are counted by the gate's own arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from holdfast.guard.people import Person, Role
from holdfast.guard.staff import (
    LEVELS as LOCKDOWNS,
)
from holdfast.guard.staff import (
    Consent,
    Lock,
    Presence,
    StaffAnswer,
    StaffFacts,
    StaffPolicy,
    StaffReason,
    StaffState,
    Tier,
    ToolAction,
    ToolQuestion,
    ToolSession,
    spend,
)

from .scenario import HOUR, MINUTE, Attack
from .streams import token
from .world import World

TOOL = "support_desk"
SPECIALISTS = 12
RESPONDERS = ("rs-01", "rs-02")  # whom level 3 leaves in; neither works tickets
LOCKED_AFTER = 10 * MINUTE  # from a reported call until responders have locked
_STANDS = 30 * MINUTE  # a consent
_BEYOND_ROLE = frozenset({StaffReason.NOT_PERMITTED, StaffReason.GRANT_NEEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks from where: `passkey` is whether they can show one, `honest` whether colleagues help them."""

    staff: str
    session: str
    network: str
    passkey: bool
    honest: bool


@dataclass(slots=True, kw_only=True)
class Work:
    """Honest deeds at the tool: all, those that took a colleague, and those that could not be done."""

    deeds: int = 0
    helped: int = 0
    refused: int = 0


class FrontGate:
    """The gate before the tool of one drill."""

    def __init__(self, world: World, policy: StaffPolicy, lockdown: int, attack: Attack | None) -> None:
        """Decide by `policy`; lock at level `lockdown` (0: never) after each call that staff report."""
        self._world, self._policy = world, policy
        self._state = StaffState(policy, StaffFacts(version=1, persons=tuple(_colleagues())))
        self._spent: dict[str, tuple[int, ...]] = {}
        self._consents: dict[str, Consent] = {}
        self._known: set[str] = set()
        self._swept = 0
        self.work = Work()
        for at, _ in attack.vishing if attack is not None and lockdown else ():
            world.agenda.at(at + LOCKED_AFTER, self._lock, lockdown)

    def ask(self, asking: Asking, action: ToolAction, tier: int, ticket: str, time: int) -> StaffAnswer:
        """The answer; what is allowed is spent."""
        self._meet(asking.staff, action.target, tier)
        answer = self._try(asking, action, ticket, time)
        if asking.honest:
            answer = self._helped(asking, action, ticket, answer, time)
        if answer.allowed:
            self._take(answer, time)
        return answer

    def agree(self, by: str, asking: Asking, action: ToolAction, time: int, *, signed: bool) -> None:
        """Let `by` agree to just this, for half an hour."""
        consent = Consent(
            id=f"c-{token(self._world.seed, by, asking.staff, action.hash, time)}",
            person=asking.staff,
            action_hash=action.hash,
            by=by,
            at=time,
            until=time + _STANDS,
            signed=signed,
        )
        self._consents[consent.id] = consent
        self._learn(StaffFacts(version=self._state.version + 1, consents=(consent,)))

    def watch(self, by: str, asking: Asking, time: int) -> None:
        """Let `by` be present at this session."""
        presence = Presence(session=asking.session, by=by, at=time)
        self._learn(StaffFacts(version=self._state.version + 1, presences=(presence,)))

    def _lock(self, level: int, time: int) -> None:
        longest = min(LOCKDOWNS[level].longest, self._world.scenario.end - time + HOUR)
        lock = Lock(
            id=f"l-{time}",
            level=level,
            tool=TOOL,
            named=RESPONDERS,
            starts=time,
            until=time + longest,
            why="staff report that they are called for their credentials",
            placed_by=RESPONDERS[0],
        )
        self._learn(StaffFacts(version=self._state.version + 1, locks=(lock,)))

    def _learn(self, facts: StaffFacts) -> None:
        self._state = self._state.changed(facts)

    def _meet(self, staff: str, account: str, tier: int) -> None:
        """Tell the gate of whom and what it has not been asked about before."""
        new = {staff, account} - self._known
        if new:
            self._known |= new
            persons = (Person(id=staff, roles=(Role.SUPPORT,)),) if staff in new else ()
            tiers = {account: Tier(tier)} if account in new else {}
            self._learn(StaffFacts(version=self._state.version + 1, persons=persons, tiers=tiers))

    def _try(self, asking: Asking, action: ToolAction, ticket: str, time: int) -> StaffAnswer:
        """Sign in at the gate if need be, show the passkey if there is one, and ask."""
        _, function = self._policy.functions[action.tool, action.function]
        if time - self._swept >= HOUR:
            self._swept, self._state = time, self._state.swept(time)
        session = ToolSession(
            id=asking.session,
            person=asking.staff,
            revision=1,
            tool=action.tool,
            network=asking.network,
            made_at=time,
            stepped_up={function.class_: time} if asking.passkey else {},
        )
        self._learn(StaffFacts(version=self._state.version + 1, sessions=(session,)))
        question = ToolQuestion(
            session=asking.session,
            action=action,
            reason="the holder asked for it",
            ticket=ticket or f"T{token(self._world.seed, 'made up', asking.session, time)}",
            network=asking.network,
            time=time,
        )
        return self._state.answer(question, unseen=0, spent=self._spent)

    def _helped(self, asking: Asking, action: ToolAction, ticket: str, answer: StaffAnswer, time: int) -> StaffAnswer:
        """What honest staff make of it: who cannot do it alone finds a colleague, or passes it on."""
        self.work.deeds += 1
        if answer.allowed:
            return answer
        place = int(token(self._world.seed, "specialist", action.target), 16) % SPECIALISTS
        if _BEYOND_ROLE & set(answer.reasons):
            staff = _specialist(place)
            asking = Asking(staff=staff, session=f"gs-{staff}", network=asking.network, passkey=True, honest=True)
        colleague = _specialist(place + 1)
        self.agree(colleague, asking, action, time, signed=True)
        self.watch(colleague, asking, time)
        answer = self._try(asking, action, ticket, time)
        self.work.helped += answer.allowed
        self.work.refused += not answer.allowed
        return answer

    def _take(self, answer: StaffAnswer, time: int) -> None:
        for charge in answer.charges:
            after = spend(self._spent.get(charge.key, ()), charge.limit, time)
            if after is not None:
                self._spent[charge.key] = after
        used = [self._consents.pop(each) for each in answer.consents]
        if used:
            gone = tuple(msgspec.structs.replace(each, used_at=time) for each in used)
            self._learn(StaffFacts(version=self._state.version + 1, consents=gone))


def _colleagues() -> list[Person]:
    specialists = [Person(id=_specialist(place), roles=(Role.SPECIALIST,)) for place in range(SPECIALISTS)]
    return [*specialists, *(Person(id=each, roles=(Role.RESPONDER,)) for each in RESPONDERS)]


def _specialist(place: int) -> str:
    return f"sp-{place % SPECIALISTS:02d}"
