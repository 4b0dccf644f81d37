"""A small town under attack: a real store in memory, a small platform, a clock that stands still, a whole response."""

from contextlib import contextmanager

import pyarrow as pa
import pytest

from holdfast.backends import SqlStore
from holdfast.containment import Restriction, Subject, SubjectKind
from holdfast.events import POSTS, Batch, StaffAction
from holdfast.guard import Person, Role
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.response import Response, ResponseSettings
from holdfast.testing import SetClock, SmallEngine, SmallPlatform, SmallResponse, small_read

START = 1_000_000
SECOND, MINUTE = 1_000, 60_000
SCAM = "I am giving back! Send coins, get twice as many back."
STARS = [f"star{number}" for number in range(12)]
FANS = [f"fan{number}" for number in range(1_000)]


PEOPLE = [
    *(Person(id=name, roles=(Role.RESPONDER,)) for name in ("responder", "other", "ada", "dora")),
    *(Person(id=name, roles=(Role.APPROVER,)) for name in ("approver", "bea", "cem")),
    Person(id="commander", roles=(Role.COMMANDER,)),
]


def open_store():
    """A store in memory whose secrets follow from a seed."""
    return SqlStore(":memory:", signer=seeded_signer(7), salt=seeded_salts(7))


@pytest.fixture
def store():
    """A store in memory."""
    with open_store() as opened:
        yield opened


@pytest.fixture
def clock():
    """A clock at `START`."""
    return SetClock(START)


@pytest.fixture
def platform(clock):
    """Twelve accounts worth stealing among many."""
    return SmallPlatform(clock, accounts=[*STARS, *FANS])


@pytest.fixture
def small(store, platform, clock):
    """The parts that act, on the store and the platform."""
    return SmallResponse(store, platform, clock)


class Town:
    """The response to an attack on the small platform, and the attack."""

    stars, fans, start, scam = STARS, FANS, START, SCAM

    def __init__(self, store, platform, clock, settings=None, **wiring):
        self.store, self.platform, self.clock = store, platform, clock
        self.heard = []
        self.now = None  # the time that events carry, when it is not the clock's
        self.response = Response(
            platform,
            store,
            SmallEngine(),
            clock,
            settings or ResponseSettings(),
            read=small_read,
            key=bytes(16),
            **{"people": () if "responder" in wiring else PEOPLE, **wiring},
        )

    @property
    def desk(self):
        """Where people ask."""
        return self.response.desk

    @property
    def case(self):
        """The one case."""
        (case,) = self.response.docket.cases.values()
        return case

    @property
    def offer(self):
        """The one offer on the desk."""
        (offer,) = self.desk.offers
        return offer

    @contextmanager
    def at(self, time):
        """What happens within carries this time, whenever it is told."""
        self.now = time
        yield
        self.now = None

    def tell(self, *rows, others=()):
        """Posts and security events that came together."""
        self.heard.extend(others)
        posts = pa.RecordBatch.from_pylist(list(rows), schema=POSTS)
        self.response.observe(Batch(posts=posts, others=others), self.clock.now())

    def swap(self, accounts, session="ts-7", staff="s-17", ticket=""):
        """Staff replaces the e-mails of these accounts."""
        now = self.now or self.clock.now()
        self.tell(
            others=[
                StaffAction(
                    id=f"{session}-{account}-{now}",
                    time=now,
                    staff=staff,
                    tool="desk",
                    action="replace_email",
                    target=account,
                    tool_session=session,
                    ticket=ticket,
                )
                for account in accounts
            ]
        )

    def lure(self, *accounts, text=SCAM):
        """Each of these accounts posts the scam."""
        now = self.now or self.clock.now()
        self.tell(*({"id": f"p-{name}-{now}", "time": now, "account": name, "text": text} for name in accounts))

    def attack(self, posts=3):
        """Ten minutes after the swaps, the first accounts post, ten seconds apart."""
        self.swap(STARS)
        self.clock.advance(10 * MINUTE)
        for account in STARS[:posts]:
            self.clock.advance(10 * SECOND)
            self.lure(account)

    def run(self, milliseconds):
        """Work whatever is due in this time."""
        until = self.clock.now() + milliseconds
        again = self.response.work(self.clock.now())
        while again is not None and again <= until:
            self.clock.set(max(again, self.clock.now()))
            again = self.response.work(self.clock.now())
        self.clock.set(until)

    def carry_out(self, by="responder", approver="approver"):
        """Request and approve what is suggested, and let it be done."""
        self.desk.request(self.offer.recommended, by, self.clock.now())
        answer = self.desk.approve(list(self.desk.requests)[-1], approver, self.clock.now())
        self.run(SECOND)
        return answer

    def held(self, account, restriction=Restriction.NO_POSTING):
        """Whether the platform holds the account."""
        return (Subject(kind=SubjectKind.ACCOUNT, id=account), restriction) in self.platform.flags()

    def keys(self, prefix=""):
        """The keys on the ledger that begin so, in order."""
        keys = (entry.record.key for entry in self.store.entries())
        return [key for key in keys if key.startswith(prefix)]


@pytest.fixture
def town(store, platform, clock):
    """A town with nobody at the desk but the test."""
    return Town(store, platform, clock)


@pytest.fixture
def make_town():
    """Towns made to order."""
    return Town


@pytest.fixture
def make_store():
    """Stores in memory, to be closed by whoever opens them."""
    return open_store
