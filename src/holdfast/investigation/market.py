"""Were these numbers ported at one carrier, or wherever they were?

Numbers are ported at every carrier, and one of them has most customers. What tells the carrier that hands numbers out
from many hands at many carriers is its share: of the accounts asked about, and of all others whose numbers were ported
in the same hours. Who ports numbers for a campaign ports more than are used at first.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from .exact import Floats, log_of_sum

# Where nothing is known of the market one in three ports is the carrier's; where a carrier is the cause all but one in
# twenty are (the parameters of Beta laws).
_OWN, _RIVALS = 1.0, 2.0
_CAUSE: Final = (19.0, 1.0)
_STEPS = 200  # of each share: to half a hundredth
_SHARES: Final = (np.arange(_STEPS) + 0.5) / _STEPS


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts whose number was ported: `own` at the carriers in question, of `of` in all."""

    own: int = 0
    of: int = 0


def evidence(asked: Ports, meanwhile: Ports, usual: float, market: Ports) -> float:
    """How much likelier (nats) these ports are if the carriers are the cause than if numbers went wherever they were.

    `meanwhile` are the others ported in the same hours, of whom `usual` might have been on any day; `market` those of
    ordinary time. Both shares, of a carrier that is the cause and of the market, are integrated over their Beta laws:
    of an account that might have been ported on any day the market's share counts under either explanation.
    """
    attacked = max(0.0, 1.0 - usual / meanwhile.of) if meanwhile.of else 0.0
    cause, share = _SHARES[:, None], _SHARES[None, :]
    mixed = attacked * cause + (1.0 - attacked) * share
    of_market = _log_beta_law(_OWN + market.own, _RIVALS + max(0, market.of - market.own))[None, :]
    by_cause = log_of_sum(
        _log_likely(asked, cause) + _log_likely(meanwhile, mixed) + _log_beta_law(*_CAUSE)[:, None] + of_market
    )
    return by_cause - log_of_sum(_log_likely(asked, share) + _log_likely(meanwhile, share) + of_market)


def _log_likely(ports: Ports, share: Floats) -> Floats:
    """The log of the probability of these ports, in order, each at this share."""
    return np.asarray(ports.own * np.log(share) + (ports.of - ports.own) * np.log1p(-share))


def _log_beta_law(a: float, b: float) -> Floats:
    """The log of the weight of each share by Beta(a, b); all weights add up to one."""
    logs = (a - 1.0) * np.log(_SHARES) + (b - 1.0) * np.log1p(-_SHARES)
    return logs - log_of_sum(logs)
