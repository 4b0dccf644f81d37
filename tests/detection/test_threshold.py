"""The alert threshold as a setting: for measuring what nearly was a campaign."""

import random

import pytest

from holdfast.detection import CampaignTier, DetectionSettings, Detector
from holdfast.detection.model import ALERT, CONTAIN
from holdfast.errors import SettingsError

SECOND = 1_000


def linked(stream):
    """Four accounts pass one link on, which is no campaign."""
    drawn = random.Random(3)
    stream.crowd(4, 60 * SECOND, lambda _: f"have you seen it {drawn.random()} https://news.example.org/page")
    return stream


def test_a_lower_threshold_tells_what_stays_below_the_usual_one(stream):
    """With its score, which is the sum of its evidence as ever."""
    assert () == linked(stream).found()
    (near,) = stream.detect(settings=DetectionSettings(memory_mb=4, alert=3.0)).campaigns()
    assert 3.0 <= near.score < ALERT
    assert CampaignTier.ALERT is near.tier
    assert near.score == pytest.approx(sum(term.log_likelihood for term in near.evidence))


def test_a_restored_detector_goes_by_the_threshold_it_is_given(stream):
    """It is a setting, not part of what was seen."""
    settings = DetectionSettings(memory_mb=4, alert=3.0)
    early = stream.detect(settings=settings).snapshot()
    seen = len(stream.posts)
    linked(stream)
    rest = stream.batches([seen])[1]
    told = {}
    for alert in (3.0, ALERT):
        detector = Detector.restore(early, DetectionSettings(memory_mb=4, alert=alert))
        detector.observe(rest)
        told[alert] = len(detector.campaigns())
    assert {3.0: 1, ALERT: 0} == told


@pytest.mark.parametrize("alert", [0.0, -1.0, CONTAIN + 1, float("nan")])
def test_a_threshold_that_makes_no_sense_is_refused(alert):
    """It lies above nothing and not above the contain tier's."""
    with pytest.raises(SettingsError, match="nats"):
        DetectionSettings(alert=alert)
