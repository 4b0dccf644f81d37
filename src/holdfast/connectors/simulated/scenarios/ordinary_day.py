"""What if there is no attack at all: everything that resembles one, and nothing that should be held."""

from __future__ import annotations

from holdfast.connectors.simulated.scenario import HOUR, Population, Scenario, moment

from .cast import BYSTANDERS

START = moment("2021-05-04T12:00:00Z")


def ordinary_day() -> Scenario:
    """Eight hours on 4 May 2021, 550,000 accounts."""
    return Scenario(
        name="ordinary-day",
        title="No attack: news, petitions, appeals, giveaways, lost passwords and support tickets",
        opens=START - 26 * HOUR,
        start=START,
        end=START + 8 * HOUR,
        population=Population(ordinary=500_000, verified=50_000, posts_per_second=7.0, staff=800),
        cast=BYSTANDERS,
    )
