"""What PostgreSQL, its driver and its addresses come to, without a server: errors of ours, and no password shown."""

import psycopg
import pytest
import sqlalchemy as sa

from holdfast.backends import SqlStore, names_password, postgres
from holdfast.backends.database import Seam
from holdfast.errors import SettingsError, StoreError, StoreFullError
from holdfast.ledger import seeded_signer

ADDRESS = postgres._Address(sa.make_url("postgresql+psycopg://me:hunter%402@db.example.org/d?sslpassword=hunter3"))


def descendants(kind):
    """The class and all under it."""
    return {kind}.union(*(descendants(child) for child in kind.__subclasses__()))


FOREIGN = sorted(
    descendants(psycopg.Error) | descendants(sa.exc.SQLAlchemyError) | {TimeoutError, ConnectionResetError},
    key=lambda kind: kind.__name__,
)


def made(kind):
    """An error of this class that quotes a password."""
    said = "as the database says it, with hunter@2 or hunter%402 and hunter3 in it"
    if issubclass(kind, sa.exc.DBAPIError):
        return kind("SELECT 1", {}, psycopg.OperationalError(said))
    if issubclass(kind, sa.exc.StatementError):
        return kind(said, "SELECT 1", {}, ValueError("why"))
    return kind(said) if issubclass(kind, psycopg.Error) else kind.__new__(kind)


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_foreign_error_is_mapped(kind):
    """Whatever psycopg, SQLAlchemy or the system raises comes out as a store error with advice, without a password."""
    why = made(kind)
    with pytest.raises(StoreError) as caught, Seam(postgres.ERRORS, ADDRESS.explain):
        raise why
    assert caught.value.advice
    assert caught.value.__cause__ is why
    assert "postgresql://me@db.example.org/d" in str(caught.value)
    assert "hunter" not in str(caught.value)
    assert isinstance(caught.value, StoreFullError) == (kind is psycopg.errors.DiskFull)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (psycopg.errors.LockNotAvailable, "Another process"),
        (psycopg.errors.QueryCanceled, "took too long"),
        (psycopg.errors.IdleInTransactionSessionTimeout, "took too long"),
        (psycopg.errors.AdminShutdown, "has gone"),
        (psycopg.errors.CrashShutdown, "has gone"),
        (psycopg.errors.CannotConnectNow, "cannot be reached"),
        (psycopg.errors.TooManyConnections, "cannot be reached"),
        (psycopg.errors.InvalidPassword, "cannot be reached"),
        (psycopg.errors.InsufficientPrivilege, "may not be used"),
        (psycopg.errors.ReadOnlySqlTransaction, "may not be used"),
        (psycopg.errors.DataCorrupted, "damaged"),
        (psycopg.errors.UndefinedTable, "damaged"),
        (psycopg.errors.UniqueViolation, "failed"),
        (psycopg.OperationalError, "cannot be reached"),
    ],
)
def test_what_a_person_can_do_something_about_is_told_apart(kind, said):
    """Each kind of failure has words and advice of its own."""
    assert said in str(ADDRESS.explain(kind("as the database says it")))


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://me@db.example.org/d", "verify-full"),
        ("postgresql://me@db.example.org/d?sslmode=require", "require"),
        ("postgresql://me@10.0.0.7/d", "verify-full"),
        ("postgresql://me@/d?host=db1:5432&host=db2:5432", "verify-full"),
        ("postgresql://me@/d?host=/run/postgresql&host=db2.example.org", "verify-full"),
        ("postgresql://me@/d?hostaddr=192.0.2.7", "verify-full"),
        ("postgresql://me@localhost/d", None),
        ("postgresql://me@127.0.0.1/d", None),
        ("postgresql://me@[::1]/d", None),
        ("postgresql:///d", None),
        ("postgresql:///d?host=/run/postgresql", None),
    ],
)
def test_a_server_elsewhere_must_show_who_it_is(url, mode, monkeypatch):
    """Where somebody could stand between, TLS with a certificate checked for the host's name is the default."""
    for name in ("PGSSLMODE", "PGHOST", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)
    given = sa.make_url(url.replace("postgresql:", "postgresql+psycopg:"))
    assert postgres._Address(given)._told.get("sslmode") == mode


def test_the_environment_is_heard(monkeypatch):
    """PGHOST may name a server elsewhere, and PGSSLMODE says what to do about it; options are added to ours."""
    monkeypatch.setenv("PGHOST", "db.example.org")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=holdfast")
    url = sa.make_url("postgresql+psycopg:///d?options=-cstatement_timeout%3D5s")
    address = postgres._Address(url)
    assert address._told["sslmode"] == "verify-full"
    assert address._told["options"].endswith(" -c search_path=holdfast -cstatement_timeout=5s")
    monkeypatch.setenv("PGSSLMODE", "require")
    assert "sslmode" not in postgres._Address(url)._told


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("postgresql://me:secret@host/d", True),
        ("postgres://me:@host/d", True),
        ("postgresql://me@host/d?password=secret", True),
        ("postgresql://me@host/d?sslpassword=secret", True),
        ("postgresql://me@host/d?sslmode=require", False),
        ("sqlite:///some.db", False),
        ("some:thing@here.db", False),
    ],
)
def test_a_password_in_an_address_is_noticed(where, holds):
    """In front of the host or among the options."""
    assert names_password(where) == holds


def test_an_option_that_nobody_knows_is_told(monkeypatch):
    """A mistyped option is an error of ours with advice, before anybody is called."""
    with pytest.raises(StoreError, match="sslmod") as caught:
        SqlStore("postgresql://me:hunter2@127.0.0.1:1/d?sslmod=require", signer=seeded_signer(1))
    assert caught.value.advice
    assert "hunter2" not in f"{caught.value}"


def test_a_server_that_is_not_there_is_told():
    """Nobody listens: the message names the place and not the password, and the advice what to look at."""
    with pytest.raises(StoreError, match=r"cannot be reached.*me@127\.0\.0\.1:1/d") as caught:
        SqlStore("postgresql://me:hunter2@127.0.0.1:1/d", signer=seeded_signer(1))
    assert "PGPASSFILE" in caught.value.advice
    assert "hunter2" not in f"{caught.value}"


@pytest.mark.parametrize("where", ["postgresql://me:hunter2@host:port/d", "oracle://me:hunter2@host/d"])
def test_an_address_that_cannot_be_read_is_not_repeated(where):
    """Its password would be."""
    with pytest.raises(SettingsError) as caught:
        SqlStore(where, signer=seeded_signer(1))
    assert "hunter2" not in f"{caught.value}{caught.value.advice}"
