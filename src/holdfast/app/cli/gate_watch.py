"""`holdfast gate watch`: look on at somebody else's session of the tools, for as long as the command runs."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from cyclopts import Parameter

from holdfast.errors import ServiceError

from .gate_attempts import attempt_line
from .options import Json
from .service import Service, Url, at, say, say_each

_SAYS_EVERY = 15.0  # seconds: it counts for sixty, so that three may be lost on the way
_LOOKS_EVERY = 1.0  # seconds
_PATIENCE = 60.0  # seconds that a service may be gone: by then it counts no more anyway
_BEFORE = 10  # attempts of before that are shown at the beginning
_MOST = 1_000  # attempts at a look


def watch(
    session: Annotated[
        str, Parameter(help="Its id. Without one: the sessions that want somebody to look on, as far as you may.")
    ] = "",
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Look on at a session until Ctrl-C: that counts while this runs and no longer, and what is done there is shown."""
    service = Service(url)
    if not session:
        say_each(service.every("/v1/gate/watches"), _wanted, "no session wants somebody to look on", json=json)
        return
    with _asked_to_end() as ended:
        _Watcher(service, session, json=json).run(ended)


class _Watcher:
    """Looks on at one session."""

    def __init__(self, service: Service, session: str, *, json: bool) -> None:
        self._service, self._json = service, json
        self._presence, self._attempts = (at("gate/sessions", session, each) for each in ("presence", "attempts"))
        self._said_at, self._next = 0.0, 0

    def run(self, ended: threading.Event) -> None:
        """Look on until the session is over or this is to end; whoever ends it is there no longer at once."""
        found = self._look(_BEFORE)
        says = f"you look on at the session of {found['person']}; it counts while this runs, Ctrl-C ends it"
        self._say([says], {"looking_on_at": found["session"], "person": found["person"]})
        self._show(found)
        while found["live"]:
            if ended.wait(_LOOKS_EVERY):
                self._service.send("DELETE", self._presence)
                self._say(["you look on no longer"], {"left": found["session"]})
                return
            found = self._again(found, ended)
        self._say([f"the session is over ({found['over']}): there is nothing to look on at"], {"over": found["over"]})

    def _again(self, before: dict[str, Any], ended: threading.Event) -> dict[str, Any]:
        """What is new; the same as before where the service is gone for a moment, which is said.

        Raises:
            ServiceError: it is gone for longer.

        """
        gone_at = time.monotonic()
        while not ended.is_set():
            try:
                found = self._look(_MOST)
            except ServiceError as error:
                self._say([f"{error}: nothing is seen, and soon nobody counts as looking on"], {"trouble": str(error)})
                self._said_at = 0.0
                if time.monotonic() - gone_at > _PATIENCE:
                    raise
                ended.wait(_SAYS_EVERY)
                continue
            self._show(found)
            return found
        return before

    def _look(self, most: int) -> dict[str, Any]:
        if time.monotonic() - self._said_at >= _SAYS_EVERY or not self._said_at:
            self._service.send("POST", self._presence)
            self._said_at = time.monotonic()
        found = self._service.get(f"{self._attempts}?after={self._next}&limit={most}")
        self._next = found["next"]
        return found

    def _show(self, found: dict[str, Any]) -> None:
        for each in found["items"]:
            because = f"  because  {each['reason'] or 'nothing was said'} ({each['ticket'] or 'no ticket'})"
            self._say([attempt_line(each), because], each)
        if found["hidden"]:
            self._say([f"{found['hidden']} more, which you may not watch"], {"hidden": found["hidden"]})

    def _say(self, lines: list[str], what: dict[str, Any]) -> None:
        say(lines, what, json=self._json)


@contextmanager
def _asked_to_end() -> Iterator[threading.Event]:
    """What is set once somebody presses Ctrl-C, closes the terminal or ends the command otherwise."""
    ended = threading.Event()
    usual = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    heard = [each for each, before in usual.items() if before is not signal.SIG_IGN]
    for each in heard:
        signal.signal(each, lambda *_: ended.set())
    try:
        yield ended
    finally:
        for each in heard:
            signal.signal(each, usual[each])


def _wanted(found: dict[str, Any]) -> list[str]:
    what = f"{found['function']} of {found['tool']} on {found['target'] or 'nobody'}"
    watched = f", watched by {', '.join(found['watchers'])}" if found["watchers"] else ""
    lines = [f"{found['session']}  {found['person']} wants somebody to look on{watched}"]
    lines.append(f"  for      {what} ({found['tier'].replace('_', ' ')}), refused at {found['at']}")
    lines.append(f"  because  {found['reason'] or 'nothing was said'} ({found['ticket'] or 'no ticket'})")
    return [*lines, f"  you would not count: {found['barred']}"] if found["barred"] else lines
