"""By which door does a request come in? The guard's questions go straight on; everything else learns who asks."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol, TypeAlias

from holdfast.errors import TooOftenError
from holdfast.guard import Caller, Often
from holdfast.guard import Scope as May

from .answers import Receive, RefusedError, Scope, Send, send_refusal
from .asking import refusal_of
from .copies import SNAPSHOT
from .door import Door, names_caller, no_browser
from .guard import ACTIONS, POSTS
from .leave import out_of_scope
from .logs import Log, crash
from .refusals import REFUSALS
from .staff.deciding import ACTIONS as TOOL_ACTIONS
from .staff.forwarding.gateway import DOOR
from .staff.tickets import TICKETS
from .tally import Tally

Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

GUARD = {
    POSTS: May.GUARD_ASK,
    ACTIONS: May.GUARD_ASK,
    SNAPSHOT: May.GUARD_SNAPSHOT,
    REFUSALS: May.GUARD_SNAPSHOT,
    TOOL_ACTIONS: May.GUARD_ASK,
    DOOR: May.GUARD_ASK,
}
"""What the process that answers answers itself, and the scope that it takes."""

MOST_DEEDS = 5_000  # of one person in an hour, whatever they are: a list of accounts to protect, one by one. [judged]
_LOOKS = frozenset({"GET", "HEAD", "DELETE"})  # what is taken away is bounded by what was there
_FEEDS = ("/v1/events", "/v1/recoveries", TICKETS)
"""Below these a platform and a help desk tell what is so. That is nobody's deed, though a person's token is shown for
it: else whoever lent theirs could do nothing besides, and after an hour's worth attacks would go on unseen."""
_ENDS = ("/presence", "/leave", "/deny", "/denials", "/close", "/signout")  # and so is this; presence has its own bound


class Pages(Protocol):
    """What people see in a browser: all under /console."""

    def signed_in(self, scope: Scope, /) -> Caller | None:
        """Who asks, by a session; None for nobody."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        ...


class Front:
    """The whole application: first who asks, then the guard or the other routes; a fault is answered, too."""

    def __init__(  # noqa: PLR0913 - all that stands behind it
        self, guard: Asgi, others: Asgi, pages: Pages | None = None, *, door: Door, tally: Tally, log: Log
    ) -> None:
        """Whoever the `door` knows is let in; what they may do there is for the routes to say."""
        self._pages = pages
        self._guard, self._others, self._door, self._tally, self._log = guard, others, door, tally, log
        self._often = Often(MOST_DEEDS, "asked for something to be done")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            path = scope["path"]
            self._tally.forwarded += names_caller(scope)
            if path in GUARD:
                self._let_ask(scope, GUARD[path])
                await self._guard(scope, receive, send)
            else:
                self._let_in(scope, path)
                pages = self._pages if path == "/" or path.startswith("/console") else None
                self._not_too_often(scope, path, pages)
                await (pages or self._others)(scope, receive, send)
        except RefusedError as refused:
            self._tally.refuse(refused.status)
            await send_refusal(send, refused)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer and we get to know where
            self._tally.faults += 1
            crash(self._log, error)
            fault = RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of ours", advice="It is in the log.")
            with contextlib.suppress(RuntimeError):  # the answer had begun: then the line is cut
                await send_refusal(send, fault)

    def _let_ask(self, scope: Scope, wanted: May) -> None:
        """Pass whoever may ask the guard.

        Raises:
            RefusedError: nobody known, or their token is for something else.

        """
        if wanted not in self._door.caller(scope).scopes:
            raise out_of_scope(wanted)

    def _not_too_often(self, scope: Scope, path: str, pages: Pages | None) -> None:
        """Pass who does not ask without end for what leaves a trace; what has a bound of its own is bounded closer.

        Raises:
            RefusedError: they do.

        """
        ends = scope["method"] == "POST" and path.endswith(_ENDS)  # an id that ends so is PUT there
        if scope["method"] in _LOOKS or ends or path.startswith(_FEEDS):
            return
        caller: Caller | None = scope["caller"]
        if pages is not None:
            with contextlib.suppress(RefusedError):  # which is for the page to say
                caller = pages.signed_in(scope)
        if caller is None or not caller.person:
            return
        try:
            self._often.take(caller.person, int(time.monotonic() * 1_000))
        except TooOftenError as error:
            raise refusal_of(error) from error

    def _let_in(self, scope: Scope, path: str) -> None:
        """Put who asks where the routes look for it: `scope["caller"]`, None on what is open to all.

        Raises:
            RefusedError: nobody known.

        """
        scope["caller"] = None
        if path.startswith("/v1/"):
            scope["caller"] = self._door.caller(scope)
        elif self._door.open:
            no_browser(scope)
