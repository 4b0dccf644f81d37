"""A real Envoy, for as long as a test lasts."""

from contextlib import contextmanager

from tests.real.running import program, running


@contextmanager
def envoy(folder, text, port):
    """It runs by `text` and listens on `port`."""
    file = folder / "envoy.yaml"
    file.write_text(text, encoding="utf-8")
    words = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warn"]
    with running([program("envoy"), "-c", str(file), *words], port, folder / "envoy.log") as process:
        yield process
