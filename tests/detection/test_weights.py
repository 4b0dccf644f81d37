"""The weights behave: what saturates saturates, what fades fades, and thresholds follow from the rates they state."""

from __future__ import annotations

from math import isclose, log

from hypothesis import given
from hypothesis import strategies as st

from holdfast.detection import model
from holdfast.detection.likeness import alike, template_share, words_of

nats = st.floats(-40, 400)


def test_thresholds_follow_from_the_stated_rates():
    """Wald's bound: false alarms per trial times trials per million posts is the rate that was stated."""
    alpha = (1 - model.MISSED) / 2.718281828459045**model.ALERT
    assert isclose(alpha * model.TRIALS_PER_MILLION, model.ALERT_FALSE_PER_MILLION, rel_tol=1e-9)
    assert model.ALERT < model.CONTAIN


def test_no_content_reaches_contain():
    """However much content there is, it ends between the two thresholds, or below both."""
    for share in model.SPREADS.values():
        assert model.spread(1e6, share) < model.CONTAIN
    assert model.spread(1e6, model.SPREADS["address"]) > model.ALERT
    assert all(model.spread(1e6, model.SPREADS[sort]) < model.ALERT for sort in ("copyable", "known", "text"))


@given(nats, nats, st.sampled_from(sorted(model.SPREADS.values())))
def test_saturation_keeps_order_and_never_adds(one, two, share):
    """More content is never worth less, and saturating takes away."""
    assert (one <= two) <= (model.spread(one, share) <= model.spread(two, share) + 1e-12)
    assert model.spread(max(one, 0.0), share) <= max(one, 0.0) + 1e-9


@given(nats, st.sampled_from(sorted(model.TRACE.values())))
def test_a_missing_trace_costs_little(total, prior):
    """A trace that is absent takes at most ln(1 - prior) away; one that is there adds nearly all of itself."""
    weighed = model.mixture(total, prior)
    assert log(1 - prior) - 1e-9 <= weighed <= max(total, 0.0) + 1e-9
    if total > 20:
        assert weighed >= total + log(prior) - 1e-9


@given(st.integers(1_000, 10**9), st.integers(1_000, 10**9))
def test_longer_gaps_are_worth_less(one, two):
    """The sooner the next account comes, the more it is worth."""
    short, long = sorted((one, two))
    assert model.gap(short, 3_600_000, first=True) >= model.gap(long, 3_600_000, first=True)


@given(st.sampled_from(sorted(model.NOVICE)), st.integers(0, 300))
def test_history_is_evidence_never_a_precondition(kind, posts):
    """Without a past a first lure says nothing; a longer past says more, up to its ceiling."""
    assert model.novice(kind, 0) == 0
    assert model.novice(kind, posts) <= model.novice(kind, posts + 1) < model.NOVICE[kind] + 1e-9


def test_forms_and_paraphrases_are_told_apart():
    """An app's form explains own pages; paraphrases do not."""
    form = ["I rode 3 km with @app https://a.example/1", "I rode 17 km with @app https://a.example/2"]
    free = ["Good morning to all who rode along https://a.example/1", "What a night, my thanks https://a.example/2"]
    assert template_share(form) == 1.0
    assert model.form_spreads(template_share(form)) > 100 * model.form_spreads(template_share(free))
    assert template_share(["https://a.example/1", "https://a.example/2"]) is None


def test_numbers_are_one_word_and_links_none():
    """What fills a form's slots does not count as words of its own."""
    assert words_of("5,02 km via https://x.example/y done") == ("0", "0", "km", "via", "done")


@given(st.binary(min_size=16, max_size=16))
def test_signatures_agree_with_themselves(signature):
    """A text is wholly alike to itself, unless it had no words."""
    assert alike(signature, signature) == (1.0 if any(signature) else 0.0)


@given(st.integers(0, 7), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_is_everyday_says_less(kind, with_it, posts, events, accounts):
    """The more ordinary accounts show a precursor, by posts or by events, the larger its base rate."""
    posts = max(posts, with_it)
    base = model.precursor_base(kind, with_it, posts, events, accounts)
    assert 0 < base <= 1
    assert model.precursor_base(kind, with_it, posts, events + 1, accounts) >= base
