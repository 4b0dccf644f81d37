"""What can happen on a platform: one frozen record for each kind of event.

Times are integer milliseconds since 1970-01-01 UTC. Ids are opaque strings. Empty strings stand for "not said".
Posts travel in Arrow record batches on the hot path (`posts.py`); the `Post` record here is the same fact by itself.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

IN_VAIN = frozenset({"refused", "denied", "failed", "error"})
"""Outcomes, in the words of any tool, of what staff tried that came to nothing."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every event carries; `unknown` keeps the fields we have no name for, as they came."""

    time: int
    id: str = ""
    platform: str = ""
    unknown: dict[str, Any] = {}


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture or film of a post: content hash, path or address, perceptual hash in hex, texts of its QR codes."""

    sha256: str = ""
    path: str = ""
    url: str = ""
    alt: str = ""
    phash: str = ""
    codes: tuple[str, ...] = ()


class Post(Event, frozen=True, kw_only=True, omit_defaults=True, tag="post"):
    """An account said something. `id` is required here. `reach` counts followers."""

    account: str
    text: str
    urls: tuple[str, ...] = ()
    lang: str = ""
    client: str = ""
    repost_of: str = ""
    reply_to: str = ""
    quote_of: str = ""
    reach: int | None = None
    verified: bool | None = None
    media: tuple[Media, ...] = ()
    edited: bool | None = None


class PostRemoved(Event, frozen=True, kw_only=True, omit_defaults=True, tag="post_removed"):
    """The post named by `id` is gone."""

    by: Literal["holder", "platform", "staff"]
    reason: str = ""


Tier: TypeAlias = Literal["ordinary", "high_reach", "official", "protected"]


class Account(Event, frozen=True, kw_only=True, omit_defaults=True, tag="account"):
    """What is known of an account at this time; `org` is shared by accounts run by one body."""

    account: str
    handle: str = ""
    name: str = ""
    verified: bool = False
    reach: int = 0
    tier: Tier = "ordinary"
    created: int | None = None
    org: str = ""
    has_passkey: bool = False
    mfa: str = ""


class SignIn(Event, frozen=True, kw_only=True, omit_defaults=True, tag="sign_in"):
    """Somebody opened, or failed to open, a session of an account."""

    account: str
    outcome: Literal["ok", "refused"]
    session: str = ""
    ip: str = ""
    asn: str = ""
    country: str = ""
    device: str = ""
    client: str = ""
    method: Literal["", "password", "passkey", "otp", "sms", "recovery", "token"] = ""


class SessionEnded(Event, frozen=True, kw_only=True, omit_defaults=True, tag="session_ended"):
    """A session is over."""

    account: str
    session: str
    by: str = ""


class CredentialChange(Event, frozen=True, kw_only=True, omit_defaults=True, tag="credential_change"):
    """What proves the holder was changed; `new_hash` is a salted hash of the new value, so that repeats show."""

    account: str
    what: Literal["email", "phone", "password", "mfa", "passkey", "recovery"]
    change: Literal["", "added", "removed", "replaced"] = ""
    by: Literal["", "holder", "staff", "system"] = ""
    staff: str = ""
    tool_session: str = ""
    new_hash: str = ""
    session: str = ""
    carrier: str = ""


class ResetRequested(Event, frozen=True, kw_only=True, omit_defaults=True, tag="reset_requested"):
    """Somebody asked for a new password through a channel."""

    account: str
    channel: str = ""
    hint_hash: str = ""
    session: str = ""


class AppAuthorised(Event, frozen=True, kw_only=True, omit_defaults=True, tag="app_authorised"):
    """A third-party client was let in."""

    account: str
    app: str
    scopes: tuple[str, ...] = ()
    by: str = ""


class AppRevoked(Event, frozen=True, kw_only=True, omit_defaults=True, tag="app_revoked"):
    """A third-party client was shut out."""

    account: str
    app: str
    scopes: tuple[str, ...] = ()
    by: str = ""


class DataRead(Event, frozen=True, kw_only=True, omit_defaults=True, tag="data_read"):
    """Private data of an account was looked at."""

    account: str
    what: Literal["messages", "contacts", "profile_private"]
    by: Literal["", "holder", "staff", "app"] = ""
    staff: str = ""
    session: str = ""
    count: int = 0
    counterpart_count: int = 0


class DataExport(Event, frozen=True, kw_only=True, omit_defaults=True, tag="data_export"):
    """An archive of everything an account holds was asked for, made, or taken away."""

    account: str
    stage: Literal["requested", "ready", "downloaded"]
    by: str = ""
    session: str = ""
    bytes: int = 0


class ProfileChange(Event, frozen=True, kw_only=True, omit_defaults=True, tag="profile_change"):
    """What an account shows of itself was changed."""

    account: str
    what: Literal["handle", "name", "avatar", "bio", "url"]
    old: str = ""
    new: str = ""


class StaffAction(Event, frozen=True, kw_only=True, omit_defaults=True, tag="staff_action"):
    """A staff member did something to `target` in an internal tool, for a `ticket` or out of a `queue`, where given."""

    staff: str
    tool: str
    action: str
    target: str
    tool_session: str = ""
    outcome: str = ""
    ticket: str = ""
    queue: str = ""
    reason: str = ""
    ip: str = ""
    device: str = ""
    approvals: tuple[str, ...] = ()


class StaffSignIn(Event, frozen=True, kw_only=True, omit_defaults=True, tag="staff_sign_in"):
    """A staff member opened, or failed to open, a session of an internal tool."""

    staff: str
    outcome: str
    ip: str = ""
    asn: str = ""
    device: str = ""
    method: str = ""
    tool_session: str = ""


class StaffReport(Event, frozen=True, kw_only=True, omit_defaults=True, tag="staff_report"):
    """A staff member reported something that was tried on them."""

    staff: str
    kind: Literal["vishing", "phishing", "lost_device", "other"]
    text: str = ""


class Report(Event, frozen=True, kw_only=True, omit_defaults=True, tag="report"):
    """Somebody complained about an account or a post."""

    account: str = ""
    post: str = ""
    by: str = ""
    category: str = ""
    text: str = ""


SecurityEvent: TypeAlias = (
    PostRemoved
    | Account
    | SignIn
    | SessionEnded
    | CredentialChange
    | ResetRequested
    | AppAuthorised
    | AppRevoked
    | DataRead
    | DataExport
    | ProfileChange
    | StaffAction
    | StaffSignIn
    | StaffReport
    | Report
)
AnyEvent: TypeAlias = Post | SecurityEvent
