"""`holdfast people` and `holdfast token`: who is there, and by what they are known, at a running service."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal, TypeAlias

import cyclopts
from cyclopts import Parameter

from holdfast.app.server.token import hashed, new_token

from .options import Json
from .service import Service, Url, at, say

Id = Annotated[str, Parameter(help="The id of a person.")]
# Spelled out, for the room that knows them takes a while to import; a test compares them.
Role: TypeAlias = Literal[
    "responder",
    "commander",
    "approver",
    "investigator",
    "communicator",
    "auditor",
    "administrator",
    "support",
    "specialist",
]
Scope: TypeAlias = Literal["guard:ask", "guard:snapshot", "events:tell", "tickets:tell", "read", "decide", "people"]
Roles = Annotated[tuple[Role, ...], Parameter(name="--role", negative="", help="What they are for. May be repeated.")]
Name = Annotated[str | None, Parameter(help="What others call them.")]
All = Annotated[bool, Parameter(negative="", help="Those too that count no more.")]

people = cyclopts.App(name="people", help="Who may take part in responses, and as what. Takes the scope `people`.")
token = cyclopts.App(
    name="token",
    help="The secrets by which people and programs are known to the service. Without a command: make one for the "
    "settings of `holdfast serve` and show it once, with the hash that goes there. It is a program's: it asks the "
    "guard, tells events and looks.",
)


@people.command(name="list")
def list_people(*, all: All = False, url: Url = None, json: Json = False) -> None:  # noqa: A002 - the word people type
    """Show who is registered."""
    for each in Service(url).every("/v1/people", all_=all):
        say([_person(each)], each, json=json)


@people.command
def add(person: Id, *, role: Roles = (), name: Name = None, url: Url = None, json: Json = False) -> None:
    """Register somebody. They look, and no more, until another administrator confirms them."""
    found = Service(url).send("POST", "/v1/people", {"id": person, "name": name or "", "roles": role})
    say([_person(found)], found, json=json)


@people.command
def change(person: Id, *, role: Roles = (), name: Name = None, url: Url = None, json: Json = False) -> None:
    """Give somebody these roles in place of all they had, and this name if one is given.

    Whoever was taken out is there again, without the tokens and passkeys they had, and to be confirmed.
    """
    found = Service(url).send("PUT", at("people", person), {"name": name, "roles": role})
    say([_person(found)], found, json=json)


@people.command(name="remove")
def take_out(person: Id, *, url: Url = None, json: Json = False) -> None:
    """Let somebody be there no more: their tokens, passkeys and approvals count no longer. They stay on record."""
    found = Service(url).send("DELETE", at("people", person))
    say([_person(found)], found, json=json)


@people.command
def confirm(
    person: Id,
    *credential: Annotated[
        str, Parameter(help="A token or passkey of theirs, by its id as they have told you.", allow_leading_hyphen=True)
    ],
    url: Url = None,
    json: Json = False,
) -> None:
    """Vouch for somebody whom another administrator registered, and for tokens and passkeys that are theirs.

    Ask the person, in their own voice, what theirs are called: `holdfast token renew` and their page of passkeys say
    so. What you confirm decides from then on.
    """
    found = Service(url).send("POST", at("people", person, "confirmation"), {"credentials": credential})
    say([_person(found)], found, json=json)


@people.command
def enrol(
    person: Id,
    *,
    hours: Annotated[
        int | None, Parameter(help="How long the link can be used; without it, as the settings say.")
    ] = None,
    url: Url = None,
    json: Json = False,
) -> None:
    """Make a link by which somebody makes a passkey, once, and show it this once. Their earlier links count no more."""
    found = Service(url).send("POST", at("people", person, "enrolments"), {"hours": hours})
    say(
        [
            f"{found['link']}",
            f"for {found['person']}, until {found['expires_at']}; hand it over where nobody else reads it",
        ],
        found,
        json=json,
    )


@people.command
def passkeys(person: Id, *, url: Url = None, json: Json = False) -> None:
    """Show the passkeys that somebody has or had."""
    for each in Service(url).get(at("people", person, "passkeys"))["items"]:
        gone = f"  revoked {each['revoked_at']}" if each["revoked_at"] else ""
        say([f"{each['id']}  {each['label'] or '-'}  added {each['added_at']}{gone}{_word(each)}"], each, json=json)


@people.command
def revoke_passkey(
    passkey: Annotated[
        str, Parameter(help="Its id, as `holdfast people passkeys` shows it.", allow_leading_hyphen=True)
    ],
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Have a passkey count no more, nor its sessions, nor what it signed and was not carried out yet."""
    found = Service(url).send("DELETE", at("passkeys", passkey))
    say([f"{found['id']}  of {found['person']}, revoked {found['revoked_at']}"], found, json=json)


@token.default
def make_here() -> None:
    """Make a bearer token for the settings, and show it once.

    The first line is for those who ask; keep it as you keep a password. The second is for the settings file: who reads
    it there cannot ask.
    """
    made = new_token()
    sys.stdout.write(f'token       {made}\ntoken_hash = "{hashed(made)}"\n')


@token.command(name="list")
def list_tokens(*, all: All = False, url: Url = None, json: Json = False) -> None:  # noqa: A002 - the word people type
    """Show the tokens, without their secrets."""
    for each in Service(url).every("/v1/tokens", all_=all):
        say([_token(each)], each, json=json)


@token.command
def make(  # noqa: PLR0913 - each is a word on the command line
    person: Annotated[str, Parameter(help="Whose it is; without it, a program's.")] = "",
    *,
    scope: Annotated[
        tuple[Scope, ...],
        Parameter(
            negative="",
            help="What it is for. May be repeated. Without it read and decide for a person, guard:ask and events:tell "
            "for a program.",
        ),
    ] = (),
    days: Annotated[int, Parameter(help="How long it counts.")] = 90,
    label: Annotated[str, Parameter(help="What it is for, to know it by.")] = "",
    url: Url = None,
    json: Json = False,
) -> None:
    """Make a token at the service, and show it this once.

    One for another person looks, and no more, until they have renewed it and another administrator has confirmed it.
    """
    body = {"person": person, "scopes": scope, "days": days, "label": label}
    found = Service(url).send("POST", "/v1/tokens", body)
    say([f"token  {found['token']}", _token(found["made"])], found, json=json)


@token.command
def renew(*, url: Url = None, json: Json = False) -> None:
    """Have another secret in place of the token in HOLDFAST_TOKEN, and show it this once.

    Whoever made the one you have knows it. The new one ends when the old one would have; approvals that were given with
    the old one and not carried out yet count no more.
    """
    made = new_token()
    found = Service(url).send("POST", "/v1/tokens/renewal", {"hash": hashed(made)})
    say([f"token  {made}", _token(found)], {"token": made, "made": found}, json=json)


@token.command
def revoke(
    token: Annotated[str, Parameter(help="Its id, as `holdfast token list` shows it.")],
    *,
    url: Url = None,
    json: Json = False,
) -> None:
    """Have a token count no more, nor the approvals that were given with it."""
    found = Service(url).send("DELETE", at("tokens", token))
    say([_token(found)], found, json=json)


def _person(found: dict[str, Any]) -> str:
    gone = "" if found["active"] else f"  taken out {found['until']}"
    return f"{found['id']}  {', '.join(found['roles']) or 'no role'}  {found['name']}{gone}{_word(found)}"


def _token(found: dict[str, Any]) -> str:
    whose = found["person"] or "a program"
    ends = f"revoked {found['revoked_at']}" if found["revoked_at"] else f"until {found['expires_at']}"
    return f"{found['id']}  {whose}  {', '.join(found['scopes'])}  {ends}  {found['label']}{_word(found)}"


def _word(found: dict[str, Any]) -> str:
    return f"  to be confirmed: on the word of {found['on_word_of']} alone" if found["on_word_of"] else ""
