"""Where do the model's figures stand in its source, with which origin, and how would it read with others?"""

from __future__ import annotations

import ast
import difflib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from holdfast.detection import model

_PATH = "src/holdfast/detection/model.py"
_ORIGIN = re.compile(r"\[(bg|field|judged|theory)\]")
_UNITS = frozenset({"SECOND", "MINUTE", "HOUR", "DAY"})
_UNSTATED = "unstated"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that was not counted, and where the model says it comes from: bg, field, judged, theory or unstated."""

    figure: str
    origin: str


def source() -> str:
    """The text of `detection/model.py`."""
    return inspect.getsource(model)


def standing(refitted: Iterable[str]) -> tuple[Standing, ...]:
    """The figures of the model of which nothing was `refitted`, each with its origin."""
    known = {figure.partition(".")[0] for figure in refitted}
    return tuple(
        Standing(figure=name, origin=origin)
        for name, origin in _origins(ast.parse(source()))
        if name not in known and name not in _UNITS
    )


def _origins(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Each name that is assigned, with the origin that the next docstring states for it."""
    waiting: list[str] = []
    for statement in module.body:
        match statement:
            case ast.Assign():
                waiting += [name for target in statement.targets for name in _names(target)]
            case ast.Expr(value=ast.Constant(value=str(text))) if waiting:
                origin = _ORIGIN.search(text)
                yield from ((name, origin[1] if origin else _UNSTATED) for name in waiting)
                waiting = []
            case _:
                yield from ((name, _UNSTATED) for name in waiting)
                waiting = []
    yield from ((name, _UNSTATED) for name in waiting)


def _names(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple):
        return [name for part in target.elts for name in _names(part)]
    return [target.id] if isinstance(target, ast.Name) and target.id.isupper() else []


def patched(values: Mapping[str, float]) -> str:
    """The model's source with other values for some figures, by their names; what is said of them stays as it is."""
    text = source()
    lines = text.splitlines(keepends=True)
    places = [(_place(ast.parse(text), figure), value) for figure, value in values.items()]
    for node, value in sorted(places, key=lambda place: (place[0].lineno, place[0].col_offset), reverse=True):
        line = lines[node.lineno - 1]  # the model is plain ASCII: offsets of bytes are those of characters
        lines[node.lineno - 1] = line[: node.col_offset] + shown(value) + line[node.end_col_offset :]
    return "".join(lines)


def patch(values: Mapping[str, float]) -> str:
    """The same as a unified diff that `git apply` takes; empty without values."""
    before, after = (text.splitlines(keepends=True) for text in (source(), patched(values)))
    return "".join(difflib.unified_diff(before, after, f"a/{_PATH}", f"b/{_PATH}"))


def shown(value: float) -> str:
    """A figure as it would stand in the source: three digits that mean something."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _place(module: ast.Module, figure: str) -> ast.expr:
    """The expression that gives a figure its value."""
    name, _, part = figure.partition(".")
    for statement in module.body:
        if isinstance(statement, ast.Assign) and name in _names(statement.targets[0]):
            value = statement.value
            if isinstance(statement.targets[0], ast.Tuple) and isinstance(value, ast.Tuple):
                value = value.elts[_names(statement.targets[0]).index(name)]
            return _part(value, part) if part else value
    raise KeyError(figure)


def _part(value: ast.expr, part: str) -> ast.expr:
    match value:
        case ast.Dict():
            keys = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
            return value.values[keys.index(part)]
        case ast.Tuple():
            return value.elts[int(part)]
        case _:
            raise KeyError(part)
