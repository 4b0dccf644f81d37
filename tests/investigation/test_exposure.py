"""What was reached, for certain and at most."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import (
    AppAuthorised,
    CredentialChange,
    DataExport,
    DataRead,
    ProfileChange,
    SecurityEvent,
    SignIn,
    StaffAction,
)
from holdfast.investigation import Count, Hands, Sureness, exposure

TAKEN = 100
EVENTS: list[SecurityEvent] = [
    # a: taken by swap, entered, inbox read, archive taken away
    SignIn(account="a", time=5, outcome="ok", session="home"),
    StaffAction(staff="eve", time=100, tool="desk", action="view", target="a", tool_session="ts"),
    CredentialChange(
        account="a", time=101, what="email", change="replaced", by="staff", staff="eve", tool_session="ts"
    ),
    SignIn(account="a", time=110, outcome="ok", session="bad"),
    DataRead(account="a", time=120, what="messages", by="holder", session="home", count=9, counterpart_count=4),
    DataRead(account="a", time=121, what="messages", by="holder", session="bad", count=50, counterpart_count=7),
    DataExport(account="a", time=122, stage="requested", session="bad"),
    DataExport(account="a", time=180, stage="downloaded", session="bad", bytes=1_000),
    ProfileChange(account="a", time=181, what="name", old="x", new="y"),
    AppAuthorised(account="a", time=182, app="kit"),
    CredentialChange(account="a", time=190, what="password", change="replaced", by="holder", session="bad"),
    # b: looked at by staff, read by nobody knows whom
    StaffAction(staff="eve", time=100, tool="desk", action="view", target="b", tool_session="ts"),
    DataRead(account="b", time=130, what="messages", count=3, counterpart_count=2),
    DataRead(account="b", time=90, what="messages", count=30, counterpart_count=20),
    DataRead(account="b", time=131, what="contacts", by="staff", staff="bob", session="ts-bob"),
    # c: touched, and only its holder was ever there
    SignIn(account="c", time=4, outcome="ok", session="mine"),
    DataRead(account="c", time=140, what="messages", session="mine", count=8, counterpart_count=8),
    DataExport(account="c", time=150, stage="requested"),
]
HANDS = Hands(tool_sessions=frozenset({"ts"}))


def test_what_the_intruder_did_is_told_apart_from_the_holder() -> None:
    """Deeds of sessions opened since are confirmed, those of older sessions are the holder's, unsigned ones may be."""
    a, b, c = exposure(dict.fromkeys("abc", TAKEN), EVENTS, 200, HANDS).accounts
    assert (a.sessions, a.staff, a.inbox) == (("bad",), ("eve",), Sureness.CONFIRMED)
    assert (a.messages, a.counterparts) == (Count(confirmed=50, up_to=50), Count(confirmed=7, up_to=7))
    assert (a.export, a.exported, a.export_bytes) == ("downloaded", Sureness.CONFIRMED, 1_000)
    assert (a.credentials_changed, a.profile_changed, a.apps) == (("email", "password"), ("name",), ("kit",))
    assert (b.inbox, b.messages, b.contact_data) == (Sureness.UP_TO, Count(up_to=3), Sureness.CONFIRMED)
    assert b.contacts is Sureness.NO
    assert (c.inbox, c.export, c.exported, c.sessions) == (Sureness.NO, "requested", Sureness.UP_TO, ())


def test_totals_say_at_least_and_at_most() -> None:
    """Each total counts accounts for certain and at most, with its as-of time."""
    found = exposure(dict.fromkeys("abc", TAKEN), EVENTS, 200, HANDS)
    assert found.as_of == 200
    assert (found.entered, found.credentials_changed) == (1, 1)
    assert found.inboxes_read == Count(confirmed=1, up_to=2)
    assert found.messages == Count(confirmed=50, up_to=53)
    assert found.counterparts == Count(confirmed=7, up_to=9)
    assert found.contact_data_viewed == Count(confirmed=2, up_to=2)
    assert (found.exports, found.exports_downloaded) == (Count(confirmed=1, up_to=2), Count(confirmed=1, up_to=1))


def test_what_is_not_known_yet_is_not_told() -> None:
    """An earlier as-of time gives the figures as they were then."""
    found = exposure(dict.fromkeys("abc", TAKEN), EVENTS, 122, HANDS)
    assert found.accounts[0].export == "requested"
    assert found.exports_downloaded == Count()


def test_without_named_staff_their_deeds_are_possible() -> None:
    """As long as nobody is named, what any staff member did since may have been the intruder."""
    b = exposure({"b": TAKEN}, EVENTS, 200).accounts[0]
    assert (b.contact_data, b.contacts, b.staff) == (Sureness.UP_TO, Sureness.UP_TO, ("eve", "bob"))


def test_a_stolen_session_is_named_though_it_is_old() -> None:
    """With the session named as stolen, what it did is the intruder's for certain."""
    c = exposure({"c": TAKEN}, EVENTS, 200, Hands(sessions=frozenset({"mine"}))).accounts[0]
    assert (c.inbox, c.sessions) == (Sureness.CONFIRMED, ("mine",))


def test_where_reads_are_not_recorded_every_entered_inbox_may_be_read() -> None:
    """A platform without a record of reading has to say "up to" for each account that was entered."""
    events: list[SecurityEvent] = [SignIn(account="a", time=110, outcome="ok", session="bad")]
    assert exposure({"a": TAKEN}, events, 200).inboxes_read == Count()
    assert exposure({"a": TAKEN}, events, 200, Hands(reads_recorded=False)).inboxes_read == Count(up_to=1)


@given(st.randoms(use_true_random=False), st.booleans())
def test_order_and_repeats_do_not_matter(shuffler: Any, with_ids: bool) -> None:  # noqa: FBT001
    """An event twice is counted once, by its id or by all it says; the order of arrival changes nothing."""
    events = EVENTS
    if with_ids:
        events = [msgspec.structs.replace(event, id=str(number)) for number, event in enumerate(EVENTS)]
    again = [*events, *events]
    shuffler.shuffle(again)
    taken = dict.fromkeys("abc", TAKEN)
    assert exposure(taken, again, 200, HANDS) == exposure(taken, events, 200, HANDS)
