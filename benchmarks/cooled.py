"""How often does an honest sign-in look strange while a change of staff cools, and a thief's not? Synthetic half years.

The holders are invented, and their habits judged: a sign-in is rare where sessions last, a browser that forgets its
cookies is a new device, and one in fifty comes from abroad. Each is judged against all that was heard of the account
before. A thief comes on a device of their own, by a network of the holder's country in every second case.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np

from holdfast.detection.homes import From, Homes
from holdfast.events import SignIn

DAY = 86_400_000  # milliseconds
_EVERY_DAYS = 10  # between two sign-ins of the median holder: apps keep sessions for months, browsers for weeks
_SPREAD = 1.0  # of the logarithm of that
_DEVICES = (0.7, 0.2, 0.1)  # how often each of a holder's own is used
_FORGETS = 0.03  # of sign-ins come from a device that calls itself anew: cookies deleted, a private window
_NEW_PHONE = 1 / 900  # a day
_NETWORKS = {"home": 0.6, "carrier": 0.25, "work": 0.1, "elsewhere": 0.05}
_ABROAD = 0.02
_PROVIDERS = 40  # networks of a country that people are found in
_REPLAYED = 3 * DAY  # what a new start heard again, and all it knew, before homes were kept


def measure(accounts: int = 20_000, days: int = 180, seed: int = 5, *, quick: bool = False) -> dict[str, object]:
    """Shares of sign-ins in the second half, after as long a past; none was used to set anything."""
    rng = np.random.default_rng(seed)
    accounts = 2_000 if quick else accounts
    homes, heard = Homes(), dict[str, int]()
    counts = dict.fromkeys(
        (
            "honest",
            "strange",
            "elsewhere",
            "by place",
            "own",
            "unknown",
            "forgotten",
            "thief",
            "thief elsewhere",
            "thief by place",
        ),
        0,
    )
    for event, own in _half_year(rng, accounts, days):
        home = homes.of(event.account)
        if event.time >= days * DAY // 2:
            bare = SignIn(account=event.account, time=event.time, outcome="ok", asn=event.asn, country=event.country)
            thief = _thief(rng, event)
            told = SignIn(account=event.account, time=event.time, outcome="ok", asn=thief.asn, country=thief.country)
            counts["honest"] += 1
            counts["strange"] += home.seen_from(event) is not From.HOME
            counts["elsewhere"] += home.seen_from(event) is From.ELSEWHERE
            counts["thief elsewhere"] += home.seen_from(thief) is From.ELSEWHERE
            counts["by place"] += home.seen_from(bare) is not From.HOME
            counts["own"] += own and home.seen_from(event) is not From.HOME
            counts["unknown"] += not home.devices
            counts["forgotten"] += event.time - heard.get(event.account, -_REPLAYED - 1) > _REPLAYED
            counts["thief"] += home.seen_from(thief) is not From.HOME
            counts["thief by place"] += home.seen_from(told) is not From.HOME
        homes.entered(event)
        heard[event.account] = event.time
    share = {name: f"{100 * count / counts['honest']:.2f} %" for name, count in counts.items()}
    return {
        "honest sign-ins judged": counts["honest"],
        "honest, by a device used before, raise it": share["own"],
        "honest, any device, raise it": share["strange"],
        "honest, a new device at a new place: sure": share["elsewhere"],
        "honest, no device told, raise it by network or country": share["by place"],
        "a thief's on a new device raises it": share["thief"],
        "a thief's on a new device at a new place: sure": share["thief elsewhere"],
        "a thief's raises it where no device is told": share["thief by place"],
        "of accounts of which no device is known": share["unknown"],
        "of accounts of which a new start knew nothing before homes were kept": share["forgotten"],
    }


def _half_year(rng: np.random.Generator, accounts: int, days: int) -> Iterator[tuple[SignIn, bool]]:
    """All sign-ins in order of time, and whether each comes from a device that was used before."""
    rates = np.exp(rng.normal(log(1 / _EVERY_DAYS), _SPREAD, accounts))
    counts = rng.poisson(rates * days)
    who = np.repeat(np.arange(accounts), counts)
    times = rng.integers(0, days * DAY, len(who))
    used: set[tuple[int, str]] = set()
    for row in np.argsort(times, kind="stable").tolist():
        account, time = int(who[row]), int(times[row])
        device = _device(rng, account, time)
        asn, country = _place(rng, account)
        yield (
            SignIn(account=f"a{account}", time=time, outcome="ok", device=device, asn=asn, country=country),
            (account, device) in used,
        )
        used.add((account, device))


def _device(rng: np.random.Generator, account: int, time: int) -> str:
    if rng.random() < _FORGETS:
        return f"anew-{rng.integers(1 << 60)}"
    which = int(rng.choice(len(_DEVICES), p=_DEVICES))
    phases = np.random.default_rng([account, which]).random()  # each is replaced at its own time
    return f"d{account}-{which}-{int(time / DAY * _NEW_PHONE + phases)}"


def _place(rng: np.random.Generator, account: int) -> tuple[str, str]:
    """A network and its country."""
    if rng.random() < _ABROAD:
        country = int(rng.integers(60))
        return f"as-{country}-{rng.integers(_PROVIDERS)}", f"c{country}"
    country = account % 60
    where = str(rng.choice(list(_NETWORKS), p=list(_NETWORKS.values())))
    own = {"home": account % 7, "carrier": 10 + account % 4, "work": 20 + account % 15}
    return f"as-{country}-{own.get(where, int(rng.integers(_PROVIDERS)))}", f"c{country}"


def _thief(rng: np.random.Generator, event: SignIn) -> SignIn:
    at_home = rng.random() < 0.5  # behind an address that is rented where the holder lives
    country = int(event.account[1:]) % 60 if at_home else int(rng.integers(60))
    return SignIn(
        account=event.account,
        time=event.time,
        outcome="ok",
        device=f"thief-{rng.integers(1 << 60)}",
        asn=f"as-{country}-{rng.integers(_PROVIDERS)}",
        country=f"c{country}",
    )
