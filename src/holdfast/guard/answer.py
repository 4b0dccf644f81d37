"""What does the guard answer, and what is the person told who was stopped?

The message is honest: it says what did not happen, the true reason, until when, and what can be done. It gives away
nothing that only the platform knows of the intruder. In 2020 the people held were told that their request "looks like
it might be automated"; it did not, and nobody could act on it.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping

import msgspec

from .question import Action


@enum.unique
class Verdict(enum.StrEnum):
    """What the platform is to do: let it happen, keep it back for a person to look at, or not do it."""

    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


@enum.unique
class Reason(enum.StrEnum):
    """Why something was not allowed: a closed list, the same in every version."""

    ACCOUNT_HELD = "account_held"  # this account may not post or message
    SIGN_IN_HELD = "sign_in_held"  # nobody may sign in to this account
    CREDENTIALS_HELD = "credentials_held"  # the credentials of this account may not change
    EXPORT_HELD = "export_held"  # the data of this account may not leave
    COHORT_HELD = "cohort_held"  # a precaution for a whole group that this account is in
    LURE_HELD = "lure_held"  # it contains what a campaign wants people to follow
    LURE_HELD_HERE = "lure_held_here"  # it contains what this account, but not others, may not post just now
    NEAR_DUPLICATE_HELD = "near_duplicate_held"  # it is much like a text of a campaign
    UNREADABLE = "unreadable"  # it is too long to be read in time, so it cannot be judged
    APP_HELD = "app_held"  # the third-party client is shut out
    STAFF_HELD = "staff_held"  # this staff member has no tools
    TOOL_SESSION_HELD = "tool_session_held"  # this session of an internal tool is over
    TOOL_HELD = "tool_held"  # nobody has this tool, or this function of it
    STATE_UNSEEN = "state_unseen"  # it cannot be known just now what is held, and then nothing may happen here


# What a person may still release; everything else is refused outright.
KEPT_BACK = frozenset({Reason.NEAR_DUPLICATE_HELD, Reason.UNREADABLE})

_SAYS_A_LURE = frozenset({Reason.LURE_HELD, Reason.LURE_HELD_HERE, Reason.NEAR_DUPLICATE_HELD})


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, its reasons and the holds that gave them, by the snapshot of this `version`.

    `until` (milliseconds since 1970 UTC) is when the last of those holds ends by itself; None: when a person lifts it.
    """

    verdict: Verdict
    action: Action
    version: int
    reasons: tuple[Reason, ...] = ()
    holds: tuple[str, ...] = ()
    until: int | None = None

    @property
    def message(self) -> str:
        """What to tell the person; empty when it is allowed."""
        if self.verdict is Verdict.ALLOW:
            return ""
        what = _WHAT[self.action] if self.verdict is Verdict.REFUSE else _KEPT
        why = " ".join(_WHY[reason] for reason in self.reasons)
        able = dict.fromkeys(_ABLE[reason] for reason in self.reasons)
        return " ".join(part for part in (what, why, self._end(), *able) if part)

    def _end(self) -> str:
        if self.verdict is Verdict.HOLD or self.reasons == (Reason.STATE_UNSEEN,):
            return ""
        if self.until is None:
            return "This stands until a person has looked at it."
        end = dt.datetime.fromtimestamp(-(-self.until // 60_000) * 60, tz=dt.UTC)
        return f"This ends by itself at {end:%H:%M} UTC on {end.day} {end:%B %Y} at the latest, unless it is renewed."


def says_a_lure(answer: Answer) -> bool:
    """Whether something was stopped for what it says."""
    return answer.verdict is not Verdict.ALLOW and not _SAYS_A_LURE.isdisjoint(answer.reasons)


_KEPT = "This has not been published. It is kept, and a person will look at it."

_WHAT: Mapping[Action, str] = {
    Action.POST: "This post was not published.",
    Action.MESSAGE: "This message was not sent.",
    Action.SIGN_IN: "Signing in to this account is stopped.",
    Action.CREDENTIAL_CHANGE: "The sign-in details of this account were not changed.",
    Action.EXPORT: "The data of this account was not handed out.",
    Action.TOOL: "This was not done.",
}

_TAKEN = "We have reason to think that somebody other than its owner has been using this account."

_WHY: Mapping[Reason, str] = {
    Reason.ACCOUNT_HELD: _TAKEN,
    Reason.SIGN_IN_HELD: _TAKEN,
    Reason.CREDENTIALS_HELD: "Somebody other than its owner may be trying to take over this account.",
    Reason.EXPORT_HELD: "Somebody other than its owner may be trying to take the data of this account.",
    Reason.COHORT_HELD: (
        "Accounts on this platform are being taken over just now. As a precaution this is stopped for a whole group of "
        "accounts that this one belongs to. It does not mean that this account has done anything, or was broken into."
    ),
    Reason.LURE_HELD: (
        "It contains an address, link or name with which people are being deceived from accounts that were taken over. "
        "Nobody can post it just now, not even to warn of it, because every copy leads more people to it."
    ),
    Reason.LURE_HELD_HERE: (
        "It contains a name that is being misused in posts from accounts that were taken over, and somebody other "
        "than its owner may be using this account."
    ),
    Reason.NEAR_DUPLICATE_HELD: "It is much like a text that is being posted from accounts that were taken over.",
    Reason.UNREADABLE: "It is too long to be checked in time while accounts are being taken over.",
    Reason.APP_HELD: "The app it came from is shut out while we find out whether it is being misused.",
    Reason.STAFF_HELD: "Your staff access is held while an incident is being looked into.",
    Reason.TOOL_SESSION_HELD: "This session of the tool was ended because of an incident.",
    Reason.TOOL_HELD: "This tool, or this function of it, is held for everybody because of an incident.",
    Reason.STATE_UNSEEN: "It cannot be checked just now; that is a fault on our side, not yours.",
}

_OWNER = "If this is your account, prove it through account recovery; nothing in it is lost."
_WAIT = "There is nothing you need to do; try again when it has ended."
_WARN = "To warn others, describe it without repeating it."
_AGAIN = "Try again in a minute."
_DESK = "Call the incident desk by the number you know, not by one that somebody gives you."

_ABLE: Mapping[Reason, str] = {
    Reason.ACCOUNT_HELD: _OWNER,
    Reason.SIGN_IN_HELD: _OWNER,
    Reason.CREDENTIALS_HELD: _OWNER,
    Reason.EXPORT_HELD: _OWNER,
    Reason.COHORT_HELD: _WAIT,
    Reason.LURE_HELD: _WARN,
    Reason.LURE_HELD_HERE: _OWNER,
    Reason.NEAR_DUPLICATE_HELD: "If you wrote it yourself, it will be released; there is no need to post it again.",
    Reason.UNREADABLE: "A shorter version can be posted at once.",
    Reason.APP_HELD: "You can go on without the app, on the platform itself.",
    Reason.STAFF_HELD: _DESK,
    Reason.TOOL_SESSION_HELD: _DESK,
    Reason.TOOL_HELD: _DESK,
    Reason.STATE_UNSEEN: _AGAIN,
}
