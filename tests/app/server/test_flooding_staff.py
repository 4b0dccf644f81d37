"""A live session that is refused without end, at a running service: bounded on record, seen, and nobody's account is lost."""

import time

import pytest

from holdfast.response.staff.repeats import MOST_ROWS

from .running import PATIENCE
from .staffhouse import StaffHouse


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with staff."""
    house = StaffHouse(tmp_path_factory.mktemp("flood"))
    yield house
    house.end()


def seen(house, path):
    """What the auditor is shown."""
    return house.ask("GET", path, token=house.tokens["olga"])


def test_a_flood_from_one_session_is_bounded_and_asked_about(house):
    """Rows, a count for the rest, one alarm, and the President's account with how often it was tried."""
    house.ask("PUT", "/v1/gate/protected/president", {"tier": "protected", "why": "named"}, token=house.tokens["cora"])
    secret = house.sign_in("alice", network="127.0.0.1")
    asked = {"session": secret, "tool": "support_desk", "function": "account.look_up", "network": "127.0.0.1"}
    for number in range(MOST_ROWS + 50):
        told = house.posted("/v1/gate/actions", {**asked, "target": f"a{number}"}).json()
        assert (bool(told["attempt"]), told["allowed"]) == (number < MOST_ROWS, False)
    names = {house.posted("/v1/gate/actions", {**asked, "target": "President"}).json()["attempt"] for _ in range(7)}
    (row,) = seen(house, "/v1/gate/attempts?target=president")["items"]
    assert ({row["id"]}, 7) == (names, row["times"])
    assert row["at"] <= row["last_at"]
    summed = seen(house, "/v1/gate/attempts/summary?target=president")
    assert (7, ["alice"]) == (summed["refused"], summed["people"])
    assert "Tried 7 times by 1 person" in summed["says"]
    assert "50 refusals of one person were only counted" in summed["counted"]
    for spelling in ("alice", "ALICE"):
        summed = seen(house, f"/v1/gate/attempts/summary?person={spelling}")
        assert "50 refusals of one person were only counted" in summed["counted"]
    by = time.monotonic() + PATIENCE
    while "refused_without_end" not in str(alarms := seen(house, "/v1/staff/alarms")["items"]):
        assert time.monotonic() < by
        time.sleep(0.1)  # as somebody who looks again
    assert {"alice"} == {each["staff"] for each in alarms}
    page = house.signed_in("olga").page("/console/signals").text
    assert "within the hour, over 300 different things" in page
    assert "and again until" in house.of["olga"].page("/console/attempts?target=president").text
