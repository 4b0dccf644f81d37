"""What is said of one route: what it takes, what it can answer, and who may use it?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.guard import Act, Scope

from .answers import Problem
from .guard import BATCH
from .views import MOST

NDJSON = "application/x-ndjson"
LONGEST_KEY = 512  # characters: longer than any id

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something in the path or the query."""

    name: str
    says: str
    schema: Mapping[str, Any]
    place: str = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. `answers` are status -> what it says, and the type of the body (None: text).

    Whoever uses it needs a credential with `scope`, and, being a person, leave from the policies for `act`. Where `act`
    is about a deed, only the desk knows which, and asks the policies itself. What is not `secured` is open to all.
    What is a person's `own` takes no leave: it is about nothing but the credential that they show. What is looked up
    about staff and accounts is put on record as `looks`; empty where nothing is.
    """

    name: str
    method: str
    path: str
    says: str
    takes: Any = None
    takes_kind: str = "application/json"
    parameters: tuple[Parameter, ...] = ()
    answers: Mapping[int, tuple[str, Any]] = field(default_factory=dict)
    secured: bool = True
    scope: Scope | None = None
    act: Act | None = None
    own: bool = False
    answer_kind: str = "application/json"
    looks: str = ""

    @property
    def takes_scope(self) -> Scope:
        """The scope it takes: what only looks takes one, what does something another, unless it says more."""
        return self.scope or (Scope.READ if self.method == "GET" else Scope.DECIDE)

    @property
    def takes_act(self) -> Act:
        """The act that policies are asked about for it."""
        return self.act or (Act.LOOK if self.method == "GET" else Act.OPERATE)


ERRORS: Mapping[int, str] = {
    400: "The query, or the request as a whole, cannot be meant.",
    401: "No token, or another one. Where none is configured this is not answered.",
    403: "A browser asks where no token is configured, or whoever asks may not: `code` says why.",
    404: "There is no such thing.",
    409: "It is not as it was when it was asked for.",
    413: "The body is too large.",
    415: "The body is packed.",
    422: "The body does not mean what it should.",
    429: "Too much waits already; nothing of this body was taken in. Come back after Retry-After seconds.",
    503: "It cannot be said or done just now; nothing was lost that was said to be kept.",
}

ABSENT = (ERRORS[404], Problem)
KEY = {"type": "string", "maxLength": LONGEST_KEY}
LIMIT = Parameter(
    name="limit",
    says="How many at most.",
    schema={"type": "integer", "minimum": 1, "maximum": MOST, "default": 100},
)
AFTER = Parameter(name="after", says="Go on behind this: `next` of the page before.", schema=KEY)
COUNT_AFTER = Parameter(
    name="after",
    says="Go on behind this number: `next` of the page before.",
    schema={"type": "integer", "minimum": 0, "maximum": 2**53, "default": 0},
)


def by_name(operations: Iterable[Operation], own: object) -> Mapping[str, Handler]:
    """The handlers by the name of their operation: the methods of `own` that are called so."""
    return {operation.name: getattr(own, operation.name) for operation in operations}


def all_parameter(says: str) -> Parameter:
    """The parameter `all`, which says what more it shows."""
    return Parameter(name="all", says=says, schema={"type": "boolean", "default": False})


def some(kind: Any) -> Any:  # noqa: ANN401 - a type, and a type made from it
    """One of this kind, or a list of up to as many as are answered at once."""
    return kind | Annotated[list[kind], Meta(min_length=1, max_length=BATCH)]


def id_parameter(says: str = "Its id.") -> Parameter:
    """The `{id}` of a path."""
    return Parameter(name="id", says=says, schema={**KEY, "minLength": 1}, place="path")
