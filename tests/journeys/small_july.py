"""The attack of July 2020 among a few thousand accounts, up to its second hour: it can be played in seconds."""

from dataclasses import replace

from holdfast.connectors.simulated import SCENARIOS
from holdfast.connectors.simulated.scenario import Population, moment

NAME = "small-july"
NIGHT = "small-july-until-night"


def small_july():
    """Every one of the 130 accounts and all that was done to them; only the bystanders are few."""
    return replace(
        SCENARIOS["twitter-2020-07-15"](),
        name=NAME,
        opens=moment("2020-07-15T12:00:00Z"),
        end=moment("2020-07-15T19:25:00Z"),
        population=Population(ordinary=20_000, verified=6_000, posts_per_second=0.3),
    )


def small_night():
    """The same until owners have come and the probation of the first of them has passed."""
    return replace(small_july(), name=NIGHT, end=moment("2020-07-15T23:59:00Z"))


SCENARIOS[NAME] = small_july
SCENARIOS[NIGHT] = small_night
