"""Which routes are there, what do they take, and what can each of them answer?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from .answers import Problem
from .guard import BATCH, ActionAsked, PostAsked, Told
from .views import MOST, CampaignSeen, CampaignWhole, HappeningSeen, HeadSeen, HoldSeen, Page, ProposalSeen
from .worker import Heard

NDJSON = "application/x-ndjson"
LONGEST_KEY = 512  # characters: longer than any id


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    alive: bool = True


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it should be sent requests, and what keeps it from that."""

    ready: bool
    store: bool
    worker: bool
    snapshot: bool
    phase: str
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something in the path or the query."""

    name: str
    says: str
    schema: Mapping[str, Any]
    place: str = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. `answers` are status -> what it says, and the type of the body (None: text)."""

    name: str
    method: str
    path: str
    says: str
    takes: Any = None
    takes_kind: str = "application/json"
    parameters: tuple[Parameter, ...] = ()
    answers: Mapping[int, tuple[str, Any]] = field(default_factory=dict)
    secured: bool = True
    answer_kind: str = "application/json"


ERRORS: Mapping[int, str] = {
    400: "The query, or the request as a whole, cannot be meant.",
    401: "No token, or another one. Where none is configured this is not answered.",
    403: "A browser asks, or somebody under another name than loopback's, and no token is configured.",
    404: "There is no such thing.",
    413: "The body is too large.",
    415: "The body is packed.",
    422: "The body does not mean what it should.",
    429: "Too much waits already; nothing of this body was taken in. Come back after Retry-After seconds.",
    503: "It cannot be said or done just now; nothing was lost that was said to be kept.",
}

_KEY = {"type": "string", "maxLength": LONGEST_KEY}
_AT = {"type": "string", "maxLength": 128}
_LIMIT = Parameter(
    name="limit",
    says="How many at most.",
    schema={"type": "integer", "minimum": 1, "maximum": MOST, "default": 100},
)
_AFTER = Parameter(name="after", says="Go on behind this: `next` of the page before.", schema=_KEY)
_COUNT_AFTER = Parameter(
    name="after",
    says="Go on behind this number: `next` of the page before.",
    schema={"type": "integer", "minimum": 0, "maximum": 2**53, "default": 0},
)


def _all(says: str) -> Parameter:
    return Parameter(name="all", says=says, schema={"type": "boolean", "default": False})


def _some(kind: Any) -> Any:  # noqa: ANN401 - a type, and a type made from it
    return kind | Annotated[list[kind], Meta(min_length=1, max_length=BATCH)]


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="ask_posts",
        method="POST",
        path="/v1/guard/posts",
        says="May this post or message be published now? One, or up to 1,000 at once; answered in the same order.",
        takes=_some(PostAsked),
        answers={200: ("The answer, or the list of answers.", Told | list[Told])},
    ),
    Operation(
        name="ask_actions",
        method="POST",
        path="/v1/guard/actions",
        says="May this sign-in, credential change, export or use of a tool happen now? One, or up to 1,000 at once.",
        takes=_some(ActionAsked),
        answers={200: ("The answer, or the list of answers.", Told | list[Told])},
    ),
    Operation(
        name="get_snapshot",
        method="GET",
        path="/v1/guard/snapshot",
        says="All holds in force as a guard elsewhere needs them (how-to: ask the guard from Python), or what has "
        "changed since those that the client has.",
        parameters=(
            Parameter(name="after", says="What the client has: the ETag of its last answer.", schema=_AT),
            Parameter(
                name="wait",
                says="Wait so many seconds for news, then 304.",
                schema={"type": "number", "minimum": 0, "maximum": 25, "default": 0},
            ),
        ),
        answers={200: ("Packed frames, one behind the other.", bytes), 304: ("Nothing is new.", None)},
        answer_kind="application/vnd.holdfast.guard",
    ),
    Operation(
        name="tell_events",
        method="POST",
        path="/v1/events",
        says="What happened, as JSON Lines (reference: events). Answered when all of it has been dealt with; to tell "
        "it again after an error does no harm, each event counts once.",
        takes=str,
        takes_kind=NDJSON,
        answers={
            200: ("What was heard, and which lines are no events.", Heard),
            422: ("No line is an event.", Heard),
        },
    ),
    Operation(
        name="list_campaigns",
        method="GET",
        path="/v1/campaigns",
        says="The campaigns, by id.",
        parameters=(_AFTER, _LIMIT),
        answers={200: ("Some of them.", Page[CampaignSeen])},
    ),
    Operation(
        name="show_campaign",
        method="GET",
        path="/v1/campaigns/{id}",
        says="One campaign with its accounts, posts and evidence.",
        parameters=(Parameter(name="id", says="Its id.", schema={**_KEY, "minLength": 1}, place="path"),),
        answers={200: ("It.", CampaignWhole), 404: (ERRORS[404], Problem)},
    ),
    Operation(
        name="list_proposals",
        method="GET",
        path="/v1/proposals",
        says="The plans on the desk, by what they are about.",
        parameters=(_AFTER, _LIMIT, _all("Those too that nobody has to decide about any more.")),
        answers={200: ("Some of them.", Page[ProposalSeen])},
    ),
    Operation(
        name="list_holds",
        method="GET",
        path="/v1/holds",
        says="The holds, by id.",
        parameters=(_AFTER, _LIMIT, _all("Those too that are not in force.")),
        answers={200: ("Some of them.", Page[HoldSeen])},
    ),
    Operation(
        name="list_timeline",
        method="GET",
        path="/v1/timeline",
        says="What happened since this process began, oldest first. The ledger is the record.",
        parameters=(_COUNT_AFTER, _LIMIT),
        answers={200: ("Some of it.", Page[HappeningSeen])},
    ),
    Operation(
        name="show_checkpoint",
        method="GET",
        path="/v1/ledger/checkpoint",
        says="The signed head of the record. Keep it: `holdfast ledger verify --checkpoint` then notices a rollback.",
        answers={200: ("It.", HeadSeen)},
    ),
    Operation(
        name="health",
        method="GET",
        path="/health",
        says="Is the process alive?",
        answers={200: ("It is.", Alive)},
        secured=False,
    ),
    Operation(
        name="ready",
        method="GET",
        path="/ready",
        says="Can it do its work: store reached, worker alive, snapshot of the holds fresh?",
        answers={200: ("It can.", Readiness), 503: ("It cannot.", Readiness)},
        secured=False,
    ),
    Operation(
        name="metrics",
        method="GET",
        path="/metrics",
        says="Figures for Prometheus (reference: service).",
        answers={200: ("The figures.", None)},
        secured=False,
        answer_kind="text/plain",
    ),
    Operation(
        name="openapi",
        method="GET",
        path="/openapi.json",
        says="This document.",
        answers={200: ("It.", dict[str, Any])},
        secured=False,
    ),
)
