"""Can every test be collected with what `make test` installs?"""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

TESTS = Path(__file__).parent
LOCK = TESTS.parent / "requirements.lock"
OURS = {"benchmarks", "examples", "holdfast", "scripts", "tests"} | {path.stem for path in TESTS.rglob("*.py")}


def plain(name):
    """A name that one package is told from another by (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def loaded(path):
    """The packages that a file takes as soon as it is loaded, before any test of it can be skipped."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition(".")[0]


def test_what_a_test_file_loads_with_is_in_the_lock_of_make_setup():
    """What only `make test-real` installs is taken where it is used, not where a file begins."""
    locked = {plain(name) for name in re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)}
    places = packages_distributions()
    missing = [
        f"{path.relative_to(TESTS)}: {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for name in loaded(path)
        if name not in OURS | sys.stdlib_module_names
        and locked.isdisjoint(plain(each) for each in places.get(name, ()))
    ]
    assert [] == missing
