"""What a person sees of a run, and of its campaigns."""

import io

import pytest
from rich.console import Console

from holdfast.app.moment import Figures, Moment
from holdfast.app.view import screen
from holdfast.detection import Campaign, CampaignTier
from holdfast.reading import Lure, LureKind

NOW = 1_594_840_380_000  # 15 July 2020, 19:13
TEXT = "I am giving back to my community. " * 4
LURES = [
    Lure(kind=LureKind.TEXT, value=TEXT, valid=False),
    Lure(kind=LureKind.TEXT, value=TEXT.upper(), valid=False),
    Lure(kind=LureKind.LINK, value="scam.example/page"),
    Lure(kind=LureKind.DOMAIN, value="scam.example"),
    Lure(kind=LureKind.ADDRESS, value="1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
]


def shown(*lures, width):
    """The screen of a run with one campaign, as text."""
    campaign = Campaign(
        id="c",
        tier=CampaignTier.CONTAIN,
        first_post_at=NOW - 90_000,
        detected_at=NOW,
        detected_after_posts=3,
        accounts=("a", "b", "c"),
        posts=("p", "q", "r"),
        lures=lures,
        score=14.0,
        evidence=(),
    )
    moment = Moment(
        title="a drill",
        now=NOW,
        start=NOW - 3_600_000,
        end=NOW + 3_600_000,
        posts=9,
        events=9,
        rate=9.0,
        campaigns=(campaign,),
        happenings=(),
        holds={},
        ledger=1,
        figures=Figures(),
        history={},
    )
    console = Console(file=io.StringIO(), width=width, height=40)
    console.print(screen(moment), height=40)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 150])
def test_a_campaign_is_shown_by_what_can_be_followed(width):
    """Address and domain come before links and words, however the campaign came to know them."""
    screen_text = shown(*LURES, width=width)

    assert "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2, scam.example +3" in screen_text
    assert "giving back" not in screen_text


def test_a_campaign_known_by_its_words_is_shown_by_them():
    """Where nothing else was found."""
    assert "giving back" in shown(LURES[0], width=150)
