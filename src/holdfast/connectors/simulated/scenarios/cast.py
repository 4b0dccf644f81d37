"""Who appears in every scenario besides its own people: organisations with many accounts, and who warns of danger."""

from __future__ import annotations

from holdfast.connectors.simulated.scenario import Member, names

CITIES = names(
    """Ashford Brinholm Caldera Dunmore Eastvale Farrow Glenmoor Harwick Inverlay Jasper Kestrel Lowmead Millbrook
    Norwell"""
)

CHAPTERS = tuple(
    Member(handle=f"OpenHands{city}", reach=4_000 + 900 * place, org="chapters", rate=0.15)
    for place, city in enumerate(CITIES)
)
EXCHANGE = tuple(
    Member(handle=f"FairTrade{part}", reach=reach, org="fairtrade-exchange", rate=0.3)
    for part, reach in (("Exchange", 410_000), ("Support", 60_000), ("Research", 25_000))
)
WEATHER = Member(handle="WeatherOfficePlains", reach=38_000, tier="official", emergency=True, rate=0.6)
BYSTANDERS = (*CHAPTERS, *EXCHANGE, WEATHER)
