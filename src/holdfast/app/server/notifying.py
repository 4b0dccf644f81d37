"""How do notices get to holders while the worker goes on? A thread of their own takes what waits and posts it.

What is posted and not yet noted as told is posted again after a crash, under the same id.
"""

from __future__ import annotations

import base64
import threading
from concurrent.futures import TimeoutError as Late
from functools import partial

import msgspec

from holdfast.app.live import LiveWatch, WallClock
from holdfast.app.signin.oidc import client_secret
from holdfast.app.signin.place import Place, private
from holdfast.connectors.webhook import WebhookNotifier, secret_of
from holdfast.errors import HoldfastError, PlatformError, SettingsError
from holdfast.events import spelling_key
from holdfast.ports import HolderNotice, Notifier

from .logs import Log, crash
from .settings import NOTICE_SECRET_VARIABLE, Settings
from .worker import Worker

EVERY = 1.0  # seconds between looks at what waits
_SALT_BYTES = 32  # whoever has the hashes and guesses at addresses is not to guess at the salt as well
_PATIENCE = 30.0  # seconds for the worker's answer: it may be in the midst of a large body


class Teller:
    """The thread. `origin` is what links begin with."""

    def __init__(self, worker: Worker, notifier: Notifier, origin: str, log: Log) -> None:
        """Tell what `worker` has to tell by way of `notifier`."""
        self._worker, self._notifier, self._origin, self._log = worker, notifier, origin, log
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._live, name="teller", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, within: float) -> None:
        """End after the notice under way; what was not told waits in the store."""
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join(within)

    def _live(self) -> None:
        while not self._ends.wait(EVERY):
            try:
                self._round()
            except (HoldfastError, Late):
                continue  # the worker has told of it, and what waits is there the next time
            except Exception as error:  # noqa: BLE001 - one round that failed must not end the thread
                crash(self._log, error)

    def _round(self) -> None:
        behind: set[str] = set()  # accounts of which one was not taken: the next ones wait for it
        for notice in self._worker.ask(_due).result(_PATIENCE):
            if self._ends.is_set():
                return
            account = spelling_key(notice.account)
            if account in behind:
                continue
            told = self._tell(notice)
            if not told:
                behind.add(account)
            self._worker.ask(partial(_note, id_=notice.id, told=told)).result(_PATIENCE)

    def _tell(self, notice: HolderNotice) -> bool:
        """Tell it, if it is taken."""
        link = self._origin + notice.link if notice.link else ""
        try:
            self._notifier.tell(msgspec.structs.replace(notice, link=link))
        except PlatformError as error:
            self._log.warning("notice_not_taken", error=type(error).__name__, advice="See changes.url.")
            return False
        return True


def _due(run: LiveWatch) -> list[HolderNotice]:
    return list(run.response.staff.changing.due(run.clock.now()))


def _note(run: LiveWatch, *, id_: str, told: bool) -> None:
    changing, now = run.response.staff.changing, run.clock.now()
    (changing.told if told else changing.not_told)(id_, now)


def webhook_of(settings: Settings, secret: str) -> WebhookNotifier | None:
    """What notices go out by, as the settings say; None: by nothing, so that no change of staff's ever counts.

    Raises:
        SettingsError: the address is not private, or the secret is none.

    """
    changes = settings.changes
    if not changes.url:
        return None
    told = client_secret(changes.secret_file, secret)
    if not told:
        raise SettingsError(
            "Notices to holders would go out unsigned.",
            advice=f"Put whsec_ and base64 of 32 random bytes into changes.secret_file or {NOTICE_SECRET_VARIABLE}.",
        )
    return WebhookNotifier(changes.url, secret_of(told), WallClock())


def value_salt(settings: Settings) -> bytes | None:
    """The salt of the hashes of new values that the platform has, too; None: there is none.

    Raises:
        SettingsError: its file cannot be read, is not its owner's alone, or holds none.

    """
    file = settings.changes.salt_file
    if not file:
        return None
    try:
        found = base64.b64decode(client_secret(file, ""), validate=True)
    except ValueError:
        found = b""
    if len(found) < _SALT_BYTES:
        raise SettingsError(
            "The salt by which new values are hashed is none.",
            advice=f"Put the base64 of {_SALT_BYTES} random bytes or more into changes.salt_file.",
        )
    return found


def links_begin(settings: Settings, place: Place | None) -> str:
    """The origin of the links that holders get.

    Raises:
        SettingsError: there is none, or others could read what is sent there.

    """
    origin = settings.changes.origin or ("" if place is None else place.origin)
    if not private(origin) or origin.endswith("/"):
        raise SettingsError(
            "The links by which holders undo changes lead nowhere that is private.",
            advice="Write changes.origin as https://HOST, where holders reach /changes/ of this service.",
        )
    return origin
