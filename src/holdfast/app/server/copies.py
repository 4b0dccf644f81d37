"""What is said of the route by which a copy of the holds is made and kept fresh? It is answered by `reception`."""

from __future__ import annotations

from holdfast.guard import Scope

from .operation import Operation, Parameter

SNAPSHOT = "/v1/guard/snapshot"
LONGEST_WAIT = 25  # seconds that a client may wait for news: proxies cut what is silent for longer
LONGEST_AT = 128  # characters of what a client has
MEDIA = "application/vnd.holdfast.guard"

OPERATIONS = (
    Operation(
        name="get_snapshot",
        method="GET",
        path=SNAPSHOT,
        says="All holds in force as a guard elsewhere needs them (how-to: ask the guard from Python), or what has "
        "changed since those that the client has.",
        scope=Scope.GUARD_SNAPSHOT,
        parameters=(
            Parameter(
                name="after",
                says="What the client has: the ETag of its last answer.",
                schema={"type": "string", "maxLength": LONGEST_AT},
            ),
            Parameter(
                name="wait",
                says="Wait so many seconds for news, then 304.",
                schema={"type": "number", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0},
            ),
        ),
        answers={200: ("Packed frames, one behind the other.", bytes), 304: ("Nothing is new.", None)},
        answer_kind=MEDIA,
    ),
)
