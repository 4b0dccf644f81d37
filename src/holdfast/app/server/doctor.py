"""Would the service run here? One look at each thing it stands on, and what to do where it would not."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from holdfast.app.policies import load_policies, load_policy, load_staff_policy, tools_out_of_reach
from holdfast.app.signin.oidc import client_secret
from holdfast.backends import LedgerFile, file_of
from holdfast.errors import HoldfastError, SettingsError
from holdfast.events.code_cache import code_cache
from holdfast.guard import ApiToken, Passkey, Person, unreachable
from holdfast.reading.kernel import compiled_before
from holdfast.response import Review

from . import proxied, ticketing
from .certificate import certificate
from .finding import Finding, Health, ill, well
from .listening import files_wanted, listen_at
from .notifying import links_begin, webhook_of
from .room import places_of, there
from .service import configured_token, place_for
from .settings import NOTICE_SECRET_VARIABLE, TOKEN_VARIABLE, Settings, load

T = TypeVar("T")

_ROOM_LEAST, _ROOM_GOOD = 256, 2_048  # MiB where the record lies: to write at all, and for some days of an incident
_MEGABYTE = 1_048_576


def examine(file: Path | None, environment: Mapping[str, str]) -> list[Finding]:
    """Look at everything; without settings there is nothing else to look at."""
    try:
        settings = load(file, environment)
    except HoldfastError as error:
        return [ill("settings", error)]
    looks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("store", _store),
        ("policy", _policy),
        ("people", _people),
        ("confirmed", _confirmed),
        ("reviews", _reviews),
        ("key", _key),
        ("archive", _archive),
        ("disk", _disk),
        ("address", _address),
        ("tls", certificate),
        ("files", _files),
        ("signin", _signin),
        ("changes", lambda settings: _changes(settings, environment)),
        ("tickets", ticketing.look),
        ("proxy", proxied.look),
    )
    return [well("settings", "they can be read"), _token(settings, environment), *_each(looks, settings), _kernels()]


def _each(looks: tuple[tuple[str, Callable[[Settings], Finding]], ...], settings: Settings) -> Iterator[Finding]:
    for about, look in looks:
        try:
            yield look(settings)
        except HoldfastError as error:
            yield ill(about, error)


def _token(settings: Settings, environment: Mapping[str, str]) -> Finding:
    try:
        configured = configured_token(settings, environment.get(TOKEN_VARIABLE) or None)
    except HoldfastError as error:
        return ill("token", error)
    if configured is None:
        return well("token", "none is configured: tokens are those made at the service, or every program here may ask")
    return well("token", "one is required")


def _changes(settings: Settings, environment: Mapping[str, str]) -> Finding:
    notifier = webhook_of(settings, environment.get(NOTICE_SECRET_VARIABLE) or "")
    if notifier is None:
        return Finding(
            about="changes",
            health=Health.WARNING,
            says="changes.url is unset: holders hear of no change by staff, so none of them ever counts",
            advice="Set it before a tool changes an e-mail, phone or second factor (how-to: let holders undo changes).",
        )
    notifier.close()
    links_begin(settings, place_for(settings, settings.server.port))
    return well("changes", "holders are told of changes by staff")


def _store(settings: Settings) -> Finding:
    address = settings.store.address
    file = file_of(address)
    if file is not None and not file.exists():
        return _room_to_make("store", file, "there is none yet; it is made at the first start")
    with LedgerFile(address) as record:
        size = record.checkpoint().split("\n")[1]
    return well("store", f"it can be read; {int(size):,} entries on record")


def registered(settings: Settings) -> list[Person]:
    """Whoever was ever registered in the store, as it is now; nobody where there is no store.

    Raises:
        StoreError: it cannot be read.

    """
    return _kept(settings, "people", Person)


def _kept(settings: Settings, collection: str, kind: type[T]) -> list[T]:
    file = file_of(settings.store.address)
    if file is not None and not file.exists():
        return []
    with LedgerFile(settings.store.address) as record:
        return list(record.values(collection, kind))


def _policy(settings: Settings) -> Finding:
    found = load_policies(settings.policy.folder)
    version, gate = found.response.version[:12], found.staff.version[:12]
    return well("policy", f"it holds, version {version}; that of the staff gate too, version {gate}")


def _people(settings: Settings) -> Finding:
    people = [person for person in registered(settings) if person.active]
    if not people:
        return well("people", "nobody is registered: nobody can approve anything, and `holdfast init` begins it")
    if settings.response.auto_seconds is not None:
        advice = "Leave response.auto_seconds out."
        says = f"{len(people)} are registered, so nothing is approved by itself"
        return Finding(about="people", health=Health.ILL, says=says, advice=advice)
    folder = settings.policy.folder
    rows = [*unreachable(load_policy(folder), people), *tools_out_of_reach(load_staff_policy(folder), people)]
    if not rows:
        return well("people", f"{len(people)} registered; whatever one of them may ask for, enough others may agree to")
    advice = "Register more people (`holdfast people add`), or ask for fewer: reference, policies."
    return Finding(about="people", health=Health.ILL, says="; ".join(rows), advice=advice)


def _confirmed(settings: Settings) -> Finding:
    people = {each.id: each.on_word_of for each in registered(settings) if each.active}
    tokens, passkeys = _kept(settings, "tokens", ApiToken), _kept(settings, "passkeys", Passkey)
    made: list[ApiToken | Passkey] = [*tokens, *passkeys]
    waiting = {each.person for each in made if each.on_word_of and each.revoked_at is None}
    names = sorted({name for name, word in people.items() if word} | waiting)
    if not names:
        return well("confirmed", "nobody stands on the word of one administrator alone")
    says = f"{len(names)} people, or tokens and passkeys in their names, decide nothing yet: {', '.join(names[:5])}"
    advice = "Another administrator than who made it: holdfast people confirm."
    return Finding(about="confirmed", health=Health.WARNING, says=says, advice=advice)


def _reviews(settings: Settings) -> Finding:
    owed = [review for review in _kept(settings, "reviews", Review) if review.closed_at is None]
    if not owed:
        return well("reviews", "none is owed")
    says = f"{len(owed)} emergencies wait to be reviewed: {', '.join(review.request for review in owed[:5])}"
    advice = "Whoever neither asked for it nor did it: holdfast review close."
    return Finding(about="reviews", health=Health.WARNING, says=says, advice=advice)


def _key(settings: Settings) -> Finding:
    file = file_of(settings.store.address)
    if settings.store.key:
        key = Path(settings.store.key)
    else:
        assert file is not None, "settings without a file name a key"
        key = file.with_name(file.name + ".key")
    if not key.exists():
        if file is not None and file.exists():
            return Finding(
                about="key",
                health=Health.ILL,
                says=f"{key} is not there, but the record it signed is",
                advice="Restore the key from its backup, or begin a new record.",
            )
        return _room_to_make("key", key, "there is none yet; it is made at the first start")
    mode = stat.S_IMODE(key.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(
            about="key",
            health=Health.ILL,
            says=f"{key} may be read by others (mode {mode:04o})",
            advice=f"Run: chmod 600 {key}; if somebody may have read it, begin a new record with a new key.",
        )
    return well("key", f"{key} is its owner's alone")


def _archive(settings: Settings) -> Finding:
    if not settings.store.archive:
        return Finding(
            about="archive",
            health=Health.WARNING,
            says="there is none: after a new start, what was seen before is not known to detection",
            advice="Name a folder: store.archive.",
        )
    return _room_to_make("archive", Path(settings.store.archive) / "any", "the folder can be written to")


def _disk(settings: Settings) -> Finding:
    rooms = {place: shutil.disk_usage(there(place)).free // _MEGABYTE for place in places_of(settings)}
    if not rooms:
        return well("disk", "the record is in a database: its server's disk is not looked at")
    place, room = min(rooms.items(), key=lambda each: each[1])
    says = f"{room:,} MiB are free where {place} lies"
    if room >= _ROOM_GOOD:
        return well("disk", says)
    health = Health.ILL if room < _ROOM_LEAST else Health.WARNING
    return Finding(about="disk", health=health, says=says, advice=f"Free some: {_ROOM_GOOD:,} MiB last for some days.")


def _address(settings: Settings) -> Finding:
    try:
        listen_at(settings).close()
    except SettingsError as error:
        if not isinstance(error.__cause__, OSError) or error.__cause__.errno != errno.EADDRINUSE:
            raise
        advice = "Nothing to do if it is this service; else choose another server.port."
        return Finding(about="address", health=Health.WARNING, says="somebody listens there already", advice=advice)
    return well("address", f"{settings.server.host}, port {settings.server.port}, is free")


def _files(settings: Settings) -> Finding:
    wanted = files_wanted(settings)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)  # up to which the service raises its own limit
    if most == resource.RLIM_INFINITY or most >= wanted:
        return well("files", f"the {wanted:,} that are wanted may be open at once")
    return Finding(
        about="files",
        health=Health.WARNING,
        says=f"{most:,} files may be open at once, and {wanted:,} are wanted",
        advice=f"Raise the hard limit (ulimit -Hn) to {wanted}; or lower server.connections.",
    )


def _kernels() -> Finding:
    if code_cache() is None:
        return Finding(
            about="kernels",
            health=Health.WARNING,
            says="they cannot be kept, so each start compiles them for a minute",
            advice="Give the account a folder for caches that only it may write to: XDG_CACHE_HOME.",
        )
    if compiled_before():
        return well("kernels", "they are compiled for this processor")
    return Finding(
        about="kernels",
        health=Health.WARNING,
        says="they are not compiled yet: the first start takes a minute",
        advice="Nothing to do. An image for many machines: run `holdfast serve` once on one like them.",
    )


def _signin(settings: Settings) -> Finding:
    client_secret(settings.oidc.client_secret_file, "")
    place = place_for(settings, settings.server.port)
    if place is None:
        return Finding(
            about="signin",
            health=Health.WARNING,
            says="nobody signs in with a browser, so nothing is approved that has to be signed",
            advice="Name the address that browsers show: signin.origin.",
        )
    return well("signin", f"people sign in at {place.origin}/console")


def _room_to_make(about: str, file: Path, says: str) -> Finding:
    folder = there(file)
    if os.access(folder, os.W_OK | os.X_OK):
        return well(about, says)
    return Finding(
        about=about,
        health=Health.ILL,
        says=f"{folder} may not be written to",
        advice=f"Let the account of the service write there, or name another place for {file.name}.",
    )
