"""Does each room's door list exactly what it hands out?"""

import ast
import importlib
from pathlib import Path

import pytest

import holdfast

SOURCE = Path(holdfast.__file__).parent
DOORS = sorted(
    ".".join(path.parent.relative_to(SOURCE.parent).parts)
    for path in SOURCE.rglob("__init__.py")
    if "__all__" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_lists_names_that_exist_once_and_in_order(door):
    """Every name of `__all__` can be imported, stands once, and where one looks for it."""
    names = importlib.import_module(door).__all__
    assert len(set(names)) == len(names)
    assert sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == list(names)
    module = importlib.import_module(door)
    assert [] == [name for name in names if not hasattr(module, name)]


def test_what_is_imported_through_a_door_is_listed_there():
    """A name that another file takes from a room's door is in that door's `__all__`."""
    unlisted = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module in DOORS:
                door = importlib.import_module(node.module)
                names = {alias.name for alias in node.names} - set(door.__all__)
                modules = {name for name in names if (Path(door.__file__).parent / f"{name}.py").exists()}
                unlisted += [f"{path.relative_to(SOURCE)}: {node.module}.{name}" for name in names - modules]
    assert [] == unlisted
