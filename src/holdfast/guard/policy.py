"""May this person do that? Cedar policies answer, given as texts; what they cannot say is not theirs to decide."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec
import rfc8785
from cedarpy import PolicySet, is_authorized_batch, validate_policies

from holdfast.errors import PolicyError

from .depth import check_depth
from .lines import line_of_policy
from .people import Person, Role, person_key
from .quorum import Deed, Size, Table, read_table

SCHEMA = "schema.cedarschema"
QUORUM = "quorum.toml"
POLICIES = ".cedar"  # how the names of files with policies end
_ANSWERS_KEPT = 4_096  # of the latest questions: people at work are few, and ask about the same deeds
_SHOWN_ERRORS = 5
_ANY = 2**31  # accounts: more than any platform has


@enum.unique
class Act(enum.StrEnum):
    """What policies are asked about, by the names in the schema."""

    LOOK = "look"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    OPERATE = "operate"
    REQUEST = "request"
    APPROVE = "approve"
    DENY = "deny"
    EMERGENCY = "emergency"
    REVIEW = "review"
    USE_TOOLS = "use_tools"
    SEE_STAFF = "see_staff"
    GRANT = "grant"
    PROTECT = "protect"
    LOCK = "lock"

    @property
    def words(self) -> str:
        """What it is, for people."""
        return _WORDS[self]


_WORDS = {
    Act.LOOK: "look",
    Act.SEE_PEOPLE: "see who is registered",
    Act.MANAGE_PEOPLE: "register people, make tokens and put policies in force",
    Act.OPERATE: "have deeds tried again, waves go on, or caps raised",
    Act.REQUEST: "ask for this",
    Act.APPROVE: "agree to this",
    Act.DENY: "say no to this",
    Act.EMERGENCY: "do this alone",
    Act.REVIEW: "review this",
    Act.USE_TOOLS: "use internal tools",
    Act.SEE_STAFF: "see who uses which tools, and what was tried",
    Act.GRANT: "let others use tools for a while",
    Act.PROTECT: "say which accounts are protected",
    Act.LOCK: "place or loosen a lockdown",
}


ONLY_LOOKS = frozenset({Act.LOOK, Act.SEE_PEOPLE})
"""What changes nothing."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What policies see of a deed that somebody asks for."""

    deed: Deed
    kind: str
    accounts: int
    reach: int
    one_way: bool
    requester: str


class Policy:
    """Parsed and validated policies and the table of quorums; `version` names exactly these, 64 hex."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Take the texts by the names of their files: `*.cedar`, `quorum.toml` and `schema.cedarschema`.

        Raises:
            PolicyError: they cannot be parsed, do not fit the schema, or no policy is among them.

        """
        names = sorted(name for name in texts if name.endswith(POLICIES))
        if not names or QUORUM not in texts or SCHEMA not in texts:
            raise PolicyError(f"policies need at least one file *{POLICIES}, {QUORUM} and {SCHEMA}")
        for name in names:
            hold_against(name, texts[name], texts[SCHEMA])
        self.texts = dict(sorted((name, texts[name]) for name in [*names, QUORUM, SCHEMA]))
        self.version = hashlib.sha256(rfc8785.dumps(dict(self.texts))).hexdigest()
        self.table: Table = read_table(texts[QUORUM])
        self._set = PolicySet.from_str("\n".join(texts[name] for name in names))
        self._answer = lru_cache(_ANSWERS_KEPT)(self._decided)

    def may(self, person: Person, act: Act, asked: Asked | None = None) -> bool:
        """Whether `person` may do it; `asked` is the deed it is about, if it is about one.

        Nobody may who is gone; who is somebody on one administrator's word alone may look.
        """
        there = person.counts or (person.active and act in ONLY_LOOKS)
        return there and self._answer(person.id, person.roles, act, asked)

    def roles_for(self, act: Act, asked: Asked | None = None) -> tuple[Role, ...]:
        """The roles each of which alone would be enough for somebody else: what would make it allowed."""
        return tuple(role for role in Role if self._answer("", (role,), act, asked))

    def _decided(self, person: str, roles: tuple[Role, ...], act: Act, asked: Asked | None) -> bool:
        principal = {"type": "Person", "id": person}
        resource = {"type": "Service", "id": "holdfast"} if asked is None else {"type": "Deed", "id": "asked"}
        entities = [{"uid": principal, "attrs": {}, "parents": [{"type": "Role", "id": str(role)} for role in roles]}]
        if asked is not None:
            facts = msgspec.to_builtins(asked) | {"requester": {"__entity": {"type": "Person", "id": asked.requester}}}
            entities.append({"uid": resource, "attrs": facts, "parents": []})
        request = {
            "principal": principal,
            "action": {"type": "Action", "id": str(act)},
            "resource": resource,
            "context": {},
        }
        (answer,) = is_authorized_batch([request], self._set, entities)
        return answer.allowed and not answer.diagnostics.errors


def unreachable(policy: Policy, people: Iterable[Person]) -> list[str]:
    """Where the table asks for more people than there are, whoever of them asks: a sentence each.

    Policies of one's own may tell plans by kind or reach; here each row is tried with the most accounts it is for.
    """
    there = [person for person in people if person.active]
    found = []
    for deed, row, one_way in _rows(policy.table):
        stuck = [each for each in there if _too_few(policy, row, _worst(deed, row, each, one_way=one_way), each, there)]
        if stuck:
            what = "what can never be undone" if one_way else _up_to(row.accounts)
            names = ", ".join(each.id for each in stuck)
            found.append(f"{deed} of {what} takes {row.approvals} others, more than may agree when {names} asks")
    return found


def approvers(policy: Policy, asked: Asked, people: Iterable[Person]) -> list[Person]:
    """Whoever of `people` may agree to it; the requester is never among them."""
    mine = person_key(asked.requester)
    return [each for each in people if each.key != mine and policy.may(each, Act.APPROVE, asked)]


def _too_few(policy: Policy, row: Size, asked: Asked, requester: Person, there: list[Person]) -> bool:
    may_ask = policy.may(requester, Act.REQUEST, asked)
    return may_ask and len(approvers(policy, asked, there)) < row.approvals


def _worst(deed: Deed, row: Size, requester: Person, *, one_way: bool) -> Asked:
    accounts = _ANY if row.accounts is None else row.accounts
    return Asked(deed=deed, kind=str(deed), accounts=accounts, reach=0, one_way=one_way, requester=requester.id)


def _rows(table: Table) -> Iterator[tuple[Deed, Size, bool]]:
    for deed in Deed:
        yield from ((deed, row, False) for row in table.rows(deed))
    yield Deed.HOLD, table.one_way, True


def _up_to(accounts: int | None) -> str:
    return "any number of accounts" if accounts is None else f"up to {accounts:,} accounts"


def hold_against(name: str, text: str, schema: str) -> None:
    """Refuse policies that do not fit the schema or are nested too deeply, by the name of their file.

    Raises:
        PolicyError: so it is.

    """
    check_depth(name, text)
    result = validate_policies(text, schema)
    if not result.validation_passed:
        ids = result.id_annotations_by_policy_id
        said = [
            f"line {line_of_policy(text, each.policy_id)}: "
            + ": ".join(filter(None, [ids.get(each.policy_id, each.policy_id), each.error]))
            for each in result.errors[:_SHOWN_ERRORS]
        ]
        raise PolicyError(f"{name} does not hold: {'; '.join(said)}")
