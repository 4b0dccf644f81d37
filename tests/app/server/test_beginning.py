"""The service before it listens."""

import io
import json
import logging
import os
import signal
import subprocess
import sys

import pytest

from holdfast.app.server.beginning import Beginning, StoppedError
from holdfast.app.server.logs import make_log, quiet_libraries
from holdfast.app.server.settings import Settings
from holdfast.app.server.standby import Standby


def test_a_first_start_says_that_it_compiles_and_ends_in_order_on_sigterm(tmp_path):
    """Kernels take half a minute: the log says so, and a signal meanwhile ends it at once, with words and exit code 0."""
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    with subprocess.Popen(
        [sys.executable, "-m", "holdfast", "serve", "--port", "0"],
        cwd=tmp_path,
        env={"XDG_CACHE_HOME": str(cache), "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as begun:
        told = []
        for line in begun.stderr:
            told.append(json.loads(line)["event"])
            if told[-1] == "compiling":
                begun.send_signal(signal.SIGTERM)
        assert 0 == begun.wait()
    assert ["starting", "compiling", "stopping", "stopped_early"] == told
    assert [] == list(tmp_path.glob("holdfast-*"))


def test_a_signal_between_two_steps_is_not_lost():
    """It is told of once, and nothing further is begun."""
    said = io.StringIO()
    beginning = Beginning(make_log(said))
    with beginning.heeded():
        beginning.go_on()
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(StoppedError):
            beginning.go_on()
        with pytest.raises(StoppedError):
            beginning.ready_kernels()
    assert "SIGTERM" == beginning.signal
    assert ["stopping"] == [json.loads(line)["event"] for line in said.getvalue().splitlines()]


def test_a_signal_before_a_server_stands_by_is_not_lost():
    """It waits for no store that another one owns: it ends, and nothing further is begun."""
    log, taken = make_log(io.StringIO()), []
    beginning = Beginning(log)
    with beginning.heeded():
        signal.raise_signal(signal.SIGTERM)
        standby = Standby(Settings(), None, None, lambda: None, beginning, log)
        assert standby.turn(lambda: taken.append(1)) is None
    assert (0, []) == (standby.code, taken)


def test_what_lower_rooms_say_is_a_line_of_the_log_like_any_other():
    """They know of no service and say it to Python's own log; in a service's log every line is JSON."""
    ours = logging.getLogger("holdfast")
    before, said = (ours.handlers, ours.propagate), io.StringIO()
    try:
        quiet_libraries(make_log(said))
        logging.getLogger("holdfast.backends.parquet").warning("holdfast: files are not joined: %s", "why\nnot")
    finally:
        ours.handlers, ours.propagate = before
    (line,) = said.getvalue().splitlines()
    assert "files are not joined: why\nnot" == json.loads(line)["says"]
    assert "noted" == json.loads(line)["event"]
