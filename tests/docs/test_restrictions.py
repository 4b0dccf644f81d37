"""The page of restrictions and the table in the code say the same."""

import re
from pathlib import Path

from holdfast.containment import EFFECTS, Restriction, Undo, one_way
from holdfast.response.executor import ASKED

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "restrictions.md"
UNDONE = {Undo.LIFT: "by lifting", Undo.REDO: "by whom it concerns", Undo.NEVER: "**never**"}


def rows():
    """The table, by restriction."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if "| `" in line]
    return {line[0].strip("`"): line[1:] for line in lines}


def test_each_restriction_has_a_row_and_there_are_no_others():
    """The set is closed: a new one takes an inverse, who can bring it about, and a line for people."""
    assert set(Restriction) == set(EFFECTS) == set(rows())


def test_each_row_says_what_the_code_does():
    """Subjects, inverse, who can undo it, and how it is enforced."""
    for restriction, effect in EFFECTS.items():
        says, subjects, inverse, undone, enforced = rows()[restriction]
        assert says
        assert sorted(effect.subjects) == subjects.split(", ")
        assert f"`{effect.inverse}`" == inverse
        assert UNDONE[effect.undo] == undone
        assert ("asked" in enforced) == (restriction in ASKED)


def test_inverses_are_distinct_and_only_revoking_is_for_good():
    """Nothing is undone by what undoes something else; what is one-way is named one by one."""
    inverses = [effect.inverse for effect in EFFECTS.values()]
    assert len(set(inverses)) == len(inverses)
    assert all(re.fullmatch("[a-z_]+", inverse) for inverse in inverses)
    assert [Restriction.REVOKE_APP] == [each for each in Restriction if one_way(each)]
