"""What the client does with a server that is slow, mad or gone; against a loopback server."""

import ssl
import threading

import msgspec
import pytest
from tests.client.loopback import Loopback

from holdfast.client import Fail, GuardClient
from holdfast.client.answer import answered
from holdfast.containment import Frame, RuleSent, pack, unpack
from holdfast.errors import GuardUnreachableError, SettingsError
from holdfast.guard import FOREVER, Action, Answer, Reason, RuleKind, Verdict

PATIENCE = 30  # seconds, for anything


def packed(*accounts, seq=0, whole=True, run="r", drop=()):
    """A packet that holds these accounts."""
    rules = tuple(
        RuleSent(
            hold=f"h-{account}",
            kind=RuleKind.ACCOUNT,
            id=account,
            actions=(Action.POST,),
            starts=0,
            until=FOREVER,
            cohort=None,
            key=0,
            signature=b"",
            bands=(),
        )
        for account in accounts
    )
    return pack(Frame(run=run, seq=seq, version=seq + 1, whole=whole, add=rules, drop=drop))


@pytest.fixture
def loopback():
    """A server that does as it is told."""
    server = Loopback()
    yield server
    server.close()


@pytest.fixture
def client(loopback):
    """A way to make clients of it; all are closed at the end."""
    made = []

    def make(**more):
        made.append(GuardClient(loopback.url, **{"stale_seconds": 1.0, "timeout": 1.0, **more}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def until(true):
    """Wait for it, without counting seconds: the thread that follows makes it so."""
    tick = threading.Event()
    for _ in range(PATIENCE * 100):
        if true():
            return True
        tick.wait(0.01)
    return False


def test_before_the_first_snapshot_nothing_is_known_and_every_answer_says_so(client, loopback):
    """Open or closed, as was chosen."""
    loopback.status = 503
    for fail, verdict in ((Fail.OPEN, Verdict.ALLOW), (Fail.CLOSED, Verdict.REFUSE)):
        answer = client(fail=fail).ask("a", text="hello")
        assert (verdict, True, 0, fail) == (answer.verdict, answer.stale, answer.version, answer.fail)


def test_a_snapshot_is_answered_by_until_the_next_step_comes(client, loopback):
    """A step is taken on top of what is known; the version says which it is."""
    loopback.body = packed("a")
    asker = client()
    assert asker.wait(PATIENCE)
    assert Verdict.REFUSE is asker.ask("a").verdict
    assert not asker.ask("a").stale
    loopback.body = packed("b", seq=1, whole=False, drop=("h-a",))
    assert until(lambda: asker.version == 2)
    assert [Verdict.ALLOW, Verdict.REFUSE] == [asker.ask(who).verdict for who in "ab"]
    assert any("after=r-0" in path for path in loopback.asked)


@pytest.mark.parametrize(
    "body",
    [b"<html>no guard here</html>", packed("b", run="x")[:-1], packed("b", run="x")[:20], b"HFGUARD1" + b"\0" * 90],
)
def test_what_cannot_be_trusted_is_not_taken(client, loopback, body):
    """What was known is answered by on, gets stale, and is made good by the next whole snapshot."""
    loopback.body = packed("a")
    asker = client(fail="closed")
    assert asker.wait(PATIENCE)
    loopback.body = body
    assert until(lambda: asker.ask("b").stale)
    assert asker.trouble
    assert [(Reason.ACCOUNT_HELD,), (Reason.STATE_UNSEEN,)] == [asker.ask(who).reasons for who in "ab"]
    loopback.body = packed("b", run="new", seq=7)
    assert until(lambda: asker.version == 8)
    assert [Verdict.ALLOW, Verdict.REFUSE] == [asker.ask(who).verdict for who in "ab"]


def test_a_snapshot_beyond_all_bounds_is_cut(client, loopback):
    """More bytes than may come are not waited for."""
    loopback.body = packed("a") + b"\0" * 100_000
    asker = client(most_bytes=50_000)
    assert until(lambda: "more than 50,000 bytes" in asker.trouble)
    assert 0 == asker.version


def test_a_server_that_drips_is_not_waited_for(client, loopback):
    """Each byte comes in time, the whole does not."""
    loopback.body, loopback.step, loopback.pause = packed("a") * 20, 5, 0.05
    asker = client(timeout=0.3)
    assert until(lambda: "too slowly" in asker.trouble or "could not be asked" in asker.trouble)
    assert 0 == asker.version


def test_a_server_that_does_not_know_its_own_state_makes_the_copy_stale(client, loopback):
    """The age of the server's own view counts, too."""
    loopback.body, loopback.age = packed("a"), "100.000"
    asker = client()
    assert asker.wait(PATIENCE)
    assert asker.ask("b").stale
    assert asker.ask("b").age > 100


def test_a_failing_server_is_asked_less_and_less(client, loopback):
    """Waits double, drawn by lot; a flood of clients does not come together."""
    loopback.status = 500
    client()
    assert until(lambda: len(loopback.asked) >= 4)
    assert len(loopback.asked) < 12


def test_the_token_goes_to_the_server_and_nowhere_else(client, loopback):
    """Not into what a log would show of the client or its trouble."""
    loopback.status = 401
    asker = client(token="hf_secret")
    assert until(lambda: asker.trouble)
    assert "Bearer hf_secret" in {name.lower(): value for name, value in loopback.headers[0].items()}["authorization"]
    assert "hf_secret" not in repr(asker) + asker.trouble + str(vars(asker))
    with pytest.raises(GuardUnreachableError) as raised:
        asker.ask_remote("a")
    assert "hf_secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["ftp://guard", "guard", "https://", "https://me:secret@guard.example", "http://guard.example"]
)
def test_an_address_that_would_give_the_token_away_is_refused(url):
    """Neither secrets in it, nor the open net without being told so."""
    with pytest.raises(SettingsError) as raised:
        GuardClient(url, "hf_x")
    assert "secret@" not in str(raised.value)


def test_a_certificate_is_checked_unless_somebody_says_otherwise():
    """The usual choice verifies the host's name against known authorities."""
    client = GuardClient("https://127.0.0.1:1")
    try:
        context = client._wire._http._transport._pool._ssl_context
        assert (ssl.CERT_REQUIRED, True) == (context.verify_mode, context.check_hostname)
    finally:
        client.close()


def test_what_is_known_to_be_held_stays_held_however_stale():
    """Only what nobody is known to hold follows the choice."""
    held = Answer(verdict=Verdict.REFUSE, action=Action.POST, version=1, reasons=(Reason.ACCOUNT_HELD,), holds=("h",))
    for fail in Fail:
        assert (Reason.ACCOUNT_HELD,) == answered(held, age=99.0, stale=True, fail=fail).reasons


def test_a_snapshot_that_comes_slowly_is_as_old_as_its_beginning(client, loopback):
    """What was placed while it was on its way is not in it, so the time that it took counts."""
    loopback.body = packed("a")
    loopback.step, loopback.pause = len(loopback.body) // 3, 0.1
    asker = client()
    assert asker.wait(PATIENCE)
    assert 0.25 < asker.age


@pytest.mark.parametrize("seconds", [-3_600, -5, 3_600])
def test_holds_begin_and_end_by_the_clock_of_the_server(seconds, client, loopback):
    """A machine whose clock is behind knows a new hold at once, and one that is ahead does not end it before its time."""
    now = 1_000_000_000
    (frame,) = unpack(packed("a"))
    brake = msgspec.structs.replace(frame.add[0], starts=now, until=now + 1_800_000)
    loopback.body, loopback.time = pack(msgspec.structs.replace(frame, add=(brake,))), now
    asker = client(wall=lambda: now / 1_000 + seconds)
    assert asker.wait(PATIENCE)
    assert Verdict.REFUSE is asker.ask("a").verdict
