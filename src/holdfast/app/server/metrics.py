"""How is the service doing, in figures for Prometheus? Counted where it happens, gathered when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from .guard import GuardRoutes, histogram
from .staff.deciding import StaffRoutes
from .tally import Tally
from .worker import Worker

GAUGES = {
    "holdfast_ledger_entries": ("ledger_entries", "Entries on record."),
    "holdfast_campaigns": ("campaigns", "Campaigns known."),
    "holdfast_proposals_waiting": ("proposals_waiting", "Proposals that somebody has to decide about."),
    "holdfast_holds_in_force": ("holds_in_force", "Holds in force."),
    "holdfast_dead_letters": ("dead_letters", "Holds whose deed was given up; a person has to look."),
    "holdfast_requests_open": ("requests_open", "Requests that wait for people to agree."),
    "holdfast_reviews_owed": ("reviews_owed", "Emergencies that nobody has reviewed yet."),
    "holdfast_reviews_late": ("reviews_late", "Those of them whose review is late."),
    "holdfast_quorums_unreachable": ("quorums_unreachable", "Rows of the table that take more people than there are."),
    "holdfast_people": ("people", "People who are registered and there."),
    "holdfast_errands": ("errands", "Deeds that wait to be done."),
    "holdfast_one_way_waiting": ("one_way_waiting", "One-way deeds that wait until somebody raises a cap."),
    "holdfast_breaker_open": ("breaker_open", "1 while the platform is left alone because it does not answer, else 0."),
    "holdfast_untrue": ("untrue", "Holds that did not stand at the last look though the platform had said so."),
    "holdfast_unreadable": ("unreadable", "Subjects of which the platform did not show at the last look what stands."),
    "holdfast_unaccounted": ("unaccounted", "Restrictions said to be ours that no hold of ours could have placed."),
    "holdfast_store_turn": ("store_turn", "Owners that the store has had, this process the last."),
    "holdfast_standby": ("standby", "1 while this server stands by for another one, else 0."),
    "holdfast_accounts": ("accounts", "Accounts that cohorts are evaluated over."),
    "holdfast_restored_accounts": ("restored_accounts", "Accounts given back in waves so far, as of the last look."),
    "holdfast_accounts_in_waves": ("accounts_in_waves", "Accounts that waves have yet to give back, as of then."),
    "holdfast_waves_paused": ("waves_paused", "Cohorts held again whose waves wait for a person."),
    "holdfast_recovery_cases_open": ("cases_open", "Hijacked accounts that are not given back yet."),
    "holdfast_recovery_cases_ready": ("cases_ready", "Those of them for which only people have to agree."),
    "holdfast_recovery_cases_on_probation": ("cases_on_probation", "Accounts given back that are still watched."),
    "holdfast_snapshot_version": ("snapshot_version", "Version of the holds in force since this start."),
}
FORWARDED = "holdfast_forwarded"
COUNTERS = {
    "holdfast_posts": ("posts", "Posts heard."),
    "holdfast_security_events": ("events", "Other events heard."),
    "holdfast_rejects": ("rejects", "Lines that are no events."),
    "holdfast_alarms": ("alarms", "Alarms on the time line: a person has to look."),
    "holdfast_worker_errors": ("errors", "Rounds of the worker that failed."),
    "holdfast_archive_failures": ("archive_failures", "Times that the archive did not keep what it was given."),
}


class GuardMetrics:
    """A collector over the answers of the guard, in the process that gives them."""

    def __init__(self, guard: GuardRoutes, staff: StaffRoutes) -> None:
        """Over these."""
        self._guard, self._staff = guard, staff
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Each figure as it stands."""
        guard = self._guard
        answers = CounterMetricFamily("holdfast_guard_answers", "Answers of the guard.", labels=["action", "verdict"])
        for (action, verdict), count in guard.verdicts.items():
            answers.add_metric([action, verdict], count)
        yield answers
        yield CounterMetricFamily(
            "holdfast_guard_unseen_answers", "Answers given while the state could not be seen.", guard.unseen_answers
        )
        yield HistogramMetricFamily(
            "holdfast_guard_seconds",
            "From the whole question to the whole answer; a batch counts once.",
            buckets=histogram(guard.seconds),
            sum_value=guard.seconds_sum,
        )
        yield CounterMetricFamily(
            "holdfast_guard_refused", "Requests answered by a problem before they came to the state.", guard.refused
        )
        yield from self._of_staff()

    def _of_staff(self) -> Iterator[Metric]:
        staff = self._staff
        answers = CounterMetricFamily("holdfast_gate_answers", "Answers of the staff gate.", labels=["allowed"])
        for allowed, count in staff.answers.items():
            answers.add_metric([str(allowed).lower()], count)
        yield answers
        yield HistogramMetricFamily(
            "holdfast_gate_seconds",
            "From a member of staff's question to the answer that is counted and on record.",
            buckets=histogram(staff.seconds),
            sum_value=staff.seconds_sum,
        )


class Metrics:
    """A collector over all else that counts, in the process that owns the state."""

    def __init__(self, worker: Worker, tally: Tally) -> None:
        """Over these."""
        self._worker, self._tally = worker, tally
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Each figure as it stands."""
        yield from self._of_worker()
        yield from self._of_requests()

    def _of_worker(self) -> Iterator[Metric]:
        status = self._worker.status
        for name, (key, says) in GAUGES.items():
            yield GaugeMetricFamily(name, says, status.figures.get(key, 0))
        for name, (key, says) in COUNTERS.items():
            yield CounterMetricFamily(name, says, self._worker.totals[key])
        seconds = max(0.0, time.monotonic() - status.seen_at)
        yield GaugeMetricFamily("holdfast_seen_seconds", "Since the state was last known to be whole.", seconds)
        forgotten = CounterMetricFamily(
            "holdfast_detection",
            "What detection counts: late posts, what it forgot, whom it cannot name.",
            labels=["what"],
        )
        for what, count in status.forgotten.items():
            forgotten.add_metric([what], count)
        yield forgotten

    def _of_requests(self) -> Iterator[Metric]:
        tally = self._tally
        refused = CounterMetricFamily("holdfast_requests_refused", "Requests answered by a problem.", labels=["status"])
        for status, count in sorted(tally.refused.items()):
            refused.add_metric([str(int(status))], count)
        yield refused
        yield CounterMetricFamily(FORWARDED, "Requests that name another caller, as from a proxy.", tally.forwarded)
        yield CounterMetricFamily("holdfast_faults", "Requests that met a fault of ours.", tally.faults)
        yield GaugeMetricFamily("holdfast_queue_bodies", "Bodies of events that wait or are under way.", tally.bodies)
        yield GaugeMetricFamily("holdfast_queue_bytes", "Their bytes.", tally.bytes)
        yield CounterMetricFamily("holdfast_events_turned_away", "Bodies of events answered 429.", tally.turned_away)
