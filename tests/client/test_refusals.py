"""Whom a copy refuses for what they say, its server hears of."""

import pytest
from tests.client.loopback import Loopback
from tests.client.test_following import PATIENCE, packed, until

from holdfast.client import GuardClient
from holdfast.client.refusals import MOST, Refusals
from holdfast.containment import Frame, RuleSent, pack
from holdfast.events import parse_time
from holdfast.guard import FOREVER, Action, RuleKind, Verdict
from holdfast.reading import Lure, LureKind, lure_key

LURE = "giveaway.example"
REFUSALS = "/v1/guard/refusals"


@pytest.fixture
def loopback():
    """A server that does as it is told, and holds a lure and an account."""
    server = Loopback()
    rules = [
        RuleSent(
            hold=f"h-{id_}",
            kind=kind,
            id=id_,
            actions=(Action.POST,),
            starts=0,
            until=FOREVER,
            cohort=None,
            key=lure_key(Lure(kind=LureKind.DOMAIN, value=LURE, valid=True)) if kind is RuleKind.LURE else 0,
            signature=b"",
            bands=(),
        )
        for kind, id_ in ((RuleKind.LURE, f"domain:{LURE}"), (RuleKind.ACCOUNT, "held"))
    ]
    server.body = pack(Frame(run="r", seq=0, version=1, whole=True, add=tuple(rules), drop=()))
    yield server
    server.close()


@pytest.fixture
def guard(loopback):
    """A copy of what it holds."""
    with GuardClient(loopback.url, stale_seconds=1.0, timeout=1.0) as client:
        assert client.wait(PATIENCE)
        yield client


class Heard:
    """The server's side of the wire: keeps what is told."""

    def __init__(self):
        self.told = []

    def tell(self, refused):
        """Hear it."""
        self.told.append(refused)


def test_whoever_is_refused_for_a_lure_is_told_of_once(guard, loopback):
    """With the server's time; who may post nothing anyway, and what is allowed, is no news."""
    assert Verdict.REFUSE is guard.ask("a", text=f"see https://{LURE}/now").verdict
    assert Verdict.REFUSE is guard.ask("held", text="hello").verdict
    assert Verdict.ALLOW is guard.ask("b", text="hello").verdict
    assert until(lambda: loopback.told)
    seen = len(loopback.asked)
    assert until(lambda: len(loopback.asked) > seen + 3)
    ((path, body),) = loopback.told
    assert (REFUSALS, ["a"]) == (path, [each["account"] for each in body["refused"]])
    assert parse_time(body["refused"][0]["time"]) > parse_time("2026-01-01T00:00:00Z")


def test_a_server_that_does_not_hear_of_it_is_followed_on(guard, loopback):
    """An older one knows no such route: the copy says so, and stays fresh."""
    loopback.hears = 404
    guard.ask("a", text=f"https://{LURE}")
    assert until(lambda: loopback.told)
    loopback.body = packed("c", seq=1, whole=False)
    assert until(lambda: guard.version == 2)
    assert not guard.ask("c").stale


def test_a_flood_is_told_of_by_its_latest():
    """No more is remembered, or sent at once, than the server takes; names that no server knows are left out."""
    refusals, heard = Refusals(), Heard()
    for number in range(MOST + 5):
        refusals.note(f"a{number}", 1_700_000_000_000)
    for odd in ("", "\ud800", "x" * 513):
        refusals.note(odd, 1_700_000_000_000)
    refusals.tell(heard)
    refusals.tell(heard)
    (told,) = heard.told
    assert ["a5", f"a{MOST + 4}", MOST] == [told[0]["account"], told[-1]["account"], len(told)]
