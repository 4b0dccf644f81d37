"""How is the contract said to programs? As OpenAPI 3.1, made from the table of routes and the records themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from holdfast import __version__

from .answers import Problem
from .contract import OPERATIONS
from .operation import ERRORS, Operation, Parameter

_REFERENCE = "#/components/schemas/{name}"
_BODY_ERRORS = (413, 415, 422)


def document() -> dict[str, Any]:
    """The OpenAPI document, the same for the same version."""
    types = [operation.takes for operation in OPERATIONS if operation.takes is not None]
    types += [kind for operation in OPERATIONS for _, kind in operation.answers.values() if kind is not None]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=_REFERENCE)
    known = list(zip([*types, Problem], schemas, strict=True))

    def schema_of(kind: object) -> dict[str, Any]:
        return next(schema for one, schema in known if one == kind)

    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schema_of)
    said = {
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": __version__,
            "summary": "May this happen just now, what happened, and what is to be decided about it?",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(said))  # as whoever reads it gets it
    return plain


def _operation(operation: Operation, schema_of: Any) -> dict[str, Any]:  # noqa: ANN401 - a local function
    said: dict[str, Any] = {"operationId": operation.name, "summary": operation.says}
    if operation.parameters:
        said["parameters"] = [_parameter(each) for each in operation.parameters]
    if operation.takes is not None:
        content = {operation.takes_kind: {"schema": schema_of(operation.takes)}}
        said["requestBody"] = {"required": True, "content": content}
    if operation.secured:
        said["security"] = [{"token": []}, {}]
    said["responses"] = {
        str(status): {"description": says, "content": _content(operation, status, kind, schema_of)}
        for status, (says, kind) in sorted({**_errors(operation), **operation.answers}.items())
    }
    return said


def _content(operation: Operation, status: int, kind: object, schema_of: Any) -> dict[str, Any]:  # noqa: ANN401
    if kind is None:
        return {operation.answer_kind: {"schema": {"type": "string"}}}
    if kind is Problem:
        return {"application/problem+json": {"schema": schema_of(Problem)}}
    content = {operation.answer_kind: {"schema": schema_of(kind)}}
    if operation.takes is not None and status in _BODY_ERRORS:
        content["application/problem+json"] = {"schema": schema_of(Problem)}
    return content


def _errors(operation: Operation) -> dict[int, tuple[str, Any]]:
    codes = [403, *([401] if operation.secured else [])]
    if operation.parameters or operation.takes is not None:
        codes.append(400)
    if operation.takes is not None:
        codes += _BODY_ERRORS
    if operation.secured and operation.method != "GET":
        codes += [409, 422]
    if operation.name == "tell_events":
        codes.append(429)
    if operation.secured:
        codes.append(503)
    return {code: (ERRORS[code], Problem) for code in codes}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.says,
        "schema": dict(parameter.schema),
    }
