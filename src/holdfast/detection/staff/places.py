"""Does somebody else sign in as a staff member? Network, device and hour against their own, and pushes they had refused."""

from __future__ import annotations

from math import log

from holdfast.events import StaffSignIn, network_of

from . import figures
from .desk import Desk
from .person import HOURS, PLACES, Person, Sign


def pushed(person: Person, event: StaffSignIn) -> None:
    """A push was accepted: after how many that were refused just before?"""
    now = event.time
    if event.method != "push" or not person.refused:
        return
    refused = sum(now - at <= figures.PUSH_WITHIN for at in person.refused)
    person.refused = []
    if refused >= figures.PUSHES:
        nats = figures.PUSHED + (refused - figures.PUSHES) * figures.EACH_PUSH_MORE
        note = f"accepted a push after {refused} were refused within half an hour"
        person.raise_sign(Sign.PUSH, min(figures.MOST_BY_PUSH, nats), now, note)


def entered(person: Person, event: StaffSignIn, desk: Desk) -> None:
    """A session was opened; what is new becomes theirs tomorrow."""
    now = event.time
    network, device = event.asn or network_of(event.ip), event.device
    hour = now % figures.DAY // figures.HOUR
    new_network = bool(network) and network not in person.networks
    new_device = bool(device) and device not in person.devices
    parts: list[tuple[float, str]] = []
    if person.settled and (new_network or new_device):
        parts = _parts(person, desk, now, network if new_network else "", new_device=new_device)
    for each, new, today in ((network, new_network, person.new_networks), (device, new_device, person.new_devices)):
        if not each:
            continue
        if not new:
            person.used[each] = None
        elif len(today) < PLACES:
            today[each] = None
    person.hours_today |= 1 << hour
    if parts:
        nats = min(figures.MOST_BY_PLACE, sum(nats for nats, _ in parts))
        note = "signed in " + ", ".join(word for _, word in parts)
        person.raise_sign(Sign.PLACE, nats, now, note)
    if not new_network and not new_device:
        person.worked_at = now


def _parts(person: Person, desk: Desk, now: int, network: str, *, new_device: bool) -> list[tuple[float, str]]:
    """What is new about it, each with its nats; the hour says something only beside a place."""
    parts = []
    if network and desk.of_colleagues(network):
        parts.append((figures.NEW_NETWORK_OF_COLLEAGUES, "from another network of the company's"))
    elif network:
        parts.append((figures.NEW_NETWORK, "from a network never seen of them"))
    if new_device:
        parts.append((figures.NEW_DEVICE, "on a device never seen of them"))
    if len(parts) > 1 and 0 < now - person.worked_at <= figures.HOUR:
        parts.append((figures.TWO_PLACES, "within an hour of work on their own"))
    share = _share_of_hour(person, now % figures.DAY // figures.HOUR)
    if share < figures.AN_HOUR:
        nats = min(figures.MOST_BY_HOUR, log(figures.AN_HOUR / share))
        parts.append((nats, "at an hour that is not theirs"))
    return parts


def _share_of_hour(person: Person, hour: int) -> float:
    """The share of their sign-ins in this hour or beside it, as if one more had been spread over the day."""
    near = person.hours[hour - 1] + person.hours[hour] + person.hours[(hour + 1) % HOURS]
    return (near + 3 / HOURS) / (sum(person.hours) + 1)
