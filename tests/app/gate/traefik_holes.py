"""Configurations of Traefik with one hole each: what the lint must say of it, and what gets through in a real Traefik.

`%(gate)s` and `%(tool)s` (HOST:PORT) are filled in. The gate refuses all but `ALLOWED`.
"""

from dataclasses import dataclass, field

HOST = "desk.example"
ALLOWED = "/harmless"
TAKEN_OFF = '{ Authorization: "", Upgrade: "" }'
ANSWERED = "X-Holdfast-Person, X-Holdfast-Session, X-Holdfast-Decision, X-Holdfast-Proof, Cookie"
FRAME = """
http:
  routers:
    desk:
      rule: Host(`desk.example`)
      service: desk
      middlewares: [%(middlewares)s]
%(routers)s
  middlewares:
    token: { headers: { customRequestHeaders: { Authorization: Bearer token } } }
    asking:
      forwardAuth:
        address: http://%(gate)s%(path)s
        authResponseHeaders: [%(answered)s]
%(asking)s
    after: { headers: { customRequestHeaders: %(taken_off)s } }
%(beside)s
  services:
    desk: { loadBalancer: { servers: [{ url: "http://%(tool)s" }] } }
    gate: { loadBalancer: { servers: [{ url: "http://%(gate)s" }] } }
%(services)s
%(tcp)s
"""


@dataclass(frozen=True, kw_only=True)
class Hole:
    """One hole. `gets` is what a client then gets or does: see `test_traefik_holes`."""

    name: str
    code: str
    line: str = "asking:"
    uri: str = "/x"
    headers: dict = field(default_factory=dict)
    gets: str = "done"
    grade: str = "bypass"
    middlewares: str = "token, asking, after"
    routers: str = ""
    path: str = "/v1/gate/traefik"
    answered: str = ANSWERED
    asking: str = "        trustForwardHeader: false"
    taken_off: str = TAKEN_OFF
    beside: str = ""
    services: str = ""
    tcp: str = ""
    static: str = ""

    def text(self, **where):
        """The whole configuration."""
        parts = ("middlewares", "routers", "path", "answered", "asking", "taken_off", "beside", "services", "tcp")
        told = {part: getattr(self, part) % where for part in parts}
        return FRAME % {**where, **told}


SAFE = Hole(name="nothing wrong", code="", gets="")
OTHER = "    other: { rule: PathPrefix(`/x`), service: %s%s }"
SECOND = "    second: { loadBalancer: { servers: [{ url: 'http://%(tool)s/' }] } }"

HOLES = (
    Hole(
        name="a router without the gate",
        code="tool-unguarded",
        line="other:",
        routers=OTHER % ("desk", ", priority: 100"),
    ),
    Hole(
        name="another service of the same server",
        code="tool-unguarded",
        line="other:",
        routers=OTHER % ("second", ", middlewares: [token], priority: 100"),
        services=SECOND,
    ),
    Hole(
        name="a service that leads there among others",
        code="tool-unguarded",
        line="other:",
        routers=OTHER % ("many", ", priority: 100"),
        services=SECOND + "\n    many: { weighted: { services: [{ name: second, weight: 1 }] } }",
    ),
    Hole(
        name="a copy of each request",
        code="tool-unguarded",
        line="other:",
        routers=OTHER % ("copied", ", priority: 100"),
        services="    copied: { mirroring: { service: gate, mirrors: [{ name: desk, percent: 100 }] } }",
    ),
    Hole(
        name="a router below one without the gate",
        code="tool-unguarded",
        line="below:",
        routers="    above: { rule: PathPrefix(`/x`), priority: 100 }\n    below: { parentRefs: [above], rule: Path(`/x`), service: desk }",
    ),
    Hole(
        name="a line without HTTP",
        code="tool-unguarded",
        line="raw:",
        tcp="tcp:\n  routers:\n    raw: { rule: HostSNI(`*`), service: raw }\n"
        "  services:\n    raw: { loadBalancer: { servers: [{ address: '%(tool)s' }] } }",
    ),
    Hole(
        name="a page for a refusal",
        code="refused-yet-served",
        line="pages:",
        middlewares="pages, token, asking, after",
        beside="    pages: { errors: { status: ['403'], service: desk, query: /x } }",
    ),
    Hole(
        name="asked as nginx asks",
        code="gate-sees-another",
        path="/v1/gate/forward",
        headers={"X-Original-URI": ALLOWED},
    ),
    Hole(
        name="whoever the entry point trusts says what it asks for",
        code="gate-sees-another",
        grade="weak",
        headers={"X-Forwarded-Uri": ALLOWED},
        asking="        trustForwardHeader: true",
        static="forwardedHeaders: { insecure: true }",
    ),
    Hole(
        name="a gate that sees some headers",
        code="gate-sees-less",
        uri=ALLOWED,
        headers={"X-HTTP-Method-Override": "DELETE"},
        asking="        authRequestHeaders: [Cookie, Authorization]",
        gets="overridden",
    ),
    Hole(
        name="the client says who it is",
        code="name-of-the-client",
        grade="weak",
        uri=ALLOWED,
        headers={"X-Holdfast-Person": "mallory"},
        answered="X-Holdfast-Session, X-Holdfast-Decision, X-Holdfast-Proof, Cookie",
        gets="named",
    ),
    Hole(
        name="the whole cookie",
        code="secret-passed",
        grade="weak",
        uri=ALLOWED,
        headers={"Cookie": "__Host-holdfast-tool=secret"},
        answered=ANSWERED.removesuffix(", Cookie"),
        gets="the secret",
    ),
    Hole(
        name="the token",
        code="token-passed",
        grade="weak",
        line="desk:",
        uri=ALLOWED,
        taken_off='{ Upgrade: "" }',
        gets="the token",
    ),
    Hole(
        name="an open line",
        code="upgrade-passed",
        line="desk:",
        uri=ALLOWED,
        taken_off='{ Authorization: "" }',
        gets="the line",
    ),
    Hole(
        name="an open line, emptied without quotes",
        code="upgrade-passed",
        line="desk:",
        uri=ALLOWED,
        taken_off='{ Authorization: "", Upgrade: }',
        gets="the line",
    ),
    Hole(
        name="another path after the gate",
        code="judged-as-another",
        grade="weak",
        line="moved:",
        uri=ALLOWED,
        middlewares="token, asking, after, moved",
        beside="    moved: { replacePath: { path: /x } }",
    ),
)
