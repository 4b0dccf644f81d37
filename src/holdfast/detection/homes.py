"""From where is an account entered as a rule? Devices, networks and countries, few of each, and what is new to them."""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec
import pyarrow as pa

from holdfast.events import SignIn
from holdfast.reading import hash_text

from .bounded import remember

REMEMBERED = 100_000
"""Accounts remembered at most; the longest not entered go first. Some 40 MB; 500 if each had 16 of every kind."""

_OF_A_KIND = 16
"""Of one account; more are a crowd, of which those used last say most."""

KNOWN = pa.schema(
    [("account", pa.string()), *((kind, pa.list_(pa.uint64())) for kind in ("devices", "networks", "countries"))]
)
"""What is kept over a new start, one row for each account."""


@enum.unique
class From(enum.Enum):
    """From where a sign-in comes, to who knows from where its account was entered before."""

    HOME = "home"
    NEW = "new"  # a device never seen; or a network or country, where no device is told or known
    ELSEWHERE = "elsewhere"  # a device never seen at a place never seen


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """By which devices, networks (`asn`) and countries an account was entered: 64 bits of hash each, used last last.

    What was told is of any length and about a holder; to know it again takes no more than that.
    """

    devices: tuple[int, ...] = ()
    networks: tuple[int, ...] = ()
    countries: tuple[int, ...] = ()

    def after(self, event: SignIn) -> Home:
        """The same once the holder has come in by `event`."""
        return Home(
            devices=_with(self.devices, event.device),
            networks=_with(self.networks, event.asn),
            countries=_with(self.countries, event.country),
        )

    def seen_from(self, event: SignIn) -> From:
        """How `event` looks to who knows this. Of what nothing is known or told, nothing is new.

        A device says most: one of the holder's own is at home wherever it is taken to. A network says more than the
        country that it lies in.
        """
        device = _new(self.devices, event.device)
        place = _new(self.networks, event.asn)
        place = _new(self.countries, event.country) if place is None else place
        if device is None:
            return From.NEW if place else From.HOME
        if not device:
            return From.HOME
        return From.ELSEWHERE if place else From.NEW


class Homes:
    """The homes of accounts, by id. Memory is bounded."""

    def __init__(self) -> None:
        """Know no account."""
        self._homes: dict[str, Home] = {}

    def of(self, account: str) -> Home:
        """What is known of an account."""
        return self._homes.get(account, Home())

    def entered(self, event: SignIn) -> None:
        """The holder came in by `event`."""
        remember(self._homes, event.account, self.of(event.account).after(event), REMEMBERED)

    def known(self) -> pa.RecordBatch:
        """All that `meet` needs to know them again (schema `KNOWN`)."""
        homes = self._homes.values()
        columns = [list(self._homes), *([getattr(home, kind) for home in homes] for kind in Home.__struct_fields__)]
        return pa.RecordBatch.from_arrays(
            [pa.array(*each) for each in zip(columns, KNOWN.types, strict=True)], schema=KNOWN
        )

    def meet(self, known: pa.Table) -> None:
        """Know those of `known` (what `known` gave) of whom nothing was heard yet."""
        for row in known.to_pylist():
            self._homes.setdefault(row.pop("account"), msgspec.convert(row, Home))


def joined(homes: Iterable[Home]) -> Home:
    """Several homes as one: of an account under several ids."""
    found = list(homes)
    kinds = Home.__struct_fields__
    return Home(**{kind: _last(mark for home in found for mark in getattr(home, kind)) for kind in kinds})


def _new(known: tuple[int, ...], value: str) -> bool | None:
    """Whether it is none of those known; None where that cannot be said."""
    return hash_text(value) not in known if known and value else None


def _with(known: tuple[int, ...], value: str) -> tuple[int, ...]:
    return _last((*known, hash_text(value))) if value else known


def _last(marks: Iterable[int]) -> tuple[int, ...]:
    """The last of each, the latest of them."""
    return tuple(reversed(dict.fromkeys(reversed(tuple(marks)))))[-_OF_A_KIND:]
