"""Configurations of nginx with one hole each: what the lint must say of it, and what gets through in a real nginx.

`%(gate)s`, `%(tool)s` (HOST:PORT), `%(port)s`, `%(folder)s` are filled in. The gate refuses all but `ALLOWED` and `NICE`.
"""

from dataclasses import dataclass, field

ASKING = """
    location = /gate {
        internal;
        proxy_pass http://%(gate)s/v1/gate/forward;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Original-URI $request_uri;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-Host $host;
        proxy_set_header X-Original-Address $remote_addr;
        proxy_connect_timeout 250ms;
        proxy_send_timeout 250ms;
        proxy_read_timeout 250ms;
    }
"""
NAMING = """
        auth_request_set $holdfast_person $upstream_http_x_holdfast_person;
        auth_request_set $holdfast_session $upstream_http_x_holdfast_session;
        auth_request_set $holdfast_decision $upstream_http_x_holdfast_decision;
        auth_request_set $holdfast_proof $upstream_http_x_holdfast_proof;
        auth_request_set $holdfast_cookie $upstream_http_cookie;
        proxy_set_header X-Holdfast-Person $holdfast_person;
        proxy_set_header X-Holdfast-Session $holdfast_session;
        proxy_set_header X-Holdfast-Decision $holdfast_decision;
        proxy_set_header X-Holdfast-Proof $holdfast_proof;
        proxy_set_header Cookie $holdfast_cookie;
"""
PASS = "proxy_pass http://%(tool)s;"
FRAME = """
events {}
http {
    access_log off;
    %(http)s
    server {
        listen 127.0.0.1:%(port)s;
        %(server)s
        %(asking)s
        location /tool/ {
            auth_request /gate;
            %(naming)s
            %(passing)s
            %(location)s
        }
        %(beside)s
    }
}
"""
DONE = "the tool did it"


@dataclass(frozen=True, kw_only=True)
class Hole:
    """One hole. `gets` is what a client then gets or does: see `test_nginx_holes`."""

    name: str
    code: str
    path: str = "/tool/x"
    headers: dict = field(default_factory=dict)
    gets: str = "served"
    http: str = ""
    server: str = ""
    asking: str = ASKING
    naming: str = NAMING
    passing: str = PASS
    location: str = ""
    beside: str = ""
    grade: str = "bypass"
    also: frozenset = frozenset()

    def text(self, **where):
        """The whole configuration."""
        parts = ("http", "server", "asking", "naming", "passing", "location", "beside")
        return FRAME % {**{part: getattr(self, part) % where for part in parts}, "port": where["port"]}


SAFE = Hole(name="nothing wrong", code="", gets="refused")
OPEN = "location @open { proxy_pass http://%(tool)s; }"
ALLOWED, NICE = "/tool/harmless", "/nice/harmless"

HOLES = (
    Hole(name="return", code="return-before-check", location=f'return 200 "{DONE}";'),
    Hole(
        name="return, on a condition",
        code="return-before-check",
        path="/tool/x?x=1",
        location=f'if ($arg_x) {{ return 200 "{DONE}"; }}',
    ),
    Hole(
        name="return, of the server",
        code="return-before-check",
        path="/tool/x?x=1",
        server=f'if ($arg_x) {{ return 200 "{DONE}"; }}',
    ),
    Hole(
        name="return of a redirect",
        code="return-before-check",
        location="return 302 /elsewhere?secret=1;",
        gets="redirected",
        grade="weak",
    ),
    Hole(
        name="rewrite last",
        code="rewrite-before-check",
        location="rewrite ^/tool/(.*)$ /open/$1 last;",
        beside="location /open/ { internal; proxy_pass http://%(tool)s; }",
    ),
    Hole(
        name="rewrite without a flag",
        code="rewrite-before-check",
        location="rewrite ^/tool/(.*)$ /open/$1;",
        beside="location /open/ { internal; proxy_pass http://%(tool)s; }",
    ),
    Hole(
        name="rewrite redirect",
        code="rewrite-before-check",
        location="rewrite ^/tool/(.*)$ /open/$1 redirect;",
        gets="redirected",
        grade="weak",
    ),
    Hole(
        name="rewrite break",
        code="judged-as-another",
        path=ALLOWED,
        gets="judged as another",
        grade="weak",
        location="rewrite ^ /tool/secret break;",
    ),
    Hole(
        name="passed on with another path",
        code="judged-as-another",
        path=ALLOWED,
        gets="judged as another",
        grade="weak",
        passing="proxy_pass http://%(tool)s/other/;",
    ),
    Hole(
        name="rewrite of the server",
        code="judged-as-another",
        path=NICE,
        gets="judged as another",
        grade="weak",
        server="rewrite ^/nice/ /tool/secret;",
    ),
    Hole(name="error_page 403", code="refused-yet-served", location="error_page 403 = @open;", beside=OPEN),
    Hole(
        name="error_page 500",
        code="refused-yet-served",
        location="error_page 500 = @open;",
        beside=OPEN,
        gets="served while the gate is down",
    ),
    Hole(
        name="error_page of a code of one's own",
        code="refused-yet-served",
        location="error_page 418 = @open; return 418;",
        beside=OPEN,
    ),
    Hole(name="satisfy any", code="satisfy-any", location="satisfy any; allow all;"),
    Hole(
        name="a guard turned off inside",
        code="guard-turned-off",
        path="/tool/public/x",
        location="location /tool/public/ { auth_request off; proxy_pass http://%(tool)s; }",
    ),
    Hole(name="capitals", code="tool-unguarded", path="/TOOL/x", beside="location / { proxy_pass http://%(tool)s; }"),
    Hole(
        name="a line break in an expression",
        code="tool-unguarded",
        path="/e/a%0Ab/edit",
        beside="location ~ ^/e/(.*)/edit$ { auth_request /gate; return 404; } location / { proxy_pass http://%(tool)s; }",
    ),
    Hole(
        name="an expression that takes over",
        code="tool-unguarded",
        path="/tool/x.json",
        beside=r"location ~* \.json$ { proxy_pass http://%(tool)s; }",
    ),
    Hole(
        name="try_files to an unguarded name",
        code="tool-unguarded",
        path="/x",
        beside=f"location / {{ root %(folder)s; try_files $uri @open; }} {OPEN}",
    ),
    Hole(
        name="an upstream by another name",
        code="tool-unguarded",
        path="/x",
        http="upstream desk { server %(tool)s; }",
        beside="location / { proxy_pass http://desk; }",
    ),
    Hole(
        name="another server",
        code="tool-unguarded",
        headers={"Host": "other"},
        http="server { listen 127.0.0.1:%(port)s; server_name other; location / { proxy_pass http://%(tool)s; } }",
    ),
    Hole(
        name="files beside an expression",
        code="expression-wins",
        path="/files/x.json",
        beside=r"location /files/ { auth_request /gate; root %(folder)s; } location ~* \.json$ { root %(folder)s; }",
    ),
    Hole(
        name="alias without a slash",
        code="alias-slips",
        path="/static../files/x.json",
        beside="location /static { alias %(folder)s/static/; }",
    ),
    Hole(
        name="slashes kept apart",
        code="spelled-otherwise",
        path="//tool/x.html",
        server="merge_slashes off;",
        beside="location / { root %(folder)s; }",
    ),
    Hole(
        name="mirror",
        code="part-unchecked",
        path="/open/",
        gets="done",
        beside="location /open/ { mirror /tool/x; root %(folder)s; }",
    ),
    Hole(
        name="a page that includes",
        code="part-unchecked",
        path="/open/part.html",
        grade="weak",
        beside="location /open/ { ssi on; root %(folder)s; }",
    ),
    Hole(name="a gate that is none", code="no-gate", asking="location = /gate { internal; return 204; }"),
    Hole(
        name="a gate open to clients",
        code="gate-open",
        path="/gate",
        gets="an answer",
        asking=ASKING.replace("internal;", ""),
        grade="weak",
    ),
    Hole(
        name="answers kept",
        code="gate-cached",
        path=ALLOWED,
        gets="served after it was locked",
        http="proxy_cache_path %(folder)s/cache keys_zone=kept:1m;",
        asking=ASKING.replace("internal;", "internal; proxy_cache kept; proxy_cache_valid 200 10m;"),
    ),
    Hole(
        name="a yes for an error",
        code="gate-fails-open",
        gets="served while the gate is down",
        asking=ASKING.replace("internal;", "internal; error_page 502 504 =200 /fine;"),
        beside="location = /fine { internal; return 200; }",
    ),
    Hole(
        name="a yes for a no",
        code="gate-fails-open",
        asking=ASKING.replace("internal;", "internal; proxy_intercept_errors on; error_page 403 =200 /fine;"),
        beside="location = /fine { internal; return 200; }",
    ),
    Hole(
        name="the client says what it asks for",
        code="gate-sees-another",
        headers={"X-Original-URI": ALLOWED},
        asking=ASKING.replace("proxy_set_header X-Original-URI $request_uri;", ""),
    ),
    Hole(
        name="headers said further out",
        code="gate-sees-another",
        headers={"X-Original-URI": ALLOWED},
        server="proxy_set_header X-Original-URI $request_uri;",
        asking=ASKING.replace("proxy_set_header X-Original-URI $request_uri;", ""),
    ),
    Hole(
        name="the client says who it is",
        code="name-of-the-client",
        path=ALLOWED,
        gets="named",
        headers={"X-Holdfast-Person": "mallory"},
        naming=NAMING.replace("proxy_set_header X-Holdfast-P", "proxy_set_header X-P"),
    ),
    Hole(
        name="names said further out",
        code="name-of-the-client",
        path=ALLOWED,
        gets="named",
        headers={"X-Holdfast-Person": "mallory"},
        server=NAMING,
        naming="",
        location="proxy_set_header X-Mine 1;",
        also=frozenset({"secret-passed"}),
    ),
    Hole(
        name="underscores",
        code="header-look-alike",
        path=ALLOWED,
        gets="named",
        headers={"X_Holdfast_Person": "mallory"},
        server="underscores_in_headers on;",
    ),
    Hole(
        name="the whole cookie",
        code="secret-passed",
        path=ALLOWED,
        gets="the secret",
        grade="weak",
        headers={"Cookie": "__Host-holdfast-tool=secret"},
        naming=NAMING.replace("proxy_set_header Cookie $holdfast_cookie;", ""),
    ),
    Hole(
        name="a body that does not come",
        code="gate-body",
        gets="an error",
        grade="weak",
        asking=ASKING.replace("proxy_pass_request_body off;", "").replace('proxy_set_header Content-Length "";', ""),
    ),
    Hole(
        name="an open line",
        code="upgrade-passed",
        path=ALLOWED,
        gets="the line",
        location="proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
    ),
    Hole(
        name="a gate waited for",
        code="gate-slow",
        gets="",
        grade="weak",
        asking=ASKING.replace("proxy_read_timeout 250ms;", ""),
    ),
)
