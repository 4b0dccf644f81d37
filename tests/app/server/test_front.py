"""Whatever one person asks to be done leaves a trace so often in an hour, whichever way they come in."""

import asyncio
import io
import json

import pytest

from holdfast.app.server.answers import send_body
from holdfast.app.server.door import Door
from holdfast.app.server.front import MOST_DEEDS, Front
from holdfast.app.server.logs import make_log
from holdfast.app.server.tally import Tally
from holdfast.guard import PROGRAM_SCOPES, ApiToken, Caller, Person, Role, Scope, Via, digest_of
from holdfast.response import Roll

PEOPLE = {name: Person(id=name, roles=(Role.COMMANDER,)) for name in ("ann", "bob")}


def token(person, secret):
    """Somebody's token; nobody's is a program's."""
    return ApiToken(
        id=secret, person=person, hash="", scopes=tuple(Scope if person else PROGRAM_SCOPES),
        made_by="root", made_at=0, expires_at=1,
    )  # fmt: skip


class Console:
    """Pages, where whoever asks has signed in as ann."""

    def signed_in(self, scope):
        """Who asks."""
        return Caller(person="ann", via=Via.PASSKEY, credential="k")

    async def __call__(self, scope, receive, send):
        """Done."""
        await send_body(send, 200, b"done")


@pytest.fixture
def front():
    """A front with a console, and routes that say yes."""
    kept = {
        digest_of(secret.encode()): token(person, secret) for person, secret in (("ann", "a"), ("bob", "b"), ("", "p"))
    }
    door = Door(lambda: Roll(people=PEOPLE, tokens=kept), lambda: 0)
    pages = Console()
    return Front(pages, pages, pages, door=door, tally=Tally(), log=make_log(io.StringIO()))


def asks(front, secret, path="/v1/requests", method="POST", times=1):
    """The last answer: its status, its headers and its body."""
    said = []

    async def send(message):
        said.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {secret}".encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}

    async def ask():
        for _ in range(times):
            said.clear()
            await front(dict(scope), None, send)

    asyncio.run(ask())
    start = said[0]
    return start["status"], dict(start["headers"]), b"".join(each.get("body", b"") for each in said)


def test_one_person_s_deeds_of_an_hour_are_bounded_by_every_door(front):
    """Over HTTP and in the console together; others, programs, looking, and what ends something go on."""
    assert 200 == asks(front, "a", times=MOST_DEEDS - 1)[0]
    assert 200 == asks(front, "", "/console/lockdown/place")[0]
    for path in ("/v1/requests", "/console/lockdown/place"):
        status, headers, body = asks(front, "a", path)
        assert (429, "too_often") == (status, json.loads(body)["code"])
        assert 0 < int(headers[b"retry-after"]) <= 3_600
    for path, method in (
        ("/v1/requests", "GET"),
        ("/v1/gate/grants/g-1", "DELETE"),
        ("/v1/requests/r-1/denials", "POST"),
        ("/console/second/r-1/deny", "POST"),
        ("/v1/gate/sessions/s/presence", "POST"),
    ):
        assert 200 == asks(front, "a", path, method)[0]
    assert (200, 200) == (asks(front, "b")[0], asks(front, "p", times=MOST_DEEDS + 1)[0])


def test_no_id_is_taken_for_what_ends_something(front):
    """Whoever protects an account whose id is `leave`, to and fro, is bounded as with any other."""
    assert 200 == asks(front, "a", "/v1/gate/protected/leave", "PUT", times=MOST_DEEDS)[0]
    assert 429 == asks(front, "a", "/v1/gate/protected/leave", "PUT")[0]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/events", "POST"),
        ("/v1/gate/tickets", "POST"),
        ("/v1/gate/tickets/T-1", "PUT"),
        ("/v1/recoveries/mayor/told", "POST"),
    ],
)
def test_what_a_platform_tells_is_nobody_s_deed(front, path, method):
    """However much it is, with a person's token too: neither is it refused, nor is that person then shut out."""
    assert 200 == asks(front, "a", path, method, times=MOST_DEEDS + 1)[0]
    assert 200 == asks(front, "a")[0]
