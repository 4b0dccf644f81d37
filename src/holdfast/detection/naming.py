"""What does a row of the tables or of the log mean? Numbers turned into the sightings that exact weighing reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from holdfast.reading.flags import ADDRESS, DOMAIN, HANDLE, LINK, PHONE, PROVED, SHORT_LINK

from .crowds import CROWD_AT, CROWD_SIGHTING
from .evidence import Sighting
from .features import Features
from .pictures import PICTURE
from .postlog import Named
from .settings import EXACT, HEADER_WORDS, SIGHTING_WORDS
from .sightings import TEXT

CLASS_OF = {
    ADDRESS: "address",
    DOMAIN: "link",
    LINK: "link",
    SHORT_LINK: "short_link",
    PHONE: "phone",
    TEXT: "",
    PICTURE: "picture",
}
_OWN_SORT = {ADDRESS: "own", SHORT_LINK: "own_link", DOMAIN: "own_site"}
_U64 = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One exact sighting as an entry keeps it."""

    voice: int
    sequence: int
    time: int
    features: int
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A key at its screen, as its entry stood then. Times in ms.

    Its sum started with the post at `started`, after `before` posts. `among_remarks`: it is that of those who only remark.
    `accounts` have shown it since, the latest at `latest`; `character` is what the first of class says at most, `copy_proof`
    what copying cannot explain, both in nats and as far as the tables can tell.
    """

    key: int
    kind: int
    valid: int
    first_time: int
    remarks: int
    before: int
    started: int
    exact: tuple[Place, ...]
    among_remarks: bool = False
    accounts: int = 0
    latest: int = 0
    character: float = 0.0
    copy_proof: float = 0.0

    @classmethod
    def of(cls, row: Any) -> Due:
        """Read a row that `sightings.follow` handed over."""
        _, key, kind, valid, among_remarks, *entry = row.tolist()
        exact = []
        for at in range(HEADER_WORDS, HEADER_WORDS + min(entry[5], EXACT) * SIGHTING_WORDS, SIGHTING_WORDS):
            voice, sequence, time, features, page = entry[at : at + SIGHTING_WORDS]
            exact.append(Place(voice=voice, sequence=sequence, time=time, features=features, page=page))
        return cls(
            key=key % _U64,
            kind=kind,
            valid=valid,
            first_time=entry[0],
            remarks=entry[6],
            before=entry[16],
            started=entry[17],
            exact=tuple(exact),
            among_remarks=bool(among_remarks),
            accounts=entry[5],
            latest=entry[1],
            character=entry[4] / 1000,
            copy_proof=sum(max(0, entry[word]) for word in (7, 8, 9, 10)) / 1000,
        )


def sort_of(kind: int, valid: int) -> str:
    """What sharing a key of this kind is worth (`Sighting.sort`)."""
    if kind == ADDRESS:
        return "address" if valid == PROVED else "shape"
    return {DOMAIN: "page", TEXT: "text", PICTURE: "picture"}.get(kind, "copyable")


def crowd_of(crowd: Any) -> dict[int, float]:
    """The sequence numbers of the latest accounts of the crowd (`watch`), and what each gap was worth, in nats."""
    count = min(int(crowd[3]), EXACT)
    rows = crowd[CROWD_AT : CROWD_AT + count * CROWD_SIGHTING].reshape(count, CROWD_SIGHTING).tolist()
    return {sequence: worth / 1000 for _, sequence, _, _, worth in rows}


def sighting_of(post: Named, lure: tuple[int, int, int], *, own: float | None = None) -> Sighting:
    """A post from the log, seen as carrying this lure (kind, key, checksum); `own` is the worth of its gap in a crowd."""
    kind, key, valid = lure
    return Sighting(
        key=key,
        voice=post.voice,
        account=post.account,
        post=post.id,
        sequence=post.sequence,
        time=post.time,
        features=Features.of(post.features),
        page=post.page,
        text=post.text,
        urls=post.urls,
        handles=frozenset(key for code, key, _ in post.lures if code == HANDLE),
        signature=post.signature,
        sort=sort_of(kind, valid) if own is None else _OWN_SORT[kind],
        worth=own or 0.0,
        lure_class=CLASS_OF[kind],
    )


def unnamed(place: Place, due: Due) -> Sighting:
    """A sighting whose post the log has let go of: it counts, but cannot be named."""
    return Sighting(
        key=due.key,
        voice=place.voice,
        account="",
        post="",
        sequence=place.sequence,
        time=place.time,
        features=Features.of(place.features),
        page=place.page,
        text="",
        urls=(),
        handles=frozenset(),
        signature=bytes(16),
        sort=sort_of(due.kind, due.valid),
        lure_class=CLASS_OF[due.kind],
    )


def campaign_id(key: int, post: str) -> str:
    """The name of a campaign by its first lure and first post: the same wherever and however often they are read."""
    return "c-" + hashlib.blake2b(f"{key:016x} {post}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
