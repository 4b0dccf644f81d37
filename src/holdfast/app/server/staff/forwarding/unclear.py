"""What does the gate say to a request that a tool might take for another one than it is?"""

from __future__ import annotations

from http import HTTPStatus

from holdfast.app.server.answers import RefusedError

CODE = "request_unclear"


def unclear(what: str) -> RefusedError:
    """The refusal: whoever asks honestly has no need to ask like that."""
    return RefusedError(
        HTTPStatus.FORBIDDEN, what, advice="Ask for the plain path, once, in its usual spelling.", code=CODE
    )
