"""What the lint finds in configurations of Traefik; that these are holes, tests/real shows with Traefik itself."""

import tomllib
from dataclasses import replace

import pytest
from tests.app.gate.standing import EXAMPLE
from tests.app.gate.traefik_holes import HOLES, SAFE, TAKEN_OFF

from holdfast.app.cli.main import main
from holdfast.app.gate.finding import Grade
from holdfast.app.gate.traefik import CODES, lint
from holdfast.app.gate.traefik.lint import PATH
from holdfast.app.server.staff.forwarding.original import Proxy
from holdfast.errors import UnreadableFileError

WHERE = {"gate": "127.0.0.1:9001", "tool": "127.0.0.1:9002"}
AS_TOML = """
[http.routers.desk]
rule = "Host(`desk.example`)"
service = "desk"
middlewares = ["asking"]
[http.middlewares.asking.forwardAuth]
address = "http://gate/v1/gate/traefik"
TrustForwardHeader = true
authResponseHeadersRegex = "^(X-Holdfast-.*|Cookie)$"
[http.services.desk.loadBalancer]
servers = [{ url = "http://desk" }]
"""


@pytest.fixture
def found(tmp_path):
    """What is found in a configuration."""

    def look(text, name="traefik.yml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return lint(tmp_path / name)

    return look


def test_nothing_is_found_where_nothing_is_wrong(found):
    """Neither in the frame around every hole nor in what we tell people to write."""
    assert [] == found(SAFE.text(**WHERE))
    assert [] == lint(EXAMPLE / "gate" / "traefik.yaml")


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_each_hole_is_found_and_nothing_else(hole, found):
    """With its code and grade, at the line where it is, with advice; and no other code."""
    text = hole.text(**WHERE)
    findings = found(text)
    assert [(hole.code, Grade(hole.grade))] == [(each.code, each.grade) for each in findings]
    assert hole.line in text.splitlines()[findings[0].line - 1]
    assert all(each.says and each.advice for each in findings)


def test_every_code_has_a_hole_that_shows_it():
    """No rule without a configuration that breaks it."""
    assert set(CODES) == {hole.code for hole in HOLES} | {"nothing-guarded"}


def test_the_path_it_wants_asked_is_the_one_at_which_traefik_is_answered():
    """Two rooms that do not know each other say the same."""
    assert Proxy.TRAEFIK.value == PATH


def test_where_no_router_asks_nothing_is_guarded(found):
    """Also where another service is asked, which is no gate of ours."""
    assert ["nothing-guarded"] == [each.code for each in found(SAFE.text(**WHERE).replace("/v1/gate/", "/verify/"))]


def test_toml_in_any_capitals_is_read_as_yaml_is(found):
    """Traefik takes a field's name however it is written; a pattern names headers as well as a list."""
    assert tomllib.loads(AS_TOML)
    codes = [(each.code, each.line) for each in found(AS_TOML, "traefik.toml")]
    assert [("upgrade-passed", 2), ("token-passed", 2), ("gate-sees-another", 6)] == codes


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("middlewares: [token, asking, after]", "middlewares: [all@file]"),
        ("middlewares: [token, asking, after]", "<<: { middlewares: [token, asking, after] }"),
        (TAKEN_OFF, '{ authorization: "", upgrade: "" }'),
        (TAKEN_OFF, '{ Authorization: Bearer of-its-own, Upgrade: "" }'),
        ("http://127.0.0.1:9002", "http://localhost:9002/"),
    ],
)
def test_another_way_to_write_the_same_is_the_same(ours, theirs, found):
    """A chain of middlewares, what YAML merges, small letters, a token of the tool's own, an address otherwise."""
    chain = "    all: { chain: { middlewares: [token, asking@file, after] } }"
    text = SAFE.text(**WHERE).replace("  services:\n", f"{chain}\n  services:\n").replace(ours, theirs)
    assert [] == found(text)


def test_what_a_router_above_passes_a_router_below_passes_too(found):
    """The gate asked above, the headers taken off below: nothing is wrong with it, nor with the one above alone."""
    above = "    above: { rule: Host(`desk.example`), middlewares: [token, asking] }"
    below = "middlewares: [after]\n      parentRefs: [above]"
    assert [] == found(replace(SAFE, routers=above).text(**WHERE).replace("middlewares: [token, asking, after]", below))


@pytest.mark.parametrize(
    "text",
    [
        "", "http: [", "http: {{ env `X` }}\n", "static_resources: {}", "http: &a { <<: *a }", "http: " + "[" * 5_000,
        "http:\n  routers: { a: { service: a, parentRefs: [a] } }", "\x00", "a: 1\n? [b]\n: 2",
        "http:\n  routers: { a: { service: a, middlewares: [a] } }\n  middlewares: { a: { chain: { middlewares: [a] } } }",
        "http: { routers: { a: { service: a, middlewares: [g] } }, middlewares: { g: { forwardAuth: { address: 'http://[/v1/gate/' } } } }",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_to_be_unreadable(text, found):
    """No YAML, a template, another program's, one that names itself, an address that is none: never a clean bill."""
    with pytest.raises(UnreadableFileError):
        found(text)


_DOUBLED = "http:\n  routers:\n    r: { service: s, middlewares: [m0], parentRefs: [p0] }\n"
_ALIASES = "x0: &x0 [a]\n" + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    "text",
    [
        f"{_ALIASES}{_DOUBLED}      rule: *x11\n",
        "m0: &m0 { a: b }\n" + "".join(f"m{n}: &m{n} {{ <<: [{', '.join([f'*m{n - 1}'] * 9)}] }}\n" for n in range(1, 12)) + f"{_DOUBLED}  x: *m11\n",
        _DOUBLED + "".join(f"    p{n}: {{ parentRefs: [p{n + 1}, p{n + 1}] }}\n" for n in range(40)),
        f"{_DOUBLED}  middlewares:\n" + "".join(f"    m{n}: {{ chain: {{ middlewares: [m{n + 1}, m{n + 1}] }} }}\n" for n in range(40)) + "    m40: { headers: {} }\n",
        "http:\n  routers:\n" + "".join(f"    r{n}: {{ service: s }}\n" for n in range(5_001)),
    ],
    ids=["aliases", "merged", "routers", "chains", "many"],
)  # fmt: skip
def test_a_few_lines_that_name_a_billion_things_are_unreadable(text, found):
    """Aliases of aliases, routers below routers, chains of chains: whoever wrote them keeps no lint busy for ever."""
    with pytest.raises(UnreadableFileError):
        found(text)


@pytest.mark.parametrize(("text", "code"), [(SAFE.text(**WHERE), 0), (HOLES[0].text(**WHERE), 1), ("http: [", 3)])
def test_the_command_knows_traefik_by_the_name_of_the_file(text, code, tmp_path, capfd):
    """0 nothing, 1 found, 3 unreadable, as for nginx."""
    file = tmp_path / "traefik.yml"
    file.write_text(text, encoding="utf-8")
    assert code == main(["gate", "lint", str(file)])
    assert ("tool-unguarded" in "".join(capfd.readouterr())) == (code == 1)
