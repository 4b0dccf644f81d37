"""What detection could not remember is told in words of people, and nothing is left out."""

from holdfast.app.forgotten import forgotten, sentences
from holdfast.detection import DetectionSettings, Detector

NONE = dict.fromkeys(Detector(DetectionSettings(memory_mb=4)).counters, 0)


def test_every_table_that_forgets_is_told_of():
    """Whatever a detector counts as evicted, late or unresolved gets its sentence and its key."""
    for name in NONE.keys() - {"posts"}:
        counters = {**NONE, name: 1_234}
        assert len(sentences(counters)) == 1
        assert "1,234" in sentences(counters)[0]
        assert 1_234 in {**forgotten(counters), **forgotten(counters)["evicted"]}.values()


def test_nothing_is_told_where_nothing_is_lacking():
    """Posts that were taken in are no loss."""
    assert sentences({**NONE, "posts": 9}) == ()
