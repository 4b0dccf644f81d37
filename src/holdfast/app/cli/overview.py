"""What is each command for? Read from its source: to import them all would take seconds before a word is shown."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib.abc import InspectLoader
from importlib.util import find_spec

import cyclopts


def overview(app: cyclopts.App, commands: Iterable[tuple[str, str]]) -> cyclopts.App:
    """An app that shows the same help as `app`, knows the same names, and can do nothing.

    `commands` are names, each with its module. It is also what says that a word is none of them.
    """
    shown = cyclopts.App(name=app.name, help=app.help, help_epilogue=app.help_epilogue, version=app.version)
    for name, module in commands:
        shown.command(cyclopts.App(name=name, help=purpose(module, name)))
    return shown


def purpose(module: str, name: str) -> str:
    """The first paragraph that `--help` says of the command `name`: the function's docstring, or the app's `help`.

    Raises:
        LookupError: the module says nothing of it.

    """
    spec = find_spec(module)
    loader = None if spec is None else spec.loader
    source = loader.get_source(module) if isinstance(loader, InspectLoader) else None
    for told, says in _told(ast.parse(source or "")):
        if told == name:
            return " ".join(says.partition("\n\n")[0].split())
    raise LookupError(f"{module} says nothing of {name}")


def _told(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case ast.FunctionDef():
                yield node.name, ast.get_docstring(node) or ""
            case ast.Assign(targets=[ast.Name(id=named)], value=ast.Call(keywords=words)):
                for word in words:
                    if word.arg == "help" and isinstance(word.value, ast.Constant):
                        yield named, str(word.value.value)
            case _:
                pass  # nothing that a person can type
