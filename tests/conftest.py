"""What holds for every test: how properties are tried, and which tests need a real server.

Properties have no deadline, since a busy machine and the compiling of kernels prove nothing. They take the same
examples each time, so that a green run stays green; `HYPOTHESIS_PROFILE=default` draws new ones.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("holdfast", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "holdfast"))


def pytest_addoption(parser):
    """`--real` is said by those who have the servers that some tests need: without one they fail then."""
    parser.addoption("--real", action="store_true", help="run the tests that need a real server")


def pytest_collection_modifyitems(config, items):
    """Pass over what needs a real server, unless it was asked for."""
    if not config.getoption("--real"):
        for item in items:
            if "real" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs a real server; run `make test-real`"))
