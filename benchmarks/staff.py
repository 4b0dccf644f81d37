"""Are abused staff accesses seen, and honest agents left alone? Synthetic support work: `holdfast bench staff`."""

from __future__ import annotations

from holdfast.app.bench.staff.desks import Kind
from holdfast.app.bench.staff.figures import Rate, Seen
from holdfast.app.bench.staff.measure import ATTENDED, Report
from holdfast.app.bench.staff.measure import measure as over_a_month


def measure(agents: int = 2_000, seed: int = 102, *, quick: bool = False) -> dict[str, object]:
    """The command's figures at a desk large enough for narrow bounds, from a seed that nothing was tuned on."""
    report = over_a_month(1_000 if quick else agents, 30, seed, 25 if quick else 100)
    figures = at_one_desk(report)
    figures |= _with_tickets(over_a_month(report.agents, 30, seed, 25 if quick else 100, tickets=True))
    for kind in () if quick else [kind for kind in Kind if kind is not Kind.MIXED]:
        name = f"desk {kind.replace('_', ' ')}: false per 1,000 agents and 30 days"
        figures[name] = _kind(over_a_month(1_000, 30, seed, 25, kind=kind))
    return figures


def at_one_desk(report: Report) -> dict[str, object]:
    """The figures of the mixed desk."""
    figures: dict[str, object] = {"agents": report.agents, "days": report.days, "events": report.events}
    for way, row in report.ways.items():
        name = way.replace("_", " ")
        figures |= {
            f"{name}: asked about": _seen(row.asked, row.attacks),
            f"{name}: watching proposed, or a hold": _seen(row.watched, row.attacks),
            f"{name}: hold proposed": _seen(row.held, row.attacks),
        }
    return {
        **figures,
        "honest agents asked about, per 1,000 agent-days": _rate(report.asked),
        "false proposals to watch somebody, per 1,000 agents and 30 days": f"{report.watched_per_month:.1f}",
        "false proposals to hold, per 1,000 agent-days": _rate(report.held),
        "false proposals to hold, per 1,000 agents and 30 days": f"{report.holds_per_month:.2f} "
        f"({report.holds_at_least:.2f} to {report.holds_at_most:.2f})",
        "campaigns against staff told of, an exercise among them": report.waves,
        "staff events/s": report.events_per_second,
    }


def _with_tickets(report: Report) -> dict[str, object]:
    """What becomes of it where the help desk tells of its tickets."""
    seen = {
        way: f"watched {row.watched.seen}, held {row.held.seen} of {row.attacks}" for way, row in report.ways.items()
    }
    return {
        **{f"tickets told, {way.replace('_', ' ')}": text for way, text in seen.items()},
        "tickets told, false per 1,000 agents and 30 days": (
            f"watched {report.watched_per_month:.1f}, held {report.holds_per_month:.2f} "
            f"({report.holds_at_least:.2f} to {report.holds_at_most:.2f})"
        ),
        "tickets told, staff events/s": report.events_per_second,
    }


def _kind(report: Report) -> str:
    month = 30 * report.asked.agent_days / (report.agents * report.days)
    own = [report.ways[way] for way in ATTENDED]
    attacks = sum(row.attacks for row in own)
    return (
        f"asked {report.asked.per_thousand * month:.0f}, watched {report.watched_per_month:.0f}, "
        f"held {report.holds_per_month:.0f}; of bribed and patient watched {sum(row.watched.seen for row in own)}, "
        f"held {sum(row.held.seen for row in own)} of {attacks}"
    )


def _seen(seen: Seen, attacks: int) -> str:
    if seen.actions is None or seen.seconds is None:
        return f"0 of {attacks}"
    median, most = seen.actions.median, seen.actions.p90
    return f"{seen.seen} of {attacks}, after {median:.0f} actions (nine in ten: {most:.0f})"


def _rate(rate: Rate) -> str:
    return f"{rate.count} in {rate.agent_days:,}: {rate.per_thousand:.3f} ({rate.at_least:.3f} to {rate.at_most:.3f})"
