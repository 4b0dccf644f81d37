"""What if the tokens of a third-party app are stolen: no password changes, nobody signs in, the app simply posts.

After the wave of January and February 2020, when some thirty sports accounts and later the Olympics posted through one
management tool. Clubs and texts are invented.
"""

from __future__ import annotations

from holdfast.connectors.simulated.addresses import bech32_address
from holdfast.connectors.simulated.scenario import (
    HOUR,
    MINUTE,
    SECOND,
    Attack,
    Cause,
    Deed,
    LureText,
    Member,
    Population,
    Scenario,
    Step,
    Target,
    moment,
    names,
)
from holdfast.connectors.simulated.streams import stream

from .cast import BYSTANDERS

START = moment("2020-02-10T14:00:00Z")
FIRST_POST = START + 70 * MINUTE
EVERY = 75 * SECOND
APP = "app-matchday"
AUDIENCE = 9_000  # ordinary accounts that let the app in over the day before
CLUBS = names(
    """bayrockets hillcityfc northsidebears portunited lakers_of_elm stormhockey valleyhawks ironrovers cedarfc
    eastendbulls plainsrugby coastalswim goldenarrows tundrawolves metrobasket oldmillfc riverkings capitalcrows
    summitski harbournine prairiefalcons steelcyclists oakvalleyfc twinlakes isleofrow bluefjordfc redstoneafc
    meadowtennis quarryunited skyline_volley grandprixdaily the_olympic_echo"""
)
ADDRESS = bech32_address(stream(0, "third-party-app"))
TEXT = (
    f"Ticket holders! Send 0.01 BTC to {ADDRESS} before the final whistle and get double back plus two season tickets."
)


def third_party_app() -> Scenario:
    """Four hours on 10 February 2020: 32 clubs, 220,000 accounts in all."""
    return Scenario(
        name="third-party-app",
        title="A third-party app's tokens are stolen and post from 32 sports clubs",
        opens=START - 26 * HOUR,
        start=START,
        end=START + 4 * HOUR,
        population=Population(ordinary=200_000, verified=20_000, posts_per_second=6.0, staff=400),
        cast=(
            *(Member(handle=club, reach=90_000 + 61_000 * place) for place, club in enumerate(CLUBS)),
            *BYSTANDERS,
        ),
        attack=Attack(
            targets=tuple(
                Target(
                    handle=club,
                    steps=(
                        Step(at=FIRST_POST + place * EVERY - SECOND, deed=Deed.USE_APP),
                        Step(at=FIRST_POST + place * EVERY, deed=Deed.POST, what="tickets", jitter=40 * SECOND),
                    ),
                )
                for place, club in enumerate(CLUBS)
            ),
            lures={"tickets": LureText(text=TEXT)},
            app=APP,
            audience=AUDIENCE,
        ),
        cause=Cause(accepted=(f"app:{APP}", f"client:{APP}"), told="the stolen tokens of a third-party app"),
    )
