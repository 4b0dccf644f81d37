"""A server with two administrators and people: one for each role, one without any, programs with tokens, and an attack to decide about."""

import json
import subprocess
import sys

from holdfast.app.server.token import hashed
from holdfast.guard import Role
from holdfast.response import shipped_policy

from .running import Served, attack_now

PEOPLE = {**{str(role): [str(role)] for role in Role}, "no_role": []}
PERSON_SCOPES = ["read", "decide", "people"]
PROGRAMS = {"program": ["guard:ask", "guard:snapshot", "events:tell", "tickets:tell"], "reader": ["read"]}


class Staffed(Served):
    """`tokens` are by name; `root` is who was registered first, `second` confirms whom root registers."""

    def __init__(self, folder, *words, signed=True, **more):
        """Begin the deployment, start it, and register everybody; where nothing is `signed`, tokens do for all deeds."""
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", "init", "root", "--second", "second", "--json"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        told = json.loads(done.stdout)
        self.tokens = {"root": told["token"], "second": told["second_token"]}
        if not signed:
            policies = folder / "policies"
            policies.mkdir()
            for name, text in shipped_policy().texts.items():
                (policies / name).write_text(text.replace("signed = true", "signed = false"))
            with (folder / "holdfast.toml").open("a") as settings:
                settings.write('\n[policy]\nfolder = "policies"\n')
        self.folder = folder
        super().__init__(folder, "--settings", "holdfast.toml", *words, **more)
        for name, roles in PEOPLE.items():
            assert 200 == self.asked("root", "POST", "/v1/people", {"id": name, "roles": roles}).status_code
            self.make_token(name, {"person": name, "scopes": PERSON_SCOPES})
        for name, scopes in PROGRAMS.items():
            self.make_token(name, {"scopes": scopes})

    def again(self):
        """The same service after a new start."""
        return Served(self.folder, "--settings", "holdfast.toml")

    def make_token(self, name, body):
        """Have a token made and keep it under `name`; what was told of it."""
        told = self.asked("root", "POST", "/v1/tokens", body).json()
        self.tokens[name] = told["token"]
        return told["made"] if not body.get("person") else self.confirmed(name, body["person"])

    def confirmed(self, name, person):
        """Have the token `name` renewed by its person and confirmed by the second administrator; what is told of it."""
        made = self.renewed(name)
        body = {"credentials": [made["id"]]}
        assert 200 == self.asked("second", "POST", f"/v1/people/{person}/confirmation", body).status_code
        return made

    def renewed(self, name):
        """Have the token `name` renewed; what is told of it."""
        secret = f"hf_renewed_{name}_{len(self.tokens)}_{self.tokens[name][-8:]}"
        answer = self.asked(name, "POST", "/v1/tokens/renewal", {"hash": hashed(secret)})
        assert 200 == answer.status_code, answer.text
        self.tokens[name] = secret
        return answer.json()

    def asked(self, who, method, path, body=None):
        """What somebody is answered; None asks without a token."""
        headers = {} if who is None else {"authorization": f"Bearer {self.tokens[who]}"}
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.request(method, path, content=content, headers=headers)

    def attacked(self):
        """The plan that is suggested against an attack that was just told."""
        assert 200 == self.asked("program", "POST", "/v1/events", attack_now()).status_code
        return self.asked("reader", "GET", "/v1/proposals").json()["items"][0]["recommended"]
