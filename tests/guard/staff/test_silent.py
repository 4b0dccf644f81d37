"""Which functions of a catalogue are warned of as silent."""

import pytest

from holdfast.guard.staff import read_catalogue, silent

TOOL = """
[[tool]]
id = "desk"
about = "For tests."
reads = 100
writes = 100
[[tool.function]]
id = "{id}"
kind = "{kind}"
class = "{class_}"
about = "For tests."
{more}
"""


def warned(id_, kind="write", class_="other", more=""):
    """What is said of a tool with just this function."""
    return silent(read_catalogue(TOOL.format(id=id_, kind=kind, class_=class_, more=more)))


@pytest.mark.parametrize(
    ("id_", "what"),
    [
        ("account.email.replace", "email"), ("set_mail", "email"), ("user.update_phone", "phone"), ("mobile.edit", "phone"),
        ("account.mfa.reset", "mfa"), ("second_factor.remove", "mfa"), ("disable_2fa.account", "mfa"), ("passkey.add", "passkey"),
    ],
    ids=str,
)  # fmt: skip
def test_a_name_that_says_that_a_credential_changes_is_warned_of_until_the_catalogue_says_it(id_, what):
    """By any of the usual words, with what to write; as a mislabelled read or for many accounts as well."""
    (said,) = warned(id_)
    assert f"desk/{id_} sounds" in said
    assert f'`changes = "{what}"`' in said
    assert warned(id_, kind="read")
    assert warned(id_, more="wide = true\naccount = false")
    assert [] == warned(id_, more=f'changes = "{what}"')


def test_a_class_of_credentials_is_enough_where_something_is_written():
    """Whatever the verb is called."""
    assert 1 == len(warned("account.email.migrate", class_="credentials"))
    assert [] == warned("account.email.show", kind="read", class_="credentials")


@pytest.mark.parametrize("id_", ["account.email.send", "account.suspend", "account.password.reset", "mailing.update"])
def test_what_changes_no_credential_is_not_warned_of(id_):
    """A message sent is no address changed, and a link to a new password goes to the old address."""
    assert [] == warned(id_)
