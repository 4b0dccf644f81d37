"""A real server in a process of its own, on a free port of loopback."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import httpx2
from tests.journeys import stories

PATIENCE = 120  # seconds: on a busy machine that compiles kernels for the first time


class Served:
    """A `holdfast serve`, its log as it comes, and a client that asks it."""

    def __init__(self, folder, *words, environment=None, port=0, ready="ready"):
        """Start it in `folder`, at a free port unless one is named; wait until its log says `ready`."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        self.log, self._news = [], threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "holdfast", "serve", "--port", str(port), *words],
            cwd=folder,
            env={**clean, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.raw = []
        threading.Thread(target=self._read, daemon=True).start()
        try:
            where = self.wait("listening")
            self.wait(ready)
        except BaseException:
            self.end()
            raise
        self.address = (where["host"], where["port"])
        self.client = httpx2.Client(base_url=f"http://{where['host']}:{where['port']}", timeout=PATIENCE)

    def _read(self):
        for line in self.process.stderr:
            with self._news:
                self.raw.append(line)
                if line.startswith("{"):
                    self.log.append(json.loads(line))
                self._news.notify_all()
        with self._news:
            self.log.append({"event": "gone"})
            self._news.notify_all()

    def wait(self, event):
        """The first line of the log about `event`, as soon as it is there."""

        def told():
            return next((line for line in self.log if line["event"] in {event, "gone"}), None)

        with self._news:
            first = self._news.wait_for(told, PATIENCE)
        assert first is not None, f"no {event}: {self.raw}"
        assert event == first["event"], "".join(self.raw)
        return first

    def signalled(self, number):
        """Send it a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def end(self):
        """Have it gone."""
        if self.process.poll() is None:
            self.signalled(signal.SIGKILL)
        self.process.stderr.close()


def now_lines(events):
    """The events of a story as if its end were a minute ago."""
    shift = int(time.time() * 1000) - max(event["time"] for event in events) - stories.MINUTE
    return stories.lines([{**event, "time": event["time"] + shift} for event in events])


def attack_now(address=stories.ADDRESS):
    """Talk, takeovers and fraud, up to a minute ago."""
    fraud = [{"type": "post", **post} for post in stories.fraud(stories.TAKEN[:4], address)]
    return now_lines(stories.talk() + stories.takeovers() + fraud)
