"""The holder's page, and the list of changes, over a gate in memory."""

import asyncio
import io
from types import SimpleNamespace

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from tests.response.staff.conftest import HOUR, MINUTE, START, Desk, open_store
from tests.response.staff.test_changes import ask, deliver, secret

from holdfast.app.server.logs import make_log
from holdfast.app.server.notifying import Teller
from holdfast.app.server.staff import changing
from holdfast.connectors.simulated.letters import SimulatedLetters
from holdfast.errors import PlatformError
from holdfast.testing import SetClock


class House:
    """A gate whose worker counts what it is asked."""

    def __init__(self, store):
        """Nothing has happened."""
        self.clock = SetClock(START)
        self.desk = Desk(store, self.clock)
        self.asked = 0
        self.run = SimpleNamespace(response=SimpleNamespace(staff=self.desk.gate), clock=self.clock)
        handlers = changing.handlers(self._ask)
        routes = [Route(each.path, handlers[each.name], methods=[each.method]) for each in changing.OPERATIONS]
        self._app = Starlette(routes=routes)

    async def _ask(self, question):
        self.asked += 1
        return question(self.run)

    def get(self, path, method="GET"):
        """The answer."""

        async def answer():
            transport = httpx2.ASGITransport(app=self._app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.request(method, path)

        return asyncio.run(answer())


@pytest.fixture
def house():
    """One."""
    with open_store() as store:
        yield House(store)


@pytest.fixture
def letters():
    """The holder's mailbox."""
    made = SimulatedLetters()
    made.on_file("account-1", "email", "own@example.org", START - HOUR)
    return made


def test_who_tries_links_takes_no_turn_of_the_workers(house):
    """However many strangers guess: what is no link is known without asking whoever owns the response."""
    assert 404 == house.get("/changes/nothing").status_code
    before = house.asked
    for number in range(20):
        for method in ("GET", "POST"):
            assert 404 == house.get(f"/changes/{number:043d}", method).status_code
    assert house.asked == before


def test_the_page_says_all_that_its_button_undoes(house, letters):
    """Also what counts by now; and while the link works it can be used though its own change is off."""
    ask(house.desk)
    deliver(house.desk, letters)
    house.clock.set(START + HOUR)
    house.desk.gate.changing.settle(house.clock.now())
    letters.on_file("account-1", "email", "thief@example.net", house.clock.now())
    house.clock.set(START + 2 * HOUR)
    ask(house.desk, function="account.phone.replace", number=2)
    deliver(house.desk, letters)
    link = "/changes/" + secret(letters)
    page = house.get(link).text
    assert ("e-mail address" in page, "telephone number" in page, page.count("<button")) == (True, True, 1)
    house.get("/changes/" + secret(letters, "thief@example.net"), "POST")
    page = house.get(link).text
    assert ("e-mail address" in page, "telephone number" in page, page.count("<button")) == (True, False, 1)
    assert "works until" in page
    assert "is undone" in house.get(link, "POST").text
    assert "<button" not in house.get(link).text


def test_a_link_whose_time_is_over_has_no_button(house, letters):
    """It says so, and who presses it all the same changes nothing."""
    ask(house.desk)
    deliver(house.desk, letters)
    link = "/changes/" + secret(letters)
    house.clock.set(START + HOUR)
    pages = [house.get(link).text, house.get(link, "POST").text]
    assert all("time for this link is over" in page and "<button" not in page for page in pages)


def test_changes_are_listed_in_the_order_of_asking_page_by_page(house):
    """The tenth comes behind the ninth; `next` goes on where the page ended; any spelling finds the account's."""
    asked = []
    for number in range(12):
        house.clock.set(START + number * 10 * MINUTE)
        asked.append(ask(house.desk, number=number))
    found, after = [], ""
    while after is not None:
        page = house.get(f"/v1/gate/changes?limit=5&after={after}&account=ACCOUNT-1").json()
        found += [each["id"] for each in page["items"]]
        after = page["next"]
    assert found == asked != sorted(asked)
    assert not house.get("/v1/gate/changes?account=account-2").json()["items"]


class Line:
    """Whom a teller tells: it takes what it may, in order."""

    def __init__(self, refuses):
        """Take nothing that `refuses` says."""
        self.refuses, self.got = refuses, []

    def tell(self, notice):
        """Take it, or not."""
        self.got.append(notice.id)
        if self.refuses(notice):
            raise PlatformError("not now")


def test_what_was_not_taken_holds_back_what_follows_of_its_account_alone(house):
    """The platform hears of nothing about an account before it took what came first; of others it hears all."""
    changes = [ask(house.desk, target=each, number=number) for number, each in enumerate(("a", "A", "b", "b"))]
    worker = SimpleNamespace(ask=lambda question: SimpleNamespace(result=lambda _patience: question(house.run)))
    line = Line(lambda notice: notice.change == changes[0])
    teller = Teller(worker, line, "https://accounts.example", make_log(io.StringIO()))
    teller._round()
    assert [each.split("/")[1] for each in line.got] == [changes[0], *changes[2:]]
    line.refuses = lambda _notice: False
    house.clock.set(START + MINUTE)
    teller._round()
    assert [each.split("/")[1] for each in line.got[3:]] == changes[:2]
