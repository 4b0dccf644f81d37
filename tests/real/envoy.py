"""A real Envoy, for as long as a test lasts."""

import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

COMMAND = "make test-real"
PATIENCE = 60  # seconds, for it to begin


@contextmanager
def envoy(folder, text, port):
    """It runs by `text` and listens on `port`."""
    program = shutil.which("envoy", path=str(Path(sys.executable).parent)) or shutil.which("envoy")
    assert program is not None, f"Envoy is not installed; run `{COMMAND}`"
    file = folder / "envoy.yaml"
    file.write_text(text, encoding="utf-8")
    words = [
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "--log-level",
        "warn",
        "--log-path",
        str(folder / "envoy.log"),
    ]
    process = subprocess.Popen(
        [program, "-c", str(file), *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(PATIENCE * 50):
            assert process.poll() is None, process.stderr.read()
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stderr.close()
