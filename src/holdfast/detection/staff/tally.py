"""How much more than usual did somebody look at what nobody asked for, and at the famous among it?"""

from __future__ import annotations

from math import log

import msgspec

from . import figures


class Tally(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Accounts that somebody looked at in a shift, or in some of them; those that come in runs count less.

    Beside what was seen stands what is `usual`: the sum of the shares that honest work had at each of these moments.
    """

    accounts: float = 0.0
    unasked: float = 0.0
    usual: float = 0.0
    apart: float = 0.0  # the same as `unasked`, those that one caller may have named less
    chosen: float = 0.0  # of these, of high reach
    usually_chosen: float = 0.0
    calls: float = 0.0  # runs with one of high reach in them
    named: float = 0.0  # accounts of high reach in them

    def fade(self, kept: float) -> None:
        """Older ones count less."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) * kept)

    def asked(self, accounts: int, usual: float) -> None:
        """So many more were asked for; `usual` is the sum of the honest shares of others."""
        self.accounts += accounts
        self.usual += usual

    def unasked_for(self, usual: float, usually_chosen: float, *, famous: bool, again: bool, anew: bool) -> None:
        """One more that nobody asked for: `again` soon after another, `anew` long after another of high reach."""
        weight, apart = _weights(again=again)
        self.accounts += weight
        self.usual += weight * usual
        self.unasked += weight
        self.apart += apart
        self.chosen += apart * famous
        self.usually_chosen += apart * usually_chosen
        self.calls += anew
        self.named += famous

    def take_back(self, *, famous: bool, again: bool) -> None:
        """One of them was asked for after all; what was usual stands, for it was no less so."""
        weight, apart = _weights(again=again)
        self.accounts += 1.0 - weight
        self.unasked = max(0.0, self.unasked - weight)
        self.apart = max(0.0, self.apart - apart)
        self.chosen = max(0.0, self.chosen - apart * famous)
        self.named = max(0.0, self.named - famous)

    @property
    def more(self) -> float:
        """How much speaks for more of them without ticket or queue than usual (nats)."""
        if self.unasked <= self.usual:
            return 0.0
        return above(self.unasked, self.accounts, self.usual)

    @property
    def choice(self) -> float:
        """How much speaks for more of high reach among them than usual (nats)."""
        if not self.chosen:
            return 0.0
        return above(self.chosen, self.apart, self.usually_chosen)

    @property
    def one_call(self) -> bool:
        """Whether all of high reach came at once, and no more than a caller may name."""
        return self.calls < figures.TWO_CALLS and self.named < figures.NAMED_AT_ONCE

    @property
    def words(self) -> str:
        """The shares of high reach among what nobody asked for."""
        here, usual = self.chosen / self.apart, self.usually_chosen / self.apart
        return f"of the accounts that nobody asked for, {here:.0%} are of high reach, where {usual:.0%} are usual"


def _weights(*, again: bool) -> tuple[float, float]:
    """By how much an account that nobody asked for counts, and by how much it does where it is asked who was chosen."""
    return (figures.IN_A_RUN, figures.OF_ONE_CALLER) if again else (1.0, 1.0)


def above(part: float, whole: float, usual: float) -> float:
    """How much more there is than usual (nats): the likelihood ratio at the share that fits best, less its price.

    Cappé, Garivier et al., Annals of Statistics 41 (2013): such a ratio is exceeded as seldom as its size says, but for
    what it takes to choose the share afterwards and to look at each account.
    """
    if part <= usual or whole <= 0.0:
        return 0.0
    nats = part * log(part / usual)
    if part < whole:
        nats += (whole - part) * log((whole - part) / (whole - usual))
    return max(0.0, nats - figures.CHOSEN_AFTERWARDS)
