"""Which figures of the model can be counted, from what, and how far from the present ones do the counts put them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp
from typing import Any

import msgspec
import numpy as np

from holdfast.detection import Census, Count, model

from .posteriors import Refit, of_curve, of_shares

_NOTHING = Count(seen=0, of=0)
_LEAST = 30  # that a figure is made of: fewer say nothing
_MATTERS = 0.05  # of the present figure: less is within its own rounding
_HABITUAL_TAKERS = {"address": 0.5, "link": 0.85, "short_link": 0.85, "phone": 0.5}  # the other part of `model.HABIT`
_SPEAKING_TAKERS = 0.3  # of ordinary posts with a link; the other part of `model.CONVERSATION`
_CAMPAIGN_PAST = 0.1  # of campaigns whose site has a past, as `model.HAS_A_PAST` takes it


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of the model, present and refitted. It `changes` when the present one lies well outside the interval.

    `figure` is its name in the model, with the place in a table after a dot; `counts` are what was counted, by name.
    """

    figure: str
    what: str
    present: float
    refitted: float
    low: float
    high: float
    counts: dict[str, Count]
    changes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A figure made of shares: the names of their counts, their present values, and how it follows from them."""

    figure: str
    what: str
    present: float
    counts: tuple[str, ...]
    shares: tuple[float, ...]
    follows: Callable[..., Any]


def estimates(census: Census, *, weight: float) -> tuple[Estimate, ...]:
    """Every figure for which the census counted enough, refitted where the present one is worth `weight` events."""
    found = []
    for figure in _counted():
        counts = {name: census.counts.get(name, _NOTHING) for name in figure.counts}
        if all(count.of >= _LEAST for count in counts.values()):
            refit = of_shares(list(counts.values()), figure.shares, figure.follows, weight=weight)
            found.append(_estimate(figure.figure, figure.what, figure.present, refit, counts))
    for name, by_posts in census.novices.items():
        together = Count(seen=sum(c.seen for c in by_posts[1:]), of=sum(c.of for c in by_posts[1:]))
        if together.of >= _LEAST:
            present = (model.NOVICE[name], model.NOVICE_HALF[name])
            counts = {f"never_{name}": together}
            refits = of_curve(by_posts, *present, weight=weight)
            words = ("first of its class: the most it says, in nats", "posts after which it says half of that")
            for table, what, before, refit in zip(("NOVICE", "NOVICE_HALF"), words, present, refits, strict=True):
                found.append(_estimate(f"{table}.{name}", what, before, refit, counts))
    return tuple(found)


def _estimate(figure: str, what: str, present: float, refit: Refit, counts: dict[str, Count]) -> Estimate:
    return Estimate(
        figure=figure,
        what=what,
        present=present,
        refitted=refit.value,
        low=refit.low,
        high=refit.high,
        counts=counts,
        changes=not refit.low <= present <= refit.high and abs(refit.value - present) > _MATTERS * abs(present),
    )


def _counted() -> Iterator[_Counted]:
    """Every figure that is a share, or follows from one or two."""
    yield _Counted(
        figure="TRIALS_PER_MILLION",
        what="lures that a second account takes up, per million posts",
        present=model.TRIALS_PER_MILLION,
        counts=("trials",),
        shares=(model.TRIALS_PER_MILLION / 1e6,),
        follows=lambda share: share * 1e6,
    )
    yield from (
        _surprise(
            "SHARED_ADDRESS", "shared_address", "a proved payment address of another account", model.SHARED_ADDRESS
        ),
        _surprise("SHARED_ADDRESS_SHAPE", "shared_address_shape", "an unproved one", model.SHARED_ADDRESS_SHAPE),
        _surprise("SHARED_COPYABLE", "shared_copyable", "a link or number of another account", model.SHARED_COPYABLE),
        _surprise("SHARED_TEXT", "shared_text", "nearly the words of another account", model.SHARED_TEXT),
    )
    yield _Counted(
        figure="HAS_A_PAST",
        what="a shared site was named on an earlier day",
        present=model.HAS_A_PAST,
        counts=("has_a_past",),
        shares=(_CAMPAIGN_PAST / exp(model.HAS_A_PAST),),
        follows=lambda share: np.log(_CAMPAIGN_PAST / share),
    )
    yield from _habits()
    yield _ratio(
        "CONVERSATION", "conversation", "a post with a link speaks to somebody", model.CONVERSATION, _SPEAKING_TAKERS
    )
    yield from _plain_shares()


def _surprise(figure: str, count: str, what: str, present: float) -> _Counted:
    """What a fact says that every campaign shows: as much as it is rare in ordinary life."""
    return _Counted(
        figure=figure,
        what=f"{what}, in nats",
        present=present,
        counts=(count,),
        shares=(exp(-present),),
        follows=lambda share: -np.log(share),
    )


def _habits() -> Iterator[_Counted]:
    for name, takers in _HABITUAL_TAKERS.items():
        yield _Counted(
            figure=f"HABIT.{name}",
            what="accounts as they come have the habit, against takers of shared ones, in nats",
            present=model.HABIT[name],
            counts=(f"habit_{name}_accounts", f"habit_{name}_takers"),
            shares=(takers * exp(model.HABIT[name]), takers),
            follows=lambda accounts, takers: np.log(accounts / takers),
        )


def _ratio(figure: str, count: str, what: str, present: float, ordinary: float) -> _Counted:
    """What a fact says that attacks show less often than ordinary posts do."""
    return _Counted(
        figure=figure,
        what=f"{what}, in nats",
        present=present,
        counts=(f"{count}_attacks", count),
        shares=(ordinary * exp(present), ordinary),
        follows=lambda attacks, ordinary: np.log(attacks / ordinary),
    )


def _plain_shares() -> Iterator[_Counted]:
    told = [
        ("POPULAR", "popular", "new sites with three accounts and pages in half an hour", model.POPULAR),
        (
            "OBFUSCATED_TEXT_BASE",
            "obfuscated_text",
            "ordinary posts with disguised letters",
            model.OBFUSCATED_TEXT_BASE,
        ),
        (
            "OBFUSCATED_LURE_BASE",
            "obfuscated_lure",
            "ordinary lures with disguised letters",
            model.OBFUSCATED_LURE_BASE,
        ),
    ]
    told += [
        (f"DEPARTURE_BASE.{way}", f"departure_{way}", f"ordinary posts in a {way} new to the account", share)
        for way, share in model.DEPARTURE_BASE.items()
    ]
    for place, kind in enumerate(model.PRECURSOR_KINDS):
        words, count = kind.replace("_", " "), f"precursor_{kind}"
        told.append((f"PRECURSOR_BASE.{place}", count, f"ordinary posts after: {words}", model.PRECURSOR_BASE[place]))
        likely = model.PRECURSOR_LIKELY[place]
        told.append((f"PRECURSOR_LIKELY.{place}", f"{count}_attacks", f"attacks after: {words}", likely))
    for figure, count, what, present in told:
        yield _Counted(
            figure=figure, what=what, present=present, counts=(count,), shares=(present,), follows=lambda share: share
        )
