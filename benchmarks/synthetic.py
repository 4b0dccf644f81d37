"""What do a million posts look like, to a machine? Made-up posts with the proportions of a large platform, and hostile ones.

Words follow Zipf's law over invented vocabularies of thirteen languages in ten scripts; about 38 % of the posts are pure
ASCII, 25 % are not Latin, 21 % carry a link, 41 % an "@", 18 % emoji, 1 % are obfuscated, 0.04 % hold an address. The
median is some 80 characters, the mean 116 bytes. Real text repeats phrases, which this does not.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.events import POSTS

ACCOUNTS = 20_000_000
DAY = 86_400_000  # milliseconds
START = 1_594_771_200_000  # 2020-07-15 00:00 UTC
WORDS = 6_000  # words a language
POOL = 40_000  # distinct handles, and distinct links
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A share of the posts, the letters of its words, the mean number of words of a post, and what joins them."""

    share: float
    letters: str
    words: float
    length: tuple[int, int] = (2, 9)
    accents: str = ""


LATIN = "eeeaaaiiooutttnnnsssrrlldhcmpgfybvkw"
LANGUAGES = (
    Language(share=0.42, letters=LATIN, words=19.4),
    Language(share=0.09, letters=LATIN, words=18.6, accents="áéíóñú"),
    Language(share=0.08, letters=LATIN, words=18.6, accents="ãçéêõá"),
    Language(share=0.07, letters=LATIN, words=18.6, accents="éèàçùô"),
    Language(share=0.06, letters=LATIN, words=17.0, accents="äöüß"),
    Language(share=0.03, letters=LATIN, words=17.8, accents="ığşçöü"),
    Language(share=0.06, letters="оеаинтсрвлкмдпуяыьгзбчйхжшю", words=17.0),
    Language(share=0.05, letters="اللمنويرتبهدسعفكقحجشصط", words=17.8),
    Language(share=0.02, letters="αοιετσνηυρπκμλςωδγχθφβξζψ", words=16.2),
    Language(share=0.03, letters="करनहसतमलपयदवगबजचािेीो्ंु", words=17.0),
    Language(share=0.03, letters="กนรมาเอยลงดวสตทบปคหพจถชผใไิี่้ั", words=14.6, length=(2, 7)),
    Language(share=0.04, letters="한국어사람이나라말하는것을의에가다고지로서기", words=16.2, length=(1, 4)),
    Language(share=0.02, letters="日本語人大学生中国会社時間今年月見行来出先東京", words=14.6, length=(1, 4)),
)
EMOJI = "😀😂❤️🔥🙏🎉👍😭🥺✨🚀💯🤔👀🎶⚽🌍🍀"
HIDDEN = ("\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff")
ALIKE = str.maketrans("aeopcxyi", "аеорсхуі")


@functools.cache
def vocabulary() -> tuple[pa.Array, dict[str, int]]:
    """All words there are, and where each part of them begins."""
    rng = np.random.default_rng(15_07_2020)
    words: list[str] = []
    starts: dict[str, int] = {}
    for i, language in enumerate(LANGUAGES):
        starts[f"language {i}"] = len(words)
        words += _words(rng, language)
    starts["dressed"] = len(words)
    words += [_dressed(rng, word) for word in words[:WORDS]]
    starts["handles"] = len(words)
    words += _handles(rng)
    starts["links"] = len(words)
    words += _links(rng)
    starts["emoji"] = len(words)
    words += [e for e in EMOJI if e != "\ufe0f"]
    starts["addresses"] = len(words)
    words += ADDRESSES
    starts["end"] = len(words)
    return pa.array(words, pa.string()), starts


def _words(rng: np.random.Generator, language: Language) -> list[str]:
    words = _strings(rng, language.letters, rng.integers(*language.length, WORDS, endpoint=True))
    if language.accents:  # common words are shorter, and fewer of them are accented
        for i in np.flatnonzero(rng.random(WORDS) < 0.3):
            words[i] = words[i][:-1] + str(rng.choice(list(language.accents)))
    words.sort(key=len)
    order = np.argsort(np.arange(WORDS) + rng.normal(0, WORDS / 3, WORDS))
    return [words[i] for i in order]


def _strings(rng: np.random.Generator, letters: str, sizes: npt.NDArray[np.int64]) -> list[str]:
    """Random strings of these sizes."""
    ends = np.cumsum(sizes)
    drawn = "".join(np.array(list(letters))[rng.integers(0, len(letters), ends[-1])])
    return [drawn[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _handles(rng: np.random.Generator) -> list[str]:
    names = _strings(rng, LATIN, rng.integers(4, 12, POOL))
    return [f"@{name}{number or ''}" for name, number in zip(names, rng.integers(0, 999, POOL), strict=True)]


def _links(rng: np.random.Generator) -> list[str]:
    hosts, paths = (_strings(rng, LATIN, rng.integers(4, 12, POOL)) for _ in range(2))
    endings = np.array(["com", "org", "co.uk", "de", "io"])[rng.integers(0, 5, POOL)]
    short = _strings(rng, BASE58, np.full(POOL, 10))
    long = [f"https://{host}.{ending}/{path}" for host, ending, path in zip(hosts, endings, paths, strict=True)]
    return [f"https://t.co/{s}" if r < 0.7 else link for r, s, link in zip(rng.random(POOL), short, long, strict=True)]


def _dressed(rng: np.random.Generator, word: str) -> str:
    if rng.random() < 0.5:
        return word.translate(ALIKE)
    at = int(rng.integers(1, max(2, len(word))))
    return word[:at] + str(rng.choice(HIDDEN)) + word[at:]


def _address(number: int) -> str:
    """A valid Bitcoin address of nobody: Base58Check over a counter."""
    body = b"\0" + hashlib.sha256(number.to_bytes(8, "big")).digest()[:20]
    body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    value, out = int.from_bytes(body, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        out = BASE58[digit] + out
    return "1" + out


ADDRESSES = tuple(_address(number) for number in range(64))
"""All that any of these posts shows."""


def synthetic(n: int, seed: int = 0) -> pa.RecordBatch:
    """`n` posts in the columns of `POSTS`, in order of time; the same for the same arguments."""
    rng = np.random.default_rng((seed, n))
    words, starts = vocabulary()
    language = rng.choice(len(LANGUAGES), n, p=_shares())
    mean = np.array([spoken.words for spoken in LANGUAGES])[language]
    count = np.clip(rng.gamma(3.2, mean / 3.2), 1, 60).astype(np.int64)
    mentions = np.where(rng.random(n) < 0.40, 1 + (rng.random(n) < 0.25), 0)
    link, emoji, address = (rng.random(n) < p for p in (0.21, 0.18, 0.0004))
    sizes = mentions + count + emoji + link + address
    ends = np.cumsum(sizes)
    begins = ends - sizes
    token = _zipf(rng, int(ends[-1]))
    token += np.repeat(language * WORDS, sizes)
    dressed = np.repeat((language == 0) & (rng.random(n) < 0.024), sizes)
    token[dressed] += starts["dressed"] - starts["language 0"]
    for k in (0, 1):
        at = begins[mentions > k] + k
        token[at] = starts["handles"] + rng.integers(0, POOL, len(at))
    back = ends.copy()
    for here, first, size in (
        (address, starts["addresses"], len(ADDRESSES)),
        (link, starts["links"], POOL),
        (emoji, starts["emoji"], starts["addresses"] - starts["emoji"]),
    ):
        back = back - here
        token[back[here]] = first + rng.integers(0, size, int(here.sum()))
    offsets = pa.array(np.concatenate([[0], ends]).astype(np.int32))
    text = pc.binary_join(pa.ListArray.from_arrays(offsets, words.take(pa.array(token))), " ")
    return batch(text, rng, reply=mentions > 0)


@functools.cache
def _shares() -> npt.NDArray[np.float64]:
    shares = np.array([language.share for language in LANGUAGES])
    return shares / shares.sum()


def _zipf(rng: np.random.Generator, n: int) -> npt.NDArray[np.int64]:
    """Ranks 0 to WORDS - 1 with probability about 1 / (rank + 2.7)."""
    return ((2.7 * np.power((WORDS + 2.7) / 2.7, rng.random(n))) - 2.7).astype(np.int64).clip(0, WORDS - 1)


def batch(text: pa.Array, rng: np.random.Generator, *, reply: npt.NDArray[np.bool_] | None = None) -> pa.RecordBatch:
    """Posts with this text by accounts drawn from `ACCOUNTS`, a few of which write most."""
    n = len(text)
    accounts = (ACCOUNTS * rng.random(n) ** 2).astype(np.int64)
    columns = {
        "id": pc.binary_join_element_wise("p", pa.array(np.arange(n) + (1 << 60)).cast(pa.string()), ""),
        "time": pa.array(START + np.sort(rng.integers(0, DAY, n))),
        "account": pc.binary_join_element_wise("u", pa.array(accounts).cast(pa.string()), ""),
        "text": text,
    }
    if reply is not None:
        columns["reply_to"] = pa.array(np.full(n, "1"), mask=~(reply & (rng.random(n) < 0.5)))
    arrays = [columns.get(field.name, pa.nulls(n, field.type)).cast(field.type) for field in POSTS]
    return pa.RecordBatch.from_arrays(arrays, schema=POSTS)


def _marks(i: int) -> str:
    return "e" + "".join(chr(0x300 + (i * 7 + k * 13) % 0x6F) for k in range(279))


HOSTILE: dict[str, Callable[[int], str]] = {
    "combining marks": _marks,
    "dots": lambda i: "a." * 139 + chr(97 + i % 26),
    "digits": lambda i: "1 " * 139 + str(i % 10),
    "digits unbroken": lambda i: "1234567890" * 27 + str(i),
    "280 four-byte letters": lambda i: "".join(chr(0x1D400 + (i + k * 5) % 52) for k in range(280)),
    "280 CJK": lambda i: "".join(chr(0x4E00 + (i * 31 + k * 97) % 20_000) for k in range(280)),
    "30 mentions": lambda i: " ".join(f"@name{i + k:04}" for k in range(30)),
    "20 links": lambda i: " ".join(f"http://h{i + k:04}.com" for k in range(14)),
    "one short post": lambda i: "バルス",
}


def hostile(name: str, n: int) -> pa.RecordBatch:
    """`n` posts of one hostile kind (a key of `HOSTILE`), about 280 characters each."""
    make = HOSTILE[name]
    return batch(pa.array([make(i % 1_000) for i in range(n)], pa.string()), np.random.default_rng(n))
