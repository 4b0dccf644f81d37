"""People and what they decide, with the record in PostgreSQL."""

import json

import pytest

from holdfast.app.cli.main import main
from holdfast.backends import LedgerFile
from holdfast.guard import ApiToken, Person

pytestmark = pytest.mark.real


def test_a_deployment_begins_in_a_database_and_is_looked_at_from_outside(url, tmp_path, monkeypatch, capsys):
    """The first administrator is kept there, found by who only reads, and not made twice."""
    monkeypatch.chdir(tmp_path)
    words = ["--store", url, "--key", "record.key"]
    assert 0 == main(["init", "root", *words, "--json"])
    told = json.loads(capsys.readouterr().out)
    with LedgerFile(url) as record:
        (person,), (token,) = list(record.values("people", Person)), list(record.values("tokens", ApiToken))
    assert ("root", told["id"]) == (person.id, token.id)
    assert 2 == main(["init", "mallory", *words])
    assert 0 == main(["policy", "check", "--settings", "holdfast.toml"])
    capsys.readouterr()
    main(["doctor", "--settings", "holdfast.toml"])
    assert "people    1 registered" in capsys.readouterr().out
