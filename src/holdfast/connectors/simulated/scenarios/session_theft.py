"""What if sessions are stolen by malware on each holder's own machine: one lure, and nothing in common behind it.

After the cookie thefts from video makers since late 2019. The right answer to "what is the common cause" is "unknown":
every session is used from another household line in the holder's own country.
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

START = moment("2021-10-20T13:00:00Z")
FIRST_POST = START + 65 * MINUTE
EVERY = 130 * SECOND
USED_BEFORE = 12 * MINUTE  # how long before its lure a stolen session is tried
PEOPLE = names(
    """letsbuild_tom craftcorner retroarcade_jun cookwithlena drone_valley makeup_by_sia guitarlab mathtutor_eli
    vanlife_oru speedrunner_k plantmom_iris woodshop_ben travelnotes_ada carreviewer_mo streetfood_tam puzzle_pia
    bookclub_ren indiegame_hal photo_walks_li yoga_with_may fishing_sam astro_nights_jo comedy_clip_ed unboxing_rae
    history_bites_ola lego_lane_kit"""
)
ADDRESS = bech32_address(stream(0, "session-theft"))
TEXTS = {
    "one": LureText(text=f"Channel anniversary! I'm matching every coin sent to {ADDRESS} and sending back double."),
    "two": LureText(
        text=f"Special live event today. Send any amount to {ADDRESS} and receive 2x. Only while we are live!"
    ),
}
LANGUAGES = ("en", "en", "es", "pt", "de", "fr", "en", "tr")


def session_theft() -> Scenario:
    """Four hours on 20 October 2021: 26 people, 220,000 accounts in all."""
    targets = []
    for place, name in enumerate(PEOPLE):
        post = FIRST_POST + place * EVERY
        steps = (
            Step(at=post - USED_BEFORE, deed=Deed.USE_STOLEN_SESSION, jitter=8 * MINUTE),
            Step(at=post, deed=Deed.POST, what="two" if place % 2 else "one", jitter=70 * SECOND),
        )
        targets.append(Target(handle=name, steps=steps))
    return Scenario(
        name="session-theft",
        title="Sessions stolen by malware from 26 holders who have nothing else in common",
        opens=START - 26 * HOUR,
        start=START,
        end=START + 4 * HOUR,
        population=Population(ordinary=200_000, verified=20_000, posts_per_second=6.0, staff=400),
        cast=(
            *(
                Member(handle=name, reach=40_000 + 57_000 * place, verified=place % 3 > 0, lang=LANGUAGES[place % 8])
                for place, name in enumerate(PEOPLE)
            ),
            *BYSTANDERS,
        ),
        attack=Attack(targets=tuple(targets), lures=TEXTS),
        cause=Cause(told="nothing in common: each holder's own machine was infected"),
    )
