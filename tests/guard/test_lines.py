"""What is wrong with a file is found on its line."""

import pytest

from holdfast.errors import PolicyError
from holdfast.guard import Policy
from holdfast.guard.staff import StaffPolicy
from holdfast.response import shipped_policy, shipped_staff_texts

STAFF = shipped_staff_texts()


def line_of(text, words, number=1):
    """The line at which `words` stand for the given time."""
    found = [line for line, content in enumerate(text.splitlines(), 1) if words in content]
    return found[number - 1]


@pytest.mark.parametrize(
    ("file", "old", "new", "at"),
    [
        ("tools.toml", 'kind = "write"', 'kind = "wrte"', 'kind = "write"'),
        ("tools.toml", "reads = 120", "reads = 0", "reads = 120"),
        ("tools.toml", 'needs = ["ticket"]', 'needs = ["tickets"]', 'needs = ["ticket"]'),
        ("tools.toml", "official = 4320", "official = 0", "official = 4320"),
        ("staff.cedar", "!context.stepped_up", "!context.nothing", '@id("a-session-that-moved-shows-its-passkey")'),
        ("staff.cedar", "resource) when { !resource.wide }", "resource", '@id("investigators-read")'),
        ("staff.cedar", '@needs("step_up")', '@needs("luck")', '@id("a-session-that-moved-shows-its-passkey")'),
    ],
)
def test_the_line_of_an_entry_or_a_policy_is_named(file, old, new, at):
    """That of the entry in a table, that at which a policy begins."""
    assert old in STAFF[file]
    with pytest.raises(PolicyError) as refused:
        StaffPolicy({**STAFF, file: STAFF[file].replace(old, new, 1)})
    assert file in str(refused.value)
    assert f"line {line_of(STAFF[file], at)}: " in str(refused.value)


def test_so_it_is_in_the_table_of_quorums():
    """The third row is not the first."""
    texts = dict(shipped_policy().texts)
    old = texts["quorum.toml"]
    line = line_of(old, "approvals", 2)
    lines = old.splitlines()
    lines[line - 1] = "approvals = -1"
    with pytest.raises(PolicyError, match=f"line {line}: "):
        Policy({**texts, "quorum.toml": "\n".join(lines)})


def test_what_stands_in_words_and_comments_ends_no_policy():
    """A semicolon in either is none."""
    text = '// one; two;\n@advice("say; \\"so\\";")\npermit (principal, action, resource);\n\npermit (principal;\n'
    with pytest.raises(PolicyError, match="line 5: "):
        StaffPolicy({**STAFF, "staff.cedar": text})
