"""What exactly was asked about? A copy of the arguments that nobody can change, made before the question."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from holdfast.errors import UsageError
from holdfast.guard.staff import DEEPEST

_LARGEST = 2**53  # beyond, JSON's numbers are not exact (RFC 8785, section 3.2.2.3)


def frozen(value: object, name: str, deep: int = 0) -> Any:  # noqa: ANN401 - any JSON value
    """A copy of `value` of nothing but text, true, false, None, whole numbers, tuples and read-only records of these.

    Raises:
        UsageError: it holds something else; `name` says where.

    """
    kind = type(value)  # of that very type: another one could say one thing now and another later
    if value is None or kind in {str, bool}:
        return value
    if kind is int and -_LARGEST < value < _LARGEST:  # type: ignore[operator]
        return value
    if deep < DEEPEST:
        if isinstance(value, list | tuple) and kind in {list, tuple}:
            return tuple(frozen(each, name, deep + 1) for each in tuple(value))
        if isinstance(value, dict | MappingProxyType) and kind in {dict, MappingProxyType}:
            return _record(dict(value), name, deep)
    raise UsageError(
        f"{name} is no value that can be agreed to exactly ({kind.__name__})",
        advice="Pass text, true, false, None, whole numbers below 2**53, lists and records of these; or name it in "
        "`besides`, if the function only works with it.",
    )


def _record(value: dict[object, object], name: str, deep: int) -> Mapping[str, Any]:
    if any(type(key) is not str for key in value):
        raise UsageError(f"{name} has a name that is no text", advice="JSON names are text.")
    return MappingProxyType({str(key): frozen(each, f"{name}.{key}", deep + 1) for key, each in value.items()})


def thawed(value: Any) -> Any:  # noqa: ANN401 - any frozen value
    """The same as JSON is encoded from."""
    if isinstance(value, tuple):
        return [thawed(each) for each in value]
    if isinstance(value, MappingProxyType):
        return {key: thawed(each) for key, each in value.items()}
    return value
