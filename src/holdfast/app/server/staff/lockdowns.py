"""How is a lockdown placed, seen, and loosened by two, over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from holdfast.app.server.fields import TierName, Why
from holdfast.app.server.guard import Name
from holdfast.app.server.operation import ABSENT, AFTER, LIMIT, Handler, Operation, all_parameter, by_name, id_parameter
from holdfast.app.server.people import Id
from holdfast.app.server.views import Page, page_of
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import PERSON_ID, Act, Role, Scope
from holdfast.guard.staff import LEVELS, SEALED, Lock, Locks, Tier, checked, joined
from holdfast.response.staff import Proposal
from holdfast.response.staff.locks import LIFTED

LOCKS, PROPOSALS = "/v1/gate/locks", "/v1/gate/proposals"
MINUTE = 60_000  # milliseconds
USUAL_MINUTES = 60
_WEEKS = 30 * 24 * 60  # minutes: the longest of any level; each has its own


class LockWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lockdown of `level` for so many minutes on all that fits what is named; where nothing is, on everything.

    `named` are those whom level 3 leaves in.
    """

    level: Annotated[int, Meta(ge=0, le=SEALED)]
    tool: Name = ""
    function: Name = ""
    role: Role | None = None
    person: Annotated[str, Meta(pattern=f"^({PERSON_ID})?$")] = ""
    network: Name = ""
    named: Annotated[tuple[Id, ...], Meta(max_length=100)] = ()
    minutes: Annotated[int, Meta(ge=1, le=_WEEKS)] = USUAL_MINUTES
    why: Why


class LockSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A lockdown; `words` say what its level leaves."""

    id: str
    level: int
    words: str
    tool: str
    function: str
    role: str
    person: str
    network: str
    named: tuple[str, ...]
    starts: str
    until: str | None
    lifted_at: str | None
    in_force: bool
    why: str
    placed_by: str


class ReachSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a lockdown would be about: so many functions `of` all, registered people, and live sessions.

    `ends` is how many of these sessions end with it; `words` say what its level leaves.
    """

    words: str
    functions: int
    of: int
    people: int
    sessions: int
    ends: int
    shuts_you_out: bool


class LooserWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a `lock` go down to `level` (null: be lifted), or an `account` be of a lower `tier`; and why."""

    lock: Name = ""
    level: Annotated[int, Meta(ge=0, le=SEALED)] | None = None
    account: Name = ""
    tier: TierName = "ordinary"
    why: Why

    def __post_init__(self) -> None:
        """Refuse what is not one thing."""
        if bool(self.lock) is bool(self.account):
            raise ValueError("name either a lock or an account, not both")


class LooserSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody proposed; it is done when `agreed_by` is somebody else."""

    id: str
    lock: str
    level: int | None
    account: str
    tier: str
    by: str
    why: str
    at: str
    until: str
    agreed_by: str


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="place_lock",
        method="POST",
        path=LOCKS,
        says="Place a lockdown on internal tools, at once and alone. Whoever leads is told; it ends by itself.",
        takes=LockWanted,
        scope=Scope.DECIDE,
        act=Act.LOCK,
        answers={200: ("It, in force.", LockSeen)},
    ),
    Operation(
        name="preview_lock",
        method="POST",
        path="/v1/gate/lock-previews",
        says="What a lockdown would reach, were it placed now. Nothing is placed.",
        takes=LockWanted,
        scope=Scope.READ,
        act=Act.LOCK,
        answers={200: ("That.", ReachSeen)},
    ),
    Operation(
        name="list_locks",
        method="GET",
        path=LOCKS,
        says="The lockdowns in force, by id.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are over.")),
        act=Act.SEE_STAFF,
        answers={200: ("Some of them.", Page[LockSeen])},
    ),
    Operation(
        name="propose_looser",
        method="POST",
        path=PROPOSALS,
        says="Propose that a lockdown go down or end, or that an account be guarded less. Somebody else has to agree.",
        takes=LooserWanted,
        scope=Scope.DECIDE,
        act=Act.LOCK,
        answers={200: ("It.", LooserSeen)},
    ),
    Operation(
        name="list_looser",
        method="GET",
        path=PROPOSALS,
        says="What was proposed to be loosened and waits, by id.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are done or over.")),
        act=Act.SEE_STAFF,
        answers={200: ("Some of it.", Page[LooserSeen])},
    ),
    Operation(
        name="agree_to_looser",
        method="POST",
        path=PROPOSALS + "/{id}/approvals",
        says="Agree to what somebody else proposed. It is done at once.",
        parameters=(id_parameter(),),
        scope=Scope.DECIDE,
        act=Act.LOCK,
        answers={200: ("It, done.", LooserSeen), 404: ABSENT},
    ),
)

decode_lock, decode_looser = msgspec.json.Decoder(LockWanted), msgspec.json.Decoder(LooserWanted)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def place_lock(self, http: Request) -> Response:
        told, by = await body_of(http, decode_lock), caller_of(http).person
        return shown(await self._ask(lambda run: place(run, told, by)))

    async def preview_lock(self, http: Request) -> Response:
        told, by = await body_of(http, decode_lock), caller_of(http).person
        return shown(await self._ask(lambda run: preview(run, told, by)))

    async def list_locks(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)

        def do(run: LiveWatch) -> Page[LockSeen]:
            kept, now = run.response.staff.locks.kept, run.clock.now()
            some = {key: each for key, each in kept.items() if all_ or each.in_force(now)}
            return page_of(some, after, limit, lambda each: lock_seen(each, now))

        return shown(await self._ask(do))

    async def propose_looser(self, http: Request) -> Response:
        told, by = await body_of(http, decode_looser), caller_of(http).person
        return shown(await self._ask(lambda run: propose(run, told, by)))

    async def list_looser(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)

        def do(run: LiveWatch) -> Page[LooserSeen]:
            locks, now = run.response.staff.locks, run.clock.now()
            some = {key: each for key, each in locks.proposals.items() if all_ or locks.waits(each, now)}
            return page_of(some, after, limit, looser_seen)

        return shown(await self._ask(do))

    async def agree_to_looser(self, http: Request) -> Response:
        by, id_ = caller_of(http).person, http.path_params["id"]
        return shown(await self._ask(lambda run: agree(run, id_, by)))


def place(run: LiveWatch, told: LockWanted, by: str) -> LockSeen:
    """Have a lockdown in force.

    Raises:
        UsageError: it is none that can be placed.
        StoreError: nothing was kept.

    """
    now = run.clock.now()
    return lock_seen(run.response.staff.locks.place(_lock(told, by, now), now), now)


def preview(run: LiveWatch, told: LockWanted, by: str) -> ReachSeen:
    """What it would reach, with nothing placed.

    Raises:
        UsageError: it is none that can be placed.

    """
    staff, now = run.response.staff, run.clock.now()
    lock = checked(_lock(told, by, now))
    found = staff.locks.reach(lock, staff.policy.functions, now)
    person = run.response.people.person(by)
    mine = [] if person is None else Locks([lock]).fitting(person, lock.tool, lock.function, (lock.network,), now)
    return ReachSeen(
        words=LEVELS[lock.level].words,
        functions=found.functions,
        of=len(staff.policy.functions),
        people=found.people,
        sessions=found.sessions,
        ends=found.ends,
        shuts_you_out=person is not None and joined(mine).shuts_out(person.key),
    )


def propose(run: LiveWatch, told: LooserWanted, by: str) -> LooserSeen:
    """Ask for something to be loosened.

    Raises:
        UsageError: there is no such lock in force, or it would not be loosened by that.
        NotAllowedError: no reason is given.
        StoreError: nothing was kept.

    """
    wanted = Proposal(
        id="",
        lock=told.lock,
        level=LIFTED if told.level is None else told.level,
        account=told.account,
        tier=Tier.named(told.tier),
        by=by,
        why=told.why,
        at=0,
        until=0,
    )
    return looser_seen(run.response.staff.locks.propose(wanted, run.clock.now()))


def agree(run: LiveWatch, id_: str, by: str) -> LooserSeen:
    """Agree to a proposal of somebody else's; it is done at once.

    Raises:
        RefusedError: there is none.
        UsageError: it can no longer be done.
        NotAllowedError: it is their own, or over.
        StoreError: nothing was kept.

    """
    locks = run.response.staff.locks
    if id_ not in locks.proposals:
        raise absent("proposal", PROPOSALS)
    return looser_seen(locks.agree(id_, by, run.clock.now()))


def _lock(told: LockWanted, by: str, now: int) -> Lock:
    return Lock(
        id="",
        level=told.level,
        tool=told.tool,
        function=told.function,
        role=told.role or "",
        person=told.person,
        network=told.network,
        named=told.named,
        starts=now,
        until=now + told.minutes * MINUTE,
        why=told.why,
        placed_by=by,
    )


def lock_seen(lock: Lock, now: int) -> LockSeen:
    """A lockdown as it is shown at `now` (milliseconds since 1970 UTC)."""
    return LockSeen(
        id=lock.id,
        level=lock.level,
        words=LEVELS[lock.level].words,
        tool=lock.tool,
        function=lock.function,
        role=lock.role,
        person=lock.person,
        network=lock.network,
        named=lock.named,
        starts=format_time(lock.starts),
        until=format_time_or_none(lock.until),
        lifted_at=format_time_or_none(lock.lifted_at),
        in_force=lock.in_force(now),
        why=lock.why,
        placed_by=lock.placed_by,
    )


def looser_seen(proposal: Proposal) -> LooserSeen:
    """A proposal as it is shown."""
    return LooserSeen(
        id=proposal.id,
        lock=proposal.lock,
        level=None if proposal.level == LIFTED else proposal.level,
        account=proposal.account,
        tier=proposal.tier.word,
        by=proposal.by,
        why=proposal.why,
        at=format_time(proposal.at),
        until=format_time(proposal.until),
        agreed_by=proposal.agreed_by,
    )
