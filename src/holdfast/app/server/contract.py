"""Which routes are there, what do they take, and what can each of them answer?"""

from __future__ import annotations

from typing import Any

import msgspec

from holdfast.guard import Scope

from . import carrying, confirming, copies, enrolment, governing, people, recoveries, refusals, requests
from .guard import ACTIONS, POSTS, ActionAsked, PostAsked, Told
from .operation import ABSENT, AFTER, COUNT_AFTER, LIMIT, NDJSON, Operation, all_parameter, id_parameter, some
from .staff import (
    access,
    agreeing,
    attempting,
    certifying,
    changing,
    comparing,
    deciding,
    granting,
    lockdowns,
    lookups,
    reports,
    sessions,
    signals,
    tickets,
    watching,
)
from .staff.forwarding import gateway
from .views import CampaignSeen, CampaignWhole, HappeningSeen, HeadSeen, HoldSeen, Page, ProposalSeen
from .worker import Heard


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    alive: bool = True


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it should be sent requests, and what keeps it from that.

    `platform` is false while the platform is left alone because it does not answer. The guard answers all the same, so
    that alone does not make the service unready.
    """

    ready: bool
    store: bool
    worker: bool
    snapshot: bool
    platform: bool
    phase: str
    trouble: str


OPERATIONS: tuple[Operation, ...] = (
    *requests.OPERATIONS,
    *people.OPERATIONS,
    *carrying.OPERATIONS,
    *enrolment.OPERATIONS,
    *confirming.OPERATIONS,
    *recoveries.OPERATIONS,
    *governing.OPERATIONS,
    Operation(
        name="ask_posts",
        method="POST",
        path=POSTS,
        says="May this post or message be published now? One, or up to 1,000 at once; answered in the same order.",
        takes=some(PostAsked),
        scope=Scope.GUARD_ASK,
        answers={200: ("The answer, or the list of answers.", Told | list[Told])},
    ),
    Operation(
        name="ask_actions",
        method="POST",
        path=ACTIONS,
        says="May this sign-in, credential change, export or use of a tool happen now? One, or up to 1,000 at once.",
        takes=some(ActionAsked),
        scope=Scope.GUARD_ASK,
        answers={200: ("The answer, or the list of answers.", Told | list[Told])},
    ),
    *copies.OPERATIONS,
    *refusals.OPERATIONS,
    *deciding.OPERATIONS,
    *gateway.OPERATIONS,
    *sessions.OPERATIONS,
    *watching.OPERATIONS,
    *agreeing.OPERATIONS,
    *lockdowns.OPERATIONS,
    *granting.OPERATIONS,
    *attempting.OPERATIONS,
    *lookups.OPERATIONS,
    *changing.OPERATIONS,
    *tickets.OPERATIONS,
    *access.OPERATIONS,
    *comparing.OPERATIONS,
    *certifying.OPERATIONS,
    *signals.OPERATIONS,
    *reports.OPERATIONS,
    Operation(
        name="tell_events",
        method="POST",
        path="/v1/events",
        says="What happened, as JSON Lines (reference: events). Answered when all of it has been dealt with; to tell "
        "it again after an error does no harm, each event counts once.",
        takes=str,
        takes_kind=NDJSON,
        scope=Scope.EVENTS_TELL,
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
        parameters=(AFTER, LIMIT),
        answers={200: ("Some of them.", Page[CampaignSeen])},
    ),
    Operation(
        name="show_campaign",
        method="GET",
        path="/v1/campaigns/{id}",
        says="One campaign with its accounts, posts and evidence.",
        parameters=(id_parameter(),),
        answers={200: ("It.", CampaignWhole), 404: ABSENT},
    ),
    Operation(
        name="list_proposals",
        method="GET",
        path="/v1/proposals",
        says="The plans on the desk, by what they are about.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that nobody has to decide about any more.")),
        answers={200: ("Some of them.", Page[ProposalSeen])},
    ),
    Operation(
        name="list_holds",
        method="GET",
        path="/v1/holds",
        says="The holds, by id.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are not in force.")),
        answers={200: ("Some of them.", Page[HoldSeen])},
    ),
    Operation(
        name="list_timeline",
        method="GET",
        path="/v1/timeline",
        says="What happened since this process began, oldest first. The ledger is the record.",
        parameters=(COUNT_AFTER, LIMIT),
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
