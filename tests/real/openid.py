"""A real OpenID provider, run by node for as long as a test lasts."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).with_name("oidc")
COMMAND = "make test-real"
CLIENT, SECRET = "holdfast", "a secret of tests, and of nothing else"


@contextmanager
def provider(port, callback):
    """It runs on `port` and sends people back to `callback`; its issuer."""
    from playwright._impl._driver import compute_driver_executable

    node, _ = compute_driver_executable()  # of a version that the provider supports, whatever the system has
    assert (FOLDER / "node_modules").is_dir(), f"the provider is not installed; run `{COMMAND}`"
    process = subprocess.Popen(
        [node, "provider.mjs", str(port), callback],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate("")  # its input ends, so it does
