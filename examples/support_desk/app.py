"""What does the support desk answer over HTTP? Only to whoever comes through the gate's proxy."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from holdfast.client import Gate, ProofDoor, Proofs
from holdfast.errors import GuardUnreachableError, RefusedByGateError

from .desk import desk
from .records import Records
from .waiting import counting


def make(gate: Gate, proofs: Proofs, records: Records) -> Starlette:
    """The application."""
    functions = desk(gate, records)

    async def look_up(request: Request) -> Response:
        found = await run_in_threadpool(counting, gate, records, request.path_params["id"])
        if found is None:
            return JSONResponse({"detail": "there is no such account"}, 404)
        return JSONResponse({**found.account._asdict(), "waiting": [each._asdict() for each in found.waiting]})

    async def replace_email(request: Request) -> Response:
        body = await request.json()
        return await acting(request, functions.replace_email, request.path_params["id"], body["email"])

    async def reset_second_factor(request: Request) -> Response:
        return await acting(request, functions.reset_second_factor, request.path_params["id"])

    async def reset_password(request: Request) -> Response:
        return await acting(request, functions.reset_password, request.path_params["id"])

    async def acting(request: Request, function: Any, *given: str) -> Response:  # noqa: ANN401 - a guarded function
        proof = request.headers["x-holdfast-proof"]
        reason, ticket = (request.headers.get(f"x-desk-{name}", "") for name in ("reason", "ticket"))
        network, ask = request.headers.get("x-real-ip", ""), "x-desk-ask-others" in request.headers
        with gate.acting(proof=proof, reason=reason, ticket=ticket, network=network, ask_others=ask):
            said = await run_in_threadpool(function, *given)
        return JSONResponse({"says": said})

    routes = [
        Route("/accounts/{id}", look_up),
        Route("/accounts/{id}/export", look_up),
        Route("/accounts/{id}/email", replace_email, methods=["POST"]),
        Route("/accounts/{id}/mfa/reset", reset_second_factor, methods=["POST"]),
        Route("/accounts/{id}/password/reset", reset_password, methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {RefusedByGateError: _refused, GuardUnreachableError: _unasked}
    door = Middleware(ProofDoor, proofs=proofs)  # type: ignore[arg-type]
    return Starlette(routes=routes, middleware=[door], exception_handlers=handlers)


async def _refused(_: Request, error: RefusedByGateError) -> Response:
    told = {"detail": str(error), "needs": error.needs, "action_hash": error.action_hash, "decision": error.decision}
    told |= {"asking": error.asking} if error.asking else {}
    return JSONResponse(told, 403)


async def _unasked(_: Request, error: GuardUnreachableError) -> Response:
    return JSONResponse({"detail": str(error)}, 503)
