"""From where is an account entered as a rule? Devices, networks and countries, few of each, and what is new to them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pyarrow as pa

from holdfast.events import SignIn
from holdfast.reading import hash_text

from .bounded import remember

REMEMBERED = 100_000
"""Accounts remembered at most; the longest not entered go first. Some 40 MB."""

_OF_A_KIND = 16
"""Of one account; more are a crowd, of which those used last say most."""

KNOWN = pa.schema(
    [("account", pa.string()), *((kind, pa.list_(pa.uint64())) for kind in ("devices", "networks", "countries"))]
)
"""What is kept over a new start, one row for each account."""


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

    def is_strange_to(self, event: SignIn) -> bool:
        """Whether `event` comes from elsewhere, by the best that is told and of which something is known.

        A device says most: one of the holder's own is at home wherever it is taken to. Where none is told, or none is
        known, the network counts; without that, the country. Of what nothing is known, nothing is new.
        """
        told = ((self.devices, event.device), (self.networks, event.asn), (self.countries, event.country))
        return next((hash_text(value) not in known for known, value in told if known and value), False)


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
        rows = [{"account": account, **msgspec.to_builtins(home)} for account, home in self._homes.items()]
        return pa.RecordBatch.from_pylist(rows, schema=KNOWN)

    def meet(self, known: pa.Table) -> None:
        """Know those of `known` (what `known` gave) of whom nothing was heard yet."""
        for row in known.to_pylist():
            self._homes.setdefault(row.pop("account"), msgspec.convert(row, Home))


def joined(homes: Iterable[Home]) -> Home:
    """Several homes as one: of an account under several ids."""
    found = list(homes)
    kinds = Home.__struct_fields__
    return Home(**{kind: _last(mark for home in found for mark in getattr(home, kind)) for kind in kinds})


def _with(known: tuple[int, ...], value: str) -> tuple[int, ...]:
    return _last((*known, hash_text(value))) if value else known


def _last(marks: Iterable[int]) -> tuple[int, ...]:
    """The last of each, the latest of them."""
    return tuple(reversed(dict.fromkeys(reversed(tuple(marks)))))[-_OF_A_KIND:]
