"""Which routes a catalogue may have."""

import pytest
from tests.app.gate.asking import CATALOGUE, routes

from holdfast.errors import PolicyError

EXTRA = (
    '\n[[tool.route]]\nmethods = ["{method}"]\npath = "{path}"\nhost = "{host}"\nfunction = "account.email.replace"\n'
)


@pytest.mark.parametrize(
    ("method", "path", "host", "well"),
    [
        ("GET", "/accounts/search", "", False),
        ("GET", "/{any}/1", "", False),
        ("GET", "/{any}/{target}", "desk.example", False),
        ("PUT", "/accounts/search", "", True),
        ("GET", "/accounts/{target}/search", "", True),
        ("GET", "/accounts/", "", True),
        ("GET", "/a{target}", "", False),
        ("PUT", "/{target}/{target}", "", False),
    ],
)
def test_no_request_can_be_two_functions(method, path, host, well):
    """A word and a name in the same place, unless something else tells them apart."""
    text = CATALOGUE + EXTRA.format(method=method, path=path, host=host)
    if well:
        routes(text)
    else:
        with pytest.raises(PolicyError) as raised:
            routes(text)
        assert raised.value.advice
