"""How quickly does a command say something?"""

import subprocess
import sys
from typing import get_args

import pytest

from holdfast.app.cli.main import _MODULES, app
from holdfast.app.cli.overview import purpose
from holdfast.app.cli.people import Role as RoleTyped
from holdfast.app.cli.people import Scope as ScopeTyped
from holdfast.app.cli.staff import Tier as TierTyped
from holdfast.guard import Role, Scope
from holdfast.guard.staff import Tier

HEAVY = ("numba", "sqlalchemy", "pyarrow", "numpy", "cedarpy")  # what takes long to import
ASK = """
import sys
from holdfast.app.cli.main import main
code = main(sys.argv[2:])
print("imported:", *sorted(set(sys.argv[1].split(",")) & set(sys.modules)))
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["nonsense"], 2),
        (["request", "list"], 3),
        (["approve", "--help"], 0),
        (["people", "add", "ann", "--role", "approver"], 3),
        (["undo", "h-1"], 3),
        (["brakes"], 3),
        (["token"], 0),
        (["gate", "attempts"], 3),
        (["gate", "who"], 3),
        (["staff", "grants"], 3),
        (["lockdown", "show"], 3),
        (["serve", "--help"], 0),
        (["doctor", "--help"], 0),
    ],
)
def test_what_only_asks_a_service_starts_without_what_a_service_needs(words, code):
    """Neither the help nor a command that speaks HTTP waits for kernels, databases or tables to be imported."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK, ",".join(HEAVY), *words],
        env={"HOLDFAST_URL": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (code, "imported:") == (asked.returncode, asked.stdout.splitlines()[-1].strip()), asked.stderr


@pytest.mark.parametrize("name", _MODULES)
def test_the_overview_says_of_each_command_what_the_command_says_of_itself(name):
    """What is read from the source is what importing the command would have told."""
    command = app[name]
    whole = command.help or command.default_command.__doc__
    assert " ".join(whole.partition("\n\n")[0].split()) == purpose(_MODULES[name], name)


def test_a_module_that_says_nothing_of_a_command_is_a_mistake_that_shows():
    """A command without a word about it is not passed over."""
    with pytest.raises(LookupError, match="nothing of absent"):
        purpose("holdfast.app.cli.desk", "absent")


def test_the_roles_scopes_and_tiers_that_can_be_typed_are_those_there_are():
    """They are written out where they are typed; what the policies know is the same."""
    assert tuple(Role) == get_args(RoleTyped)
    assert tuple(Scope) == get_args(ScopeTyped)
    assert tuple(each.word for each in Tier) == get_args(TierTyped)
