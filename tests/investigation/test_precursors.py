"""An account's time line before it was used, as a person reads it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import (
    AppAuthorised,
    CredentialChange,
    DataExport,
    DataRead,
    ProfileChange,
    ResetRequested,
    SecurityEvent,
    SessionEnded,
    SignIn,
    StaffAction,
)
from holdfast.investigation import precursors

STORY: list[SecurityEvent] = [
    SignIn(account="a", time=1, outcome="ok", country="US", asn="AS1", client="web"),
    SignIn(account="a", time=2, outcome="ok", country="US", asn="AS2"),
    SignIn(account="a", time=10, outcome="refused", country="RU"),
    StaffAction(staff="eve", time=11, tool="desk", action="view", target="a"),
    StaffAction(staff="bob", time=12, tool="desk", action="view", target="a", ticket="t1"),
    CredentialChange(
        account="a",
        time=13,
        what="email",
        change="replaced",
        by="staff",
        staff="eve",
        tool_session="ts-9",
        new_hash="h",
    ),
    CredentialChange(account="a", time=14, what="mfa", change="removed", by="system"),
    ResetRequested(account="a", time=15, channel="email"),
    SignIn(account="a", time=16, outcome="ok", country="RU", asn="AS666"),
    SignIn(account="a", time=17, outcome="ok", country="RU", asn="AS666", method="recovery"),
    DataRead(account="a", time=18, what="messages", by="staff", staff="eve"),
    AppAuthorised(account="a", time=19, app="kit"),
    DataExport(account="a", time=20, stage="requested"),
    ProfileChange(account="a", time=21, what="name", old="Ann", new="Tesla"),
    SessionEnded(account="a", time=22, session="s"),
    ResetRequested(account="b", time=15, channel="email"),
]


def test_the_story_is_told_line_by_line() -> None:
    """Each event that can precede a misuse has its kind; what is ordinary weighs little, what staff did weighs much."""
    lines = precursors("a", STORY, 100)
    assert [line.kind for line in lines] == [
        "sign-in",
        "sign-in from a new network",
        "sign-in refused",
        "looked up by staff without a ticket",
        "looked up by staff",
        "credential changed by staff",
        "second factor removed",
        "reset requested",
        "sign-in from a new country",
        "sign-in by recovery",
        "inbox read by staff",
        "app authorised",
        "export",
        "handle or name changed",
    ]
    assert lines[5].text == "email replaced by staff member eve in tool session ts-9"
    assert lines[5].weight == 4.0
    assert lines[0].weight < 1 < lines[1].weight < lines[8].weight


def test_only_what_came_before_is_told() -> None:
    """The line ends at the time asked for; events before its beginning still tell what is new to the account."""
    lines = precursors("a", STORY, 16, since=16)
    assert [line.kind for line in lines] == ["sign-in from a new country"]


def test_a_platform_may_bring_its_own_rates() -> None:
    """Weights follow the rates given; those not given keep their default."""
    lines = precursors("a", STORY, 15, since=14, rates={"reset requested": 0.1})
    assert [round(line.weight, 1) for line in lines] == [3.3, 1.0]


@given(st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_matter(shuffler: Any) -> None:
    """Events late or twice tell the same story."""
    events = [*STORY, *STORY[3:9]]
    shuffler.shuffle(events)
    assert [(line.time, line.kind) for line in precursors("a", events, 100)] == [
        (line.time, line.kind) for line in precursors("a", STORY, 100)
    ]
