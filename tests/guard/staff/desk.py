"""A support desk with its people, to ask the gate about."""

import msgspec

from holdfast.guard import Person, Role
from holdfast.guard.staff import (
    Consent,
    Grant,
    Lock,
    StaffFacts,
    StaffState,
    Tier,
    ToolAction,
    ToolQuestion,
    ToolSession,
)
from holdfast.response import shipped_staff_policy

NOW = 1_594_840_000_000  # 15 July 2020
MINUTE = 60_000
HOUR = 60 * MINUTE
TOOL = "support_desk"
PEOPLE = (
    Person(id="ann", roles=(Role.SUPPORT,)),
    Person(id="bob", roles=(Role.SPECIALIST,)),
    Person(id="cid", roles=(Role.SPECIALIST,)),
    Person(id="dan", roles=(Role.RESPONDER,)),
    Person(id="eve", roles=(Role.COMMANDER,)),
    Person(id="fay", roles=(Role.AUDITOR,)),
    Person(id="root", roles=(Role.ADMINISTRATOR,)),
)
FRESH = {"credentials": NOW - 1, "private": NOW - 1, "look_up": NOW - 1, "standing": NOW - 1}
SESSIONS = tuple(
    ToolSession(id=f"s-{each.id}", person=each.id, revision=1, tool=TOOL, made_at=NOW - MINUTE, stepped_up=FRESH)
    for each in PEOPLE
)
TIERS = {"singer": Tier.HIGH_REACH, "agency": Tier.OFFICIAL, "president": Tier.PROTECTED}


def state(**more):
    """The desk with what else is known."""
    facts = {"version": 1, "persons": PEOPLE, "sessions": SESSIONS, "tiers": TIERS}
    return StaffState(shipped_staff_policy(), StaffFacts(**{**facts, **more}))


def action(function="account.email.replace", target="holder", **payload):
    """What is asked for."""
    return ToolAction(tool=TOOL, function=function, target=target, payload=payload)


def ask(who="ann", function="account.email.replace", target="holder", **more):
    """Their question, with a reason and a ticket."""
    made = {"reason": "the holder asked for it", "ticket": "T-1", "time": NOW, "action": action(function, target)}
    return ToolQuestion(**{"session": f"s-{who}", **made, **more})


def consent(question, by="cid", **more):
    """That `by` agrees to exactly this, signed."""
    made = {"person": question.session.removeprefix("s-"), "action_hash": question.action.hash, "by": by}
    return Consent(**{"id": f"c-{by}", **made, "at": NOW - 1, "until": NOW + MINUTE, "signed": True, **more})


def grant(person="bob", **more):
    """Leave for everything in the tool on every account, given by the commander."""
    made = {"tool": TOOL, "tier": Tier.PROTECTED, "starts": NOW - HOUR, "until": NOW + HOUR, "granted_by": "eve"}
    return Grant(**{"id": f"g-{person}", "person": person, "reason": "an inquiry", "ticket": "T-1", **made, **more})


def lock(level, id_="l", **more):
    """A lock on everything for an hour."""
    made = {"starts": NOW, "until": NOW + HOUR, "why": "staff are being called", "placed_by": "eve"}
    return Lock(**{"id": id_, "level": level, **made, **more})


def answered(question, unseen=0, spent=None, **more):
    """What the desk is answered."""
    return state(**more).answer(question, unseen=unseen, spent=spent or {})


def with_person(person, **changes):
    """The people, one of them changed."""
    return tuple(msgspec.structs.replace(each, **changes) if each.id == person else each for each in PEOPLE)


def with_session(whose, **changes):
    """The sessions, one of them changed."""
    return tuple(msgspec.structs.replace(each, **changes) if each.person == whose else each for each in SESSIONS)
