"""Small streams made by the tests: an ordinary town, and a fraud posted from three of its accounts."""

import json

from numpy.random import default_rng

from holdfast.connectors.simulated.addresses import bech32_address

NOON = 1_594_814_400_000  # 2020-07-15T12:00:00Z
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TOWN = 300  # accounts: enough that touching six of them by chance is no explanation
TAKEN = (3, 7, 11, 15, 17, 19)
WORDS = [
    "morning",
    "train",
    "coffee",
    "rain",
    "match",
    "goal",
    "garden",
    "recipe",
    "bread",
    "book",
    "film",
    "song",
    "bus",
    "work",
    "lunch",
    "river",
]
ADDRESS = bech32_address(default_rng(20))
SESSION, STAFF = "ts-9", "st-1"


def talk(days=8, people=24):
    """What people say day by day, ten minutes apart, before anything happens."""
    rng = default_rng(5)
    return [
        {
            "id": f"p{day}-{who}",
            "time": NOON - (days - day) * DAY + who * 10 * MINUTE,
            "account": f"u{who}",
            "text": " ".join(rng.choice(WORDS, 7)) + f" {day}",
            "lang": "en",
        }
        for day in range(days)
        for who in range(people)
    ]


def fraud(who=TAKEN[:3], address=ADDRESS):
    """The same payment address from accounts that have nothing to do with each other, a minute apart."""
    return [
        {
            "id": f"fraud-{n}",
            "time": NOON + n * MINUTE,
            "account": f"u{account}",
            "text": f"I am giving back to the community. All Bitcoin sent to {address} will be sent back doubled!",
            "lang": "en",
        }
        for n, account in enumerate(who)
    ]


def takeovers():
    """A town of accounts, and six of them given to somebody else through a staff tool before the fraud."""
    events = []
    for who in range(TOWN):
        start = NOON - 9 * DAY + who
        events.append({"type": "account", "account": f"u{who}", "time": start, "verified": True, "reach": 200_000})
        events.append(signed_in(who, start + HOUR, f"10.0.{who}.1", "US", "AS1"))
    for n, who in enumerate(TAKEN):
        swap, account = NOON - 30 * MINUTE + n * MINUTE, f"u{who}"
        tool = {"type": "staff_action", "staff": STAFF, "tool": "desk", "tool_session": SESSION}
        change = {"type": "credential_change", "what": "email", "change": "replaced", "by": "staff", "staff": STAFF}
        events += [
            {**tool, "time": swap, "action": "replace_email", "target": account},
            {**change, "time": swap + 1, "account": account, "new_hash": f"h{who}"},
            {"type": "reset_requested", "time": swap + 20_000, "account": account, "channel": "email"},
            signed_in(who, swap + 40_000, "192.0.2.9", "NL", "AS99"),
        ]
    return [{"id": f"e{n}", **event} for n, event in enumerate(events)]


def signed_in(who, time, ip, country, asn):
    """One sign-in that went well."""
    place = {"ip": ip, "country": country, "asn": asn, "device": f"{asn}-{who}"}
    return {"type": "sign_in", "account": f"u{who}", "time": time, "outcome": "ok", "session": f"{asn}-{who}", **place}


def lines(events):
    """The events as JSON Lines, in order of time."""
    return b"".join(json.dumps(event).encode() + b"\n" for event in sorted(events, key=lambda event: event["time"]))


def attack():
    """All of it as a stream: talk, takeovers, fraud."""
    return lines(talk() + takeovers() + [{"type": "post", **post} for post in fraud(TAKEN[:4])])
