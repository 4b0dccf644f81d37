"""What does Holdfast promise of itself, and was it kept here?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .attacks import short
from .figures import FalseAlarms, Row
from .tempted import Tempted

PROMPT = frozenset({"V0", "V1", "V2", "V3", "V4", "V6", "V9", "V10", "V11"})
"""Variants of HijackBench whose accounts share a lure: each campaign is seen with the third account's post."""

MAY_ALERT = frozenset({"B1"})
"""Look-alikes that only a person can tell from a campaign: an appeal's payment address that many copy."""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One promise, whether it was kept, and what was found."""

    promise: str
    kept: bool
    found: str


def promises(
    background: FalseAlarms, variants: Mapping[str, Mapping[str, Row]], tempted: Tempted | None
) -> tuple[Promise, ...]:
    """Those that can be tried with what was replayed. `variants` has the rows of each history by variant."""
    made = [_quiet(background)]
    made += [_prompt(name, rows) for name, rows in variants.items() if PROMPT & set(map(short, rows))]
    if tempted is not None:
        made += [_not_tempted(tempted), _warners_free(tempted)]
    return tuple(made)


def _quiet(background: FalseAlarms) -> Promise:
    found = background.alert.campaigns
    return Promise(promise="no campaign is seen where there is none", kept=not found, found=f"{found} false campaigns")


def _prompt(history: str, rows: Mapping[str, Row]) -> Promise:
    late = [name for name, row in rows.items() if short(name) in PROMPT and (row.missed or _most_beyond(row) > 0)]
    return Promise(
        promise=f"{history} accounts with a shared lure are seen with the third account's post",
        kept=not late,
        found=f"late or missed in {', '.join(map(short, late))}" if late else "all were",
    )


def _most_beyond(row: Row) -> float:
    return row.posts_beyond.most if row.posts_beyond else 0.0


def _not_tempted(tempted: Tempted) -> Promise:
    wrong = [
        name for name, family in tempted.families.items() if family.contain or (family.alert and name not in MAY_ALERT)
    ]
    return Promise(
        promise="no benign look-alike is held, and none but a shared appeal's address calls a person",
        kept=not wrong,
        found=f"taken for campaigns: {', '.join(wrong)}" if wrong else "none was",
    )


def _warners_free(tempted: Tempted) -> Promise:
    held = tempted.warners.contained
    return Promise(promise="nobody is held for warning of a campaign", kept=not held, found=f"{held} warnings held")
