"""Whole commands in their own process, as people run them."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def holdfast():
    """Run `holdfast WORDS`, with bytes for standard input; answer with exit code, standard output and error."""

    def run(*words, stdin=b"", env=None):
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *map(str, words)],
            input=stdin,
            capture_output=True,
            check=False,
            timeout=600,
            env={**os.environ, "COLUMNS": "200", **(env or {})},
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


@pytest.fixture
def drill(holdfast):
    """Run a drill and read its scoreboard."""

    def run(scenario, *words):
        code, out, err = holdfast("drill", scenario, "--json", *words)
        assert 0 == code, err
        return json.loads(out)

    return run
