"""Settings: which of file, environment and option counts, and what is refused."""

import pytest

from holdfast.app.server.settings import Unseen, load, variables
from holdfast.containment import Exemption
from holdfast.errors import SettingsError, UnreadableFileError, UsageError
from holdfast.response import ResponseSettings


@pytest.fixture
def file(tmp_path):
    """A settings file with this text."""

    def write(text):
        path = tmp_path / "holdfast.toml"
        path.write_text(text)
        return path

    return write


def test_the_environment_goes_before_the_file_and_an_option_before_both(file):
    """Each layer changes what it names and leaves the rest; an option that was not given changes nothing."""
    path = file('[server]\nport = 1\nhost = "::1"\n[guard]\nunseen = "closed"\n')
    environment = {"HOLDFAST_SETTINGS": str(path), "HOLDFAST_SERVER_PORT": "2", "OTHER": "x"}
    assert (1, "::1") == (load(path, {}).server.port, load(path, {}).server.host)
    assert (2, Unseen.CLOSED) == (load(None, environment).server.port, load(None, environment).guard.unseen)
    told = load(None, environment, {"server.port": 3, "server.host": None}).server
    assert (3, "::1") == (told.port, told.host)


def test_nothing_said_listens_on_loopback_and_keeps_what_was_seen():
    """The usual settings are safe ones."""
    usual = load(None, {})
    assert ("127.0.0.1", "var/holdfast.db", "var/events") == (
        usual.server.host,
        usual.store.address,
        usual.store.archive,
    )
    assert usual.response.auto_seconds is None


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("[server]\nprot = 1\n", SettingsError, "prot"),
        ("[sever]\nport = 1\n", SettingsError, "sever"),
        ("server = 1\n", SettingsError, "server"),
        ("[server]\nport = 65536\n", SettingsError, "port"),
        ("[server]\nport = true\n", SettingsError, "port"),
        ('[server]\ntoken_hash = "hf_the-token-itself"\n', SettingsError, "token_hash"),
        ("[server]\nrequest_seconds = nan\n", SettingsError, "request_seconds"),
        ("[guard]\nstale_seconds = 0\n", SettingsError, "stale_seconds"),
        ('[store]\naddress = "postgresql://me@host/d"\n', SettingsError, "database lies elsewhere"),
        ('[store]\naddress = "postgresql://me:hunter2@host/d"\nkey = "k"\n', SettingsError, "no password"),
        ('[store]\naddress = "mysql://host/d"\n', SettingsError, "mysql"),
        ('[store]\naddress = ":memory:"\n', SettingsError, "gone when the command ends"),
        ('[store]\naddress = "sqlite://"\n', SettingsError, "gone when the command ends"),
        ("[recovery]\nshares = [0.5, 0.4]\n", SettingsError, "shares"),
        ("[recovery]\nprobation_minutes = 0\n", SettingsError, "probation_minutes"),
        ('[response]\nexempt = { weather = "" }\n', SettingsError, "exempt"),
        ('[events]\ncolumns = { acount = "a" }\n', UsageError, "acount"),
        ("[events\n", SettingsError, "TOML"),
    ],
)
def test_what_does_not_hold_is_refused_by_name(file, text, kind, said):
    """Before anything is opened, with exit code 2, and without repeating a secret."""
    with pytest.raises(kind, match=said) as refused:
        load(file(text), {})
    assert 2 == refused.value.exit_code
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    """It was named, so it is not passed over."""
    with pytest.raises(UnreadableFileError):
        load(tmp_path / "none.toml", {})


def test_a_mistyped_variable_is_refused(file):
    """One that begins like a section of ours means something to whoever set it."""
    with pytest.raises(SettingsError, match="HOLDFAST_GUARD_UNSEN"):
        load(None, {"HOLDFAST_GUARD_UNSEN": "closed"})


@pytest.mark.parametrize("variable", sorted(variables()))
def test_every_variable_is_read(variable):
    """A value that cannot be meant is refused by the name of its setting; texts take anything but nothing at all."""
    section, name = variables()[variable]
    texts = {"host", "key", "archive", "address", "folder", "cap_owner", "origin", "rp_id", "forwarded"}
    texts |= {"tls_certificate", "tls_key", "client_id", "client_secret_file", "groups_claim", "name", "scopes"}
    texts |= {"url", "secret_file", "salt_file"}
    if name in texts:
        assert "x" == getattr(getattr(load(None, {variable: "x"}), section), name)
        return
    with pytest.raises(SettingsError, match=name):
        load(None, {variable: "x"})


def test_how_accounts_are_given_back_is_settled_in_the_file(file):
    """Order, sizes and pace of the waves, probation, and whom no brake holds, each with a reason."""
    text = """
[recovery]
order = "risk"
shares = [0.5, 1.0]
quiet_minutes = 10
probation_minutes = 1440

[response.exempt]
weather = "warns of tornadoes"
"""
    told = load(file(text), {"HOLDFAST_RECOVERY_EVERY_MINUTES": "2"}).behaviour
    assert ("risk", (0.5, 1.0), 600_000, 120_000) == (
        told.waves.order,
        told.waves.shares,
        told.waves.quiet,
        told.waves.every,
    )
    assert 86_400_000 == told.probation
    assert (Exemption(account="weather", reason="warns of tornadoes"),) == told.exempt


def test_nothing_said_gives_back_as_the_response_usually_does():
    """The service and the drill behave alike."""
    assert ResponseSettings() == load(None, {}).behaviour
