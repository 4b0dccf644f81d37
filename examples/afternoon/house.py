"""Who is there? A real service in a process of its own, two administrators, and the staff with their passkeys.

All of it is done by the HTTP API, as a deployment would; only the authenticators are software.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx2
from examples.support_desk.desk import TOOL

from holdfast.app.server.token import hashed, new_token
from holdfast.testing.authenticator import Authenticator

STAFF: Mapping[str, tuple[str, ...]] = {
    "alice": ("support",),
    "sam": ("specialist",),
    "cora": ("commander",),
    "carl": ("commander",),
    "olga": ("auditor",),
}
HELP_DESK = "the help desk"  # a program: it tells of tickets, and can do nothing else
_PATIENCE = 120.0  # seconds: the first start compiles


class House:
    """The service in `folder`; use it in a `with` block."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Found it and start it, with these settings; nobody is there yet but two administrators."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        self._where = {"cwd": folder, "env": {**clean, **environment}}
        founded = self._run("init", "rosa", "--second", "rolf", "--json")
        self._tokens = {_FIRST: founded["token"], _SECOND: founded["second_token"]}
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*_HOLDFAST, "serve", "--port", "0", "--settings", "holdfast.toml"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **self._where,
        )
        self.origin = f"http://localhost:{self._port()}"
        self._client = httpx2.Client(base_url=self.origin, timeout=_PATIENCE, trust_env=False)
        self._devices: dict[str, Authenticator] = {}

    def __enter__(self) -> Self:
        """The house itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the service."""
        self._client.close()
        self._process.terminate()
        self._process.wait(_PATIENCE)

    def move_in(self) -> None:
        """Register everybody, each with a token of their own and a passkey, confirmed by the other administrator."""
        for seed, (person, roles) in enumerate(STAFF.items(), start=1):
            self.ask("POST", "/v1/people", {"id": person, "name": person.title(), "roles": roles}, by=_FIRST)
            self.ask("POST", f"/v1/people/{person}/confirmation", {"credentials": []}, by=_SECOND)
            self._tokens[person] = self._token(person)
            self._devices[person] = Authenticator(origin=self.origin, seed=seed)
            self._make_passkey(person)
        made = self.ask("POST", "/v1/tokens", {"person": "", "scopes": ["guard:ask"]}, by=_FIRST)
        self._tokens[""] = made["token"]
        made = self.ask("POST", "/v1/tokens", {"person": "", "scopes": ["tickets:tell"]}, by=_FIRST)
        self._tokens[HELP_DESK] = made["token"]

    @property
    def program(self) -> str:
        """The tool's own token."""
        return self._tokens[""]

    def ask(self, method: str, path: str, body: object = None, *, by: str = "") -> Any:  # noqa: ANN401 - as it answers
        """What the service answers somebody, or the tool where nobody is named.

        Raises:
            RuntimeError: it is no yes.

        """
        answer = self._client.request(method, path, json=body, headers={"authorization": f"Bearer {self._tokens[by]}"})
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def sign_in(self, person: str) -> str:
        """Somebody shows their passkey to the tool; the secret of their session."""
        asked = {"person": person, "tool": TOOL, "network": "192.0.2.7"}
        options = self.ask("POST", "/v1/gate/challenges", asked)["options"]
        body = {**asked, "credential": self._devices[person].get(options)}
        secret: str = self.ask("POST", "/v1/gate/sign-ins", body)["session"]
        return secret

    def step_up(self, person: str, session: str, class_: str) -> None:
        """Somebody shows their passkey again, for a class of functions."""
        asked = {"session": session, "class": class_}
        options = self.ask("POST", "/v1/gate/steps/challenges", asked)["options"]
        self.ask("POST", "/v1/gate/steps", {**asked, "credential": self._devices[person].get(options)})

    def signs(self, person: str, asking: Mapping[str, Any]) -> httpx2.Response:
        """Somebody signs in at the console, and signs with their passkey that another does exactly this."""
        path, seen = f"/v1/gate/requests/{asking['id']}", {"action_hash": asking["action_hash"]}
        with httpx2.Client(base_url=self.origin, timeout=_PATIENCE, trust_env=False) as browser:
            options = self._posted(browser, "/console/signin/options", {}).json()["options"]
            self._posted(browser, "/console/signin/finish", {"credential": self._devices[person].get(options)})
            found = self._posted(browser, f"{path}/challenges", seen)
            if found.is_error:
                return found
            signed = self._devices[person].get(found.json()["options"])
            return self._posted(browser, f"{path}/approvals", {**seen, "credential": signed})

    def open(self, link: str, *, press: bool) -> str:
        """What a holder's browser shows at a link: opened, or with its button pressed."""
        form = {"origin": self.origin, "content-type": "application/x-www-form-urlencoded"}
        answer = self._client.post(link, content=b"", headers=form) if press else self._client.get(link)
        return answer.text

    def command(self, *words: str, by: str) -> str:
        """What `holdfast` prints for somebody."""
        own = {"HOLDFAST_URL": self.origin, "HOLDFAST_TOKEN": self._tokens[by]}
        return self._said(words, {**self._where["env"], **own})

    def _run(self, *words: str) -> dict[str, str]:
        return dict(json.loads(self._said(words, self._where["env"])))

    def _said(self, words: tuple[str, ...], environment: Mapping[str, str]) -> str:
        done = subprocess.run(  # noqa: S603 - our own program
            [*_HOLDFAST, *words], cwd=self._where["cwd"], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def _port(self) -> int:
        for line in self._process.stderr:
            if line.startswith("{") and (told := json.loads(line))["event"] == "listening":
                threading.Thread(target=self._process.stderr.read, daemon=True).start()  # a full pipe would stop it
                port: int = told["port"]
                return port
        raise RuntimeError("the service did not start")

    def _token(self, person: str) -> str:
        made = self.ask("POST", "/v1/tokens", {"person": person, "scopes": ["read", "decide"]}, by=_FIRST)["token"]
        self._tokens[person] = made
        own = new_token()
        renewed = self.ask("POST", "/v1/tokens/renewal", {"hash": hashed(own)}, by=person)
        self.ask("POST", f"/v1/people/{person}/confirmation", {"credentials": [renewed["id"]]}, by=_SECOND)
        return own

    def _make_passkey(self, person: str) -> None:
        link = self.ask("POST", f"/v1/people/{person}/enrolments", {}, by=_FIRST)["link"].partition("#")[2]
        with httpx2.Client(base_url=self.origin, timeout=_PATIENCE, trust_env=False) as browser:
            options = self._posted(browser, "/console/passkeys/options", {"link": link}).json()["options"]
            made = {"link": link, "label": "a key", "credential": self._devices[person].create(options)}
            self._posted(browser, "/console/passkeys/finish", made).raise_for_status()
        (own,) = self.ask("GET", f"/v1/people/{person}/passkeys", by=_FIRST)["items"]
        self.ask("POST", f"/v1/people/{person}/confirmation", {"credentials": [own["id"]]}, by=_SECOND)

    def _posted(self, browser: httpx2.Client, path: str, body: object) -> httpx2.Response:
        page = browser.get("/console", follow_redirects=True)  # whoever sees nothing of a response is sent on
        found = re.search(r'<meta name="csrf" content="([0-9a-f]+)">', page.text)
        own = {"origin": self.origin, "sec-fetch-site": "same-origin", "x-holdfast-csrf": found[1] if found else ""}
        return browser.post(path, json=body, headers=own)


_HOLDFAST = (sys.executable, "-m", "holdfast")
_FIRST, _SECOND = "rosa", "rolf"
