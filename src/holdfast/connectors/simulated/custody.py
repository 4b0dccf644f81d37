"""Who asks for a hijacked account, what can they show, and what does the platform do for them?

Owners come back when they come back: some within the hour, some the next day. What they can show, they had before the
attack. The intruder asks too, with the mailbox or number that came into their hands in the attack: it is all they have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from holdfast.events import Account, CredentialChange
from holdfast.recovery import Change, Credential, Door, Fact, FactKind

from .scenario import DAY, MINUTE
from .services import Services
from .streams import stream, token
from .world import World

INTRUDER_ASKS_AFTER = 5 * MINUTE
OWNER_ASKS_AFTER = (10 * MINUTE, 120 * MINUTE)  # from the hold on: the time to read the notice, a working day's worth
NEXT_DAY = 0.05  # owners who are asleep or travelling
CALLED_BACK_AFTER = 30 * MINUTE  # when what they can show by themselves is not enough
HAS = {FactKind.PASSKEY: 0.35, FactKind.CONTACT: 0.95, FactKind.DEVICE: 0.8}
CALLER = "st-callback"  # a member of staff who works on no case


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What will be shown for one account, each fact from a moment on (milliseconds since 1970 UTC)."""

    facts: tuple[tuple[int, Fact], ...]


class SimulatedCustody:
    """The platform's part in recovery cases, as `ports.Custody` asks for it."""

    def __init__(self, world: World, services: Services) -> None:
        """Nobody has asked for an account yet."""
        self._world, self._services = world, services
        self._asked: dict[int, _Asked] = {}
        self.now = world.scenario.opens  # moved by the platform

    def shut(self, account: str, door: Door, attacked_at: int) -> None:  # noqa: ARG002 - it knows whose session is whose
        """Shut one door; recovery values are as they were before the attack.

        Raises:
            PlatformError: there is no such account.

        """
        row = self._world.accounts.row(account)
        keys = self._world.keys(row)
        match door:
            case Door.SESSIONS:
                if keys.intruder_session is not None:
                    self._services.end_sessions(row, self.now)
            case Door.APPS:
                attack = self._world.scenario.attack
                if attack is not None and attack.app and row not in self._world.without_app:
                    self._world.without_app.add(row)
                    self._services.revoke(attack.app, [row], self.now)
            case Door.RECOVERY_VALUES:
                asked = self._asked.get(row, _Asked(facts=()))
                if all(at <= self.now for at, _ in asked.facts):  # a case begun anew: they come, and show it again
                    self._asked[row] = _Asked(facts=(*asked.facts, *self._will_show(row).facts))
                self._restore(row)
            case Door.FORWARDING:
                pass  # this platform forwards nothing

    def shown(self, account: str) -> Sequence[Fact]:
        """What was shown for the account so far, the intruder's mailbox included.

        Raises:
            PlatformError: there is no such account.

        """
        asked = self._asked.get(self._world.accounts.row(account))
        return () if asked is None else [fact for at, fact in asked.facts if at <= self.now]

    def renew(self, account: str) -> Collection[Credential]:
        """The owner is there, has just been proven, and sets everything anew.

        Raises:
            PlatformError: there is no such account.

        """
        row = self._world.accounts.row(account)
        self._world.keys(row).password_is_intruders = False
        self._world.controlled[row] = False
        return tuple(Credential)

    def changed(self, account: str, attacked_at: int) -> Sequence[Change]:
        """What the intruder changed about the account.

        Raises:
            PlatformError: there is no such account.

        """
        row = self._world.accounts.row(account)
        return [change for change in self._world.changes.get(row, ()) if change.at >= attacked_at]

    def put_back(self, account: str, changes: Sequence[Change]) -> Sequence[Change]:
        """Show the account as it was; a post that was deleted is gone for good here.

        Raises:
            PlatformError: there is no such account.

        """
        row = self._world.accounts.row(account)
        lost = [change for change in changes if change.what.startswith("post:")]
        profile = {change.what: change.before for change in changes if change not in lost}
        if profile:
            accounts = self._world.accounts
            self._world.tell(
                Account(
                    account=account,
                    time=self.now,
                    handle=accounts.handle(row),
                    verified=bool(accounts.verified[row]),
                    reach=int(accounts.reach[row]),
                    tier=self._services.tier(row),
                    org=accounts.org(row),
                    unknown=dict(profile),
                )
            )
            done = set(changes)
            self._world.changes[row] = [each for each in self._world.changes.get(row, []) if each not in done]
        return lost

    def _restore(self, row: int) -> None:
        """Put the address and number on file that were there before the attack."""
        world = self._world
        keys = world.keys(row)
        if keys.email_is_intruders:
            keys.email = token(world.seed, "email", row)
            world.tell(
                CredentialChange(
                    account=world.accounts.id(row),
                    time=self.now,
                    what="email",
                    change="replaced",
                    by="system",
                    new_hash=keys.email,
                )
            )
        keys.email_is_intruders = keys.phone_is_intruders = False

    def _will_show(self, row: int) -> _Asked:
        """Who asks when, and with what: drawn once, when the account is taken out of the intruder's hands."""
        world = self._world
        rng = stream(world.seed, "owner", world.accounts.id(row))
        before = int(world.accounts.created[row])
        comes = self.now + int(rng.integers(*OWNER_ASKS_AFTER)) + (DAY if rng.random() < NEXT_DAY else 0)
        facts: list[tuple[int, Fact]] = []
        keys = world.keys(row)
        if keys.email_is_intruders or keys.phone_is_intruders:
            since = world.chronicle.touched.get(world.accounts.id(row), self.now)
            source = keys.email if keys.email_is_intruders else token(world.seed, "phone", row)
            fact = Fact(kind=FactKind.CONTACT, source=source, on_file_since=since)
            facts.append((self.now + INTRUDER_ASKS_AFTER, fact))
        for kind, share in HAS.items():
            if rng.random() < share:
                source = token(world.seed, str(kind), row)
                facts.append((comes, Fact(kind=kind, source=source, on_file_since=before)))
        if world.accounts.org(row):
            source = token(world.seed, "domain", world.accounts.org(row))
            facts.append((comes, Fact(kind=FactKind.DOMAIN, source=source, on_file_since=before)))
        number = token(world.seed, "number", row)
        called = Fact(kind=FactKind.CALL_BACK, source=number, on_file_since=before, by=CALLER)
        facts.append((comes + CALLED_BACK_AFTER, called))
        return _Asked(facts=tuple(facts))
