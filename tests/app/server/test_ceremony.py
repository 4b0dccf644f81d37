"""Passkeys that programs ask for."""

import msgspec
import pytest

from holdfast.app.server.answers import RefusedError
from holdfast.app.server.staff.ceremony import Ceremony
from holdfast.app.signin import challenges
from holdfast.app.signin.passkeys import Answered
from holdfast.app.signin.place import Place
from holdfast.guard import Purpose
from holdfast.testing.authenticator import Authenticator, b64


def test_whoever_would_be_asked_while_too_many_are_is_refused(monkeypatch):
    """With the reason, and not as if it were a fault of ours."""
    monkeypatch.setattr(challenges, "MOST", 1)
    ceremony = Ceremony(Place(origin="http://localhost:1", rp_id="localhost"))
    ceremony.ask(Purpose.STEP_UP, "one tool", "x", lambda nonce: nonce, ())
    with pytest.raises(RefusedError, match="too many") as refused:
        ceremony.ask(Purpose.STEP_UP, "another tool", "x", lambda nonce: nonce, ())
    assert 403 == refused.value.status
    assert "minute" in refused.value.problem.advice


def test_nobody_is_kept_out_by_who_else_asks_for_them():
    """Whoever knows a name can have its person asked, from the same network, too: each challenge has an answer, once."""
    ceremony, device = Ceremony(Place(origin="http://localhost:1", rp_id="localhost")), Authenticator()
    device.handle = ""
    who = (Purpose.TOOL_SIGN_IN, "tool/office/alice", "sign in")

    def answer(options):
        told = msgspec.convert(device.get(options), Answered)
        return ceremony.answer(*who, told, stranger="tool/office")[1]

    asked = [ceremony.ask(*who, lambda nonce: nonce, (), stranger="tool/office").options for _ in range(20)]
    for options in reversed(asked):
        assert options["challenge"] == b64(answer(options))
    with pytest.raises(RefusedError, match="answered before"):
        answer(asked[0])
