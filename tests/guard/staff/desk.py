"""A support desk with its people, to ask the gate about."""

import msgspec

from holdfast.events import spelling_key
from holdfast.guard import Person, Role
from holdfast.guard.staff import (
    Consent,
    Grant,
    Lock,
    Opener,
    StaffFacts,
    StaffPolicy,
    StaffState,
    Ticket,
    Tier,
    ToolAction,
    ToolQuestion,
    ToolSession,
)
from holdfast.response import shipped_staff_policy, shipped_staff_texts

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


def state(policy=None, **more):
    """The desk with what else is known."""
    facts = {"version": 1, "persons": PEOPLE, "sessions": SESSIONS, "tiers": TIERS}
    return StaffState(policy or shipped_staff_policy(), StaffFacts(**{**facts, **more}))


def counting_told(*policies):
    """The shipped policies where only tickets count that the gate was told of, and some more."""
    texts = shipped_staff_texts()
    tools = texts["tools.toml"].replace('tickets = "any"', 'tickets = "told"')
    more = {f"more{number}.cedar": each for number, each in enumerate(policies)}
    return StaffPolicy({**texts, "tools.toml": tools, **more})


def ticket(id_="T-1", **more):
    """A ticket of a holder's about their account, in a queue."""
    made = {"accounts": ("holder",), "opened_at": NOW - HOUR, "opened_by": Opener.HOLDER, "as_of": NOW, "heard_at": NOW}
    return Ticket(**{"id": id_, **made, **more})


class Tickets:
    """A help desk that has told of these, and was last heard then."""

    def __init__(self, *tickets, silent_since=None):
        self._told = {spelling_key(each.id): each for each in tickets}
        self._silent_since = silent_since

    def get(self, id_):
        """One of them."""
        return self._told.get(spelling_key(id_))

    def silent_since(self, now):
        """Since when nothing was heard."""
        assert now == NOW
        return self._silent_since


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


def answered(question, unseen=0, spent=None, tickets=None, **more):
    """What the desk is answered."""
    return state(**more).answer(question, unseen=unseen, spent=spent or {}, tickets=tickets)


def with_person(person, **changes):
    """The people, one of them changed."""
    return tuple(msgspec.structs.replace(each, **changes) if each.id == person else each for each in PEOPLE)


def with_session(whose, **changes):
    """The sessions, one of them changed."""
    return tuple(msgspec.structs.replace(each, **changes) if each.person == whose else each for each in SESSIONS)
