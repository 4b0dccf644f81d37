"""The owner's side of the staff gate on a real store in memory, with some staff, and a clock that stands still."""

import hashlib

import pytest

from holdfast.backends import SqlStore
from holdfast.events import spelling_key
from holdfast.guard import PERSON_SCOPES, Caller, Role, Via
from holdfast.guard.staff import Lock, Tier, ToolAction, ToolQuestion
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.ports import NoSignatures
from holdfast.response import Notices, Pace, People, SignIn, Timeline, shipped_staff_policy
from holdfast.response.book import Book
from holdfast.response.staff import StaffBulletin, StaffGate, StaffReplica, Take
from holdfast.testing import SetClock

START = 1_600_000_000_000
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
STAFF = {
    "alice": Role.SUPPORT,
    "bob": Role.SUPPORT,
    "sam": Role.SPECIALIST,
    "cora": Role.COMMANDER,
    "carl": Role.COMMANDER,
    "adam": Role.ADMINISTRATOR,
    "ada": Role.ADMINISTRATOR,
}


class Desk:
    """A gate, whoever works at it, and copies of it that may be behind."""

    def __init__(self, store, clock, policy=None, key=b"k" * 32):
        self.store, self.clock = store, clock
        self.book = Book(store, Pace(), Timeline())
        self.notices = Notices(self.book)
        self.people = People(self.book, self.notices)
        for name, role in STAFF.items():
            if name not in self.people.persons:
                self.people.add(name, "", [role], "root", clock.now(), vouched=True)
        self.signin = SignIn(self.book, self.people, self.notices, NoSignatures())
        policy = policy or shipped_staff_policy()
        self.accounts = []  # whom the platform has named
        self.gate = StaffGate(
            self.book,
            self.people,
            self.signin,
            self.notices,
            policy,
            link_key=key,
            alike=lambda id_: [each for each in self.accounts if spelling_key(each) == spelling_key(id_)],
            value_key=key,
        )
        self.bulletin = StaffBulletin(self.gate, "run")

    @property
    def now(self):
        """The time of the owner."""
        return self.clock.now()

    def caller(self, name):
        """Somebody who has just signed in."""
        roles = self.people.person(name).roles
        return Caller(
            person=name, roles=roles, scopes=PERSON_SCOPES, via=Via.PASSKEY, credential="k", signed_in_at=self.now
        )

    def session(self, name, network="office", number=1):
        """A session of the tools, and its id."""
        id_ = hashlib.sha256(f"{name}/{number}/{self.now}".encode()).hexdigest()
        return self.gate.sessions.open(id_, self.caller(name), self.now, network=network, device="laptop").id

    def asked(self, session, function="account.look_up", target="account-1", ticket="T-1", **more):
        """A question."""
        payload = more.pop("payload", {})
        return ToolQuestion(
            session=session,
            action=ToolAction(tool="support_desk", function=function, target=target, payload=payload),
            reason=more.pop("reason", "the holder called"),
            ticket=ticket,
            network=more.pop("network", "office"),
            time=more.pop("time", self.now),
        )

    def copy(self):
        """A process that answers, as fresh as what was published."""
        replica = StaffReplica()
        self.bulletin.publish()
        for packet in self.bulletin.packets.since(""):
            replica.take(packet.data)
        return replica

    def tried(self, *questions, copy=None):
        """What the owner says to questions that a copy has answered."""
        state = (copy or self.copy()).state
        taken = [Take(question=each, answer=state.answer(each, unseen=0)) for each in questions]
        return self.gate.take(taken, self.now)

    def lock(self, level, **more):
        """A lockdown."""
        usual = {"until": self.now + HOUR, "why": "a call came in", "placed_by": "cora", "named": ("cora", "carl")}
        return self.gate.locks.place(Lock(id="", level=level, starts=0, **{**usual, **more}), self.now)

    def protect(self, account, tier=Tier.PROTECTED):
        """Guard an account."""
        return self.gate.protecting.protect(account, tier, "cora", "head of state", self.now)

    def keys(self, prefix=""):
        """The keys on the ledger that begin so, in order."""
        return [each.record.key for each in self.store.entries() if each.record.key.startswith(prefix)]


def open_store(where=":memory:"):
    """A store whose secrets follow from a seed."""
    return SqlStore(where, signer=seeded_signer(7), salt=seeded_salts(7))


@pytest.fixture
def clock():
    """A clock at `START`."""
    return SetClock(START)


@pytest.fixture
def store():
    """A store in memory."""
    with open_store() as opened:
        yield opened


@pytest.fixture
def desk(store, clock):
    """A gate with its staff."""
    return Desk(store, clock)


@pytest.fixture
def make_desk():
    """Gates made anew, on stores of one's own."""
    return Desk
