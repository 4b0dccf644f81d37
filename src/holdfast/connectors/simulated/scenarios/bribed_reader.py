"""What if a staff member is paid to read: no post, no lock, only look-ups of the well-known that no ticket asked for.

After the cases of staff and contractors who looked into the accounts of the famous (2014 to 2020). Names are invented.
"""

from __future__ import annotations

from holdfast.connectors.simulated.scenario import (
    HOUR,
    MINUTE,
    Attack,
    Cause,
    Deed,
    Member,
    Population,
    Scenario,
    Step,
    StolenStaff,
    Target,
    moment,
)

from .cast import BYSTANDERS

START = moment("2019-11-06T09:00:00Z")
READER = "st-0233"
READS = 60
EVERY = 3 * MINUTE
FIELDS = ("actor", "senator", "singer", "journalist", "dissident", "striker")


def bribed_reader() -> Scenario:
    """Five hours on 6 November 2019: 60 inboxes read by one staff member, 220,000 accounts in all."""
    people = tuple(
        Member(
            handle=f"{FIELDS[place % len(FIELDS)]}_{place:02d}",
            reach=250_000 + 140_000 * place,
            tier="official" if FIELDS[place % len(FIELDS)] == "senator" else "ordinary",
        )
        for place in range(READS)
    )
    return Scenario(
        name="bribed-reader",
        title="A bribed staff member reads sixty inboxes and posts nothing",
        opens=START - 26 * HOUR,
        start=START,
        end=START + 5 * HOUR,
        population=Population(ordinary=200_000, verified=20_000, posts_per_second=6.0, staff=400),
        cast=(*people, *BYSTANDERS),
        on_shift=(READER,),
        attack=Attack(
            targets=tuple(
                Target(
                    handle=member.handle,
                    steps=(Step(at=START + HOUR + place * EVERY, deed=Deed.READ_AS_STAFF, jitter=EVERY),),
                )
                for place, member in enumerate(people)
            ),
            staff=(StolenStaff(staff=READER, at=START + 40 * MINUTE, willing=True),),
        ),
        cause=Cause(told="a staff member who was paid to read"),
    )
