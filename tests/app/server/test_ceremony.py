"""Passkeys that programs ask for."""

import pytest

from holdfast.app.server.answers import RefusedError
from holdfast.app.server.ceremony import Ceremony
from holdfast.app.signin import challenges
from holdfast.app.signin.place import Place
from holdfast.guard import Purpose


def test_whoever_would_be_asked_while_too_many_are_is_refused(monkeypatch):
    """With the reason, and not as if it were a fault of ours."""
    monkeypatch.setattr(challenges, "MOST", 1)
    ceremony = Ceremony(Place(origin="http://localhost:1", rp_id="localhost"))
    ceremony.ask(Purpose.STEP_UP, "one tool", "x", lambda nonce: nonce, ())
    with pytest.raises(RefusedError, match="too many") as refused:
        ceremony.ask(Purpose.STEP_UP, "another tool", "x", lambda nonce: nonce, ())
    assert 403 == refused.value.status
    assert "minute" in refused.value.problem.advice
