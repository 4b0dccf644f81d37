"""What if phone numbers are moved to other cards: one desk at one carrier ports them.

Passwords are then reset by text message. Modelled on the takeovers of August 2019 and January 2024 that came through a
carrier. People and texts are invented.
"""

from __future__ import annotations

from holdfast.connectors.simulated.addresses import base58_address
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

START = moment("2023-09-12T15:00:00Z")
FIRST_POST = START + 80 * MINUTE
EVERY = 110 * SECOND
PORTS_BEFORE = 35 * MINUTE  # how long before its lure a number is moved
DESK = "northline/port-desk-07"
PEOPLE = names(
    """ada_coder vitalfounder nft_ingrid poddy_marsh streamer_lux angel_osei gamer_tovik vc_brandt artist_wei
    quiz_hannah runner_diaz chef_amaru prof_ekwall skater_bee fashion_nils drummer_kwan critic_ana farmer_holt
    biohack_ray mayor_linden activist_sen tutor_pax chess_mira radio_gus"""
)
ADDRESS = base58_address(stream(0, "sim-swap"))
TEXTS = {
    "one": LureText(
        text=f"Thanking my followers today. Whatever you send to {ADDRESS} comes back twice within the hour."
    ),
    "two": LureText(
        text=f"It's real: send BTC, get two times as much back. Limited to the first 500 people. {ADDRESS}"
    ),
}


def _plan(place: int) -> tuple[Step, ...]:
    post = FIRST_POST + place * EVERY
    port = post - PORTS_BEFORE
    return (
        Step(at=port, deed=Deed.PORT_NUMBER, jitter=4 * MINUTE),
        Step(at=port + 9 * MINUTE, deed=Deed.RESET, jitter=4 * MINUTE),
        Step(at=port + 15 * MINUTE, deed=Deed.SIGN_IN, jitter=4 * MINUTE),
        Step(at=post, deed=Deed.POST, what="two" if place % 3 == 2 else "one", jitter=50 * SECOND),
        *((Step(at=post + 5 * MINUTE, deed=Deed.READ_INBOX),) if place % 4 == 0 else ()),
    )


def sim_swap() -> Scenario:
    """Four hours on 12 September 2023: 24 people, 220,000 accounts in all."""
    return Scenario(
        name="sim-swap",
        title="One desk at a phone carrier moves 24 numbers, and the accounts behind them post",
        opens=START - 26 * HOUR,
        start=START,
        end=START + 4 * HOUR,
        population=Population(ordinary=200_000, verified=20_000, posts_per_second=6.0, staff=400),
        cast=(
            *(Member(handle=name, reach=60_000 + 83_000 * place) for place, name in enumerate(PEOPLE)),
            *BYSTANDERS,
        ),
        attack=Attack(
            targets=tuple(Target(handle=name, steps=_plan(place)) for place, name in enumerate(PEOPLE)),
            lures=TEXTS,
            carrier=DESK,
        ),
        cause=Cause(accepted=(f"carrier:{DESK}",), told="a desk at a phone carrier that moved the numbers"),
    )
