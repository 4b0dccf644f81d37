"""Services with people, one a test or one a file."""

import pytest
from tests.app.console.browser import House, policies


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One for all tests of a file; holds are signed there."""
    folder = tmp_path_factory.mktemp("house")
    house = House(folder, environment={"HOLDFAST_POLICY_FOLDER": str(policies(folder))})
    yield house
    house.end()


@pytest.fixture
def houses(tmp_path):
    """A way to start some of one's own, in one folder."""
    begun = []

    def start(**more):
        if "HOLDFAST_POLICY_FOLDER" not in (environment := more.pop("environment", {})):
            place = tmp_path / "policies"
            environment["HOLDFAST_POLICY_FOLDER"] = str(place if place.exists() else policies(tmp_path))
        begun.append(House(tmp_path, environment=environment, **more))
        return begun[-1]

    yield start
    for house in begun:
        house.end()
