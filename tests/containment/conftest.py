"""A platform of a few dozen accounts, told from a seed, that the tests of containment ask about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest

from holdfast.containment import Directory
from holdfast.detection import Campaign, CampaignTier
from holdfast.events import ACCOUNTS
from holdfast.investigation import Cause, Factor, FactorKind, Hypothesis
from holdfast.reading import Lure, LureKind


def _directory(
    count: int = 40,
    seed: int = 0,
    changes: Mapping[str, int] | None = None,
    touches: Mapping[str, Sequence[str]] | None = None,
) -> Directory:
    """Accounts a0 ... a(n-1): the first half verified with a great reach, every tenth an emergency service."""
    numbers = np.random.default_rng(seed)
    half = np.arange(count) < count // 2
    reach = np.where(half, numbers.integers(100_000, 9_000_000, count), numbers.integers(0, 900, count))
    emergency = np.arange(count) % 10 == 9
    columns = {
        "account": [f"a{place}" for place in range(count)],
        "handle": [f"@a{place}" if place % 3 else None for place in range(count)],
        "verified": half,
        "reach": reach,
        "tier": ["official" if place % 7 == 3 else "ordinary" for place in range(count)],
        "org": [None] * count,
        "emergency": emergency,
        "created": [0] * count,
        "posts_per_hour": numbers.random(count),
    }
    touched = {} if touches is None else touches
    batch = pa.record_batch([pa.array(columns[field.name], type=field.type) for field in ACCOUNTS], schema=ACCOUNTS)
    return Directory(
        batch, credential_changes={} if changes is None else changes, touched=lambda factor: touched.get(factor, ())
    )


@pytest.fixture(scope="session")
def directory() -> Callable[..., Directory]:
    """Makes a directory of so many accounts."""
    return _directory


def _campaign(accounts: Sequence[str], **more: object) -> Campaign:
    facts: dict[str, object] = {
        "id": "c1",
        "tier": CampaignTier.CONTAIN,
        "first_post_at": 1_000,
        "detected_at": 2_000,
        "detected_after_posts": 3,
        "accounts": tuple(accounts),
        "posts": tuple(f"p-{account}" for account in accounts),
        "lures": (Lure(kind=LureKind.DOMAIN, value="double-your-coins.com"),),
        "score": 12.0,
        "evidence": (),
    }
    return Campaign(**(facts | more))


@pytest.fixture(scope="session")
def campaign() -> Callable[..., Campaign]:
    """Makes a campaign carried by these accounts."""
    return _campaign


def _cause(kind: FactorKind, value: str, *, touched: int, of: int, base_touched: int = 10, **more: object) -> Cause:
    named = Hypothesis(
        factor=Factor(kind=kind, value=value),
        touched=touched,
        of=of,
        base_touched=base_touched,
        base_of=1_000,
        p_value=1e-9,
        p_corrected=1e-8,
    )
    return Cause(campaign="c1", at=2_500, named=named, **more)


@pytest.fixture(scope="session")
def cause() -> Callable[..., Cause]:
    """Makes a named cause that explains `touched` of `of` carriers."""
    return _cause
