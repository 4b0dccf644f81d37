"""What does a platform ask before it lets something happen?"""

from __future__ import annotations

import enum

import msgspec


@enum.unique
class Action(enum.StrEnum):
    """What somebody is about to do."""

    POST = "post"
    MESSAGE = "message"
    SIGN_IN = "sign_in"
    CREDENTIAL_CHANGE = "credential_change"
    EXPORT = "export"
    TOOL = "tool"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May `account` do this at `time` (milliseconds since 1970 UTC)?

    `text` and `urls` are what a post or message says. `staff`, `tool_session`, `tool` and `function` are given when it
    is done through an internal tool, whatever the action; `app` when it is done through a third-party client.
    """

    account: str
    action: Action
    time: int
    text: str = ""
    urls: tuple[str, ...] = ()
    staff: str = ""
    tool_session: str = ""
    tool: str = ""
    function: str = ""
    app: str = ""
