"""What happens on a platform when nobody attacks it?"""

from __future__ import annotations

from .draft import Draft


def live(draft: Draft) -> None:
    """Holders sign in, let apps in and change things; staff work on tickets."""
    _sign_in(draft)
    _work(draft)
    _let_apps_in(draft)
    _change_things(draft)


def _sign_in(draft: Draft) -> None:
    """From home as a rule, at times from another's home; about a third never do."""
    terrain = draft.terrain
    for who in draft.some(0.7 * terrain.people):
        for _ in range(1 + int(draft.random.poisson(terrain.sign_ins))):
            home = draft.below(terrain.homes) if draft.chance(terrain.roaming) else int(draft.homes[who])
            draft.sign_in(who, draft.when(), f"AS{home}", f"10.{home % 250}.{home // 250}.9")


def _work(draft: Draft) -> None:
    """Staff work on tickets of holders as they come, now and then on one account twice."""
    people = draft.terrain.people
    for _ in range(round(people * draft.terrain.tickets)):
        who, at, staff = draft.below(people), draft.when(), draft.agent()
        draft.ticket(who, at, staff)
        if draft.chance(0.1):
            draft.replace(who, at + 1, "email", draft.new("own"), by="staff", staff=staff)


def _let_apps_in(draft: Draft) -> None:
    """A few apps of many, most of many of them by few."""
    for who in draft.some(draft.terrain.apps * draft.terrain.people):
        draft.let_in(who, draft.when(), f"app{int(draft.random.zipf(1.5)) % 200}")


def _change_things(draft: Draft) -> None:
    """New addresses, new numbers, forgotten passwords."""
    people, share = draft.terrain.people, draft.terrain.changes
    for who in draft.some(people * share):
        draft.replace(who, draft.when(), "email", draft.new("own"))
    for who in draft.some(people * share / 4):
        draft.port(who, draft.when())
    for who in draft.some(people * share):
        draft.reset(who, draft.when(), "sms" if draft.chance(0.3) else "email")
