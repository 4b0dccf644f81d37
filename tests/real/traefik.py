"""A real Traefik, for as long as a test lasts, started by the documented static configuration."""

import re
from contextlib import contextmanager

from tests.app.gate.standing import EXAMPLE
from tests.real.nginx import get
from tests.real.running import program, running, waited

HOST = "desk.example"
STATIC = (EXAMPLE / "gate" / "traefik-static.yaml").read_text(encoding="utf-8")


@contextmanager
def traefik(folder, text, port, static=STATIC):
    """It runs by `text` and listens on `port`."""
    assert "127.0.0.1:8080" in static
    (folder / "traefik.yaml").write_text(text, encoding="utf-8")
    (folder / "static.yaml").write_text(static.replace("127.0.0.1:8080", f"127.0.0.1:{port}"), encoding="utf-8")
    host = re.search(r"Host\(`([^`]+)`\)", text)[1]
    words = [program("traefik"), f"--configFile={folder / 'static.yaml'}"]
    with running(words, port, folder / "traefik.log", cwd=folder) as process:
        waited(lambda: get(port, "/;", host=host)[0] != 404)  # it listens before it knows its routers
        yield process
