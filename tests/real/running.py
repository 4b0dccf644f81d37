"""A server of somebody else's, for as long as a test lasts."""

import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

COMMAND = "make test-real"
PATIENCE = 60  # seconds, for it to begin or to end


def free_port():
    """A port of loopback that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name, *folders):
    """Where the program of this name is: in this environment, on the path, or in one of these folders."""
    places = (str(Path(sys.executable).parent), None, *folders)
    found = next((found for place in places if (found := shutil.which(name, path=place))), None)
    assert found is not None, f"{name} is not installed; run `{COMMAND}`"
    return found


@contextmanager
def running(words, port, log, **more):
    """The process of this command once it listens on `port`; what it says goes to the file `log`."""
    with log.open("ab") as said:
        process = subprocess.Popen(words, stdout=said, stderr=said, **more)
    try:
        waited(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def waited(for_what):
    """Wait until it is so."""
    until = time.monotonic() + PATIENCE
    while not for_what():
        assert time.monotonic() < until
        time.sleep(0.01)


def _listens(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
