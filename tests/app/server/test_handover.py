"""What an owner leaves in its store, and what somebody who stands by reads of it."""

import time

import pytest

from holdfast.app.server.handover import PACKETS, Handover, Left, life_in, packets_in, roll_in
from holdfast.app.server.link import Beat
from holdfast.app.server.logs import make_log
from holdfast.app.server.settings import load
from holdfast.backends import SqlStore
from holdfast.containment import Packet, Packets
from holdfast.errors import DeposedError, SettingsError
from holdfast.ledger import seeded_signer


@pytest.fixture
def place(tmp_path):
    """Where the store is."""
    return tmp_path / "holdfast.db"


@pytest.fixture
def owned(place):
    """A store that has an owner."""
    with SqlStore(place, signer=seeded_signer(1), owned=True) as store:
        yield store


def handover(store, packets):
    """What the owner of `store` leaves `packets` with."""

    def pulse():
        return Beat(seen_at=time.monotonic(), at=time.monotonic(), now=7)

    return Handover(store, packets, pulse, lost=lambda: None, log=make_log())


def step(seq, *, run="a", whole=False):
    """A packet that can be told from others."""
    return Packet(run, seq, whole, f"{run}{seq}{whole}".encode())


def follow(place, known):
    """Bring `known` up to date; the sign of life."""
    with SqlStore(place, signer=seeded_signer(1)) as store, store.look() as look:
        life = life_in(look)
        for packet in list(packets_in(look, life, known)):
            known.add(packet)
    return life


def test_who_follows_gets_the_whole_packet_first_and_then_the_steps(place, owned):
    """Whoever has nothing and whoever has some come to the same, and nothing is left that nobody needs."""
    packets, known = Packets(), Packets()
    giving = handover(owned, packets)
    packets.add(step(0, whole=True))
    giving.leave()
    assert (7, 1, 1) == tuple(getattr(follow(place, known), name) for name in ("now", "turn", "number"))
    packets.add(step(1))
    packets.add(step(2))
    giving.leave()
    follow(place, known)
    assert packets.since("") == known.since("")
    packets.add(step(2, whole=True))
    packets.add(step(3))
    giving.leave()
    late = Packets()
    follow(place, late)
    follow(place, known)
    assert [step(2, whole=True), step(3)] == late.since("")
    assert "a-3" == known.at == late.at
    with owned.look() as look:
        assert {"whole/000000000000002", "step/000000000000003"} == {key for key, _ in look.all(PACKETS, Left)}


def test_who_was_away_while_a_whole_packet_came_passes_no_gap_on(place, owned):
    """What it hands on to one who stands where it stood begins with the whole packet, not behind a missing step."""
    packets, known = Packets(), Packets()
    giving = handover(owned, packets)
    for each in (step(0, whole=True), step(1)):
        packets.add(each)
    giving.leave()
    follow(place, known)
    for each in (step(2), step(2, whole=True), step(3)):
        packets.add(each)
    giving.leave()
    follow(place, known)
    assert [step(2, whole=True), step(3)] == known.since("a-1")


def test_the_next_owner_leaves_nothing_of_the_one_before(place):
    """Its packets take the place of the others, whatever their numbers are."""
    known = Packets()
    for run, last in (("a", 3), ("b", 1)):
        packets = Packets()
        packets.add(step(0, run=run, whole=True))
        for seq in range(1, last + 1):
            packets.add(step(seq, run=run))
        with SqlStore(place, signer=seeded_signer(1), owned=True) as store:
            handover(store, packets).leave()
        follow(place, known)
        assert packets.since("") == known.since("")


def test_who_has_lost_the_store_leaves_nothing_there(place, owned):
    """The fence stands before this, too."""
    packets = Packets()
    packets.add(step(0, whole=True))
    with SqlStore(place, signer=seeded_signer(1)) as other, other.begin() as transaction:
        transaction.put("anything", "at all", step(1))
    with pytest.raises(DeposedError):
        handover(owned, packets).leave()
    with owned.look() as look:
        assert life_in(look) is None
        assert roll_in(look).nobody


def test_a_record_in_a_file_has_no_standby():
    """That is said at the start, with what to do."""
    with pytest.raises(SettingsError, match="no standby") as caught:
        load(None, {"HOLDFAST_SERVER_STANDBY": "true"})
    assert "PostgreSQL" in caught.value.advice
    told = {"store.address": "postgresql://holdfast@/holdfast", "store.key": "k", "server.standby": True}
    assert load(None, {}, told).server.standby
