"""Which code point becomes what? Makes `src/holdfast/reading/tables/unicode.npz` from the files of the Unicode Consortium.

    python scripts/make_reading_tables.py UCD_FOLDER CONFUSABLES_TXT

`UCD_FOLDER` holds UnicodeData.txt, CaseFolding.txt, DerivedCoreProperties.txt, DerivedNormalizationProps.txt, PropList.txt and
Scripts.txt of one version (Debian's package `unicode-data` has them under /usr/share/unicode); confusables.txt is the
data file of UTS 39. The running Python's own Unicode version plays no part. The output is the same, byte for byte,
for the same input. `holdfast.reading.tables` says how an entry is laid out.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from holdfast.reading import layout

OUT = Path(__file__).parent.parent / "src/holdfast/reading/tables/unicode.npz"
LAST = 0x110000
HANGUL = range(0xAC00, 0xD7A4)
# White space that ends a line: a quotation marked by ">" ends there (UAX 14, classes BK, CR, LF, NL).
LINE_ENDS = {0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029}
QUOTES = '"«»‘’‚‛“”„‟‹›「」『』《》〈〉'
TRIGGERS = {ord(c) for c in ".@$:[(>0123456789。" + QUOTES}
GROUPS = {
    "Latin": layout.LATIN,
    "Cyrillic": layout.CYRILLIC,
    "Greek": layout.GREEK,
    "Arabic": layout.ARABIC,
    "Hebrew": layout.HEBREW,
    "Thai": layout.THAI,
    "Lao": layout.THAI,
    "Khmer": layout.THAI,
    "Myanmar": layout.THAI,
    "Han": layout.HAN,
    "Hiragana": layout.KANA,
    "Katakana": layout.KANA,
    "Bopomofo": layout.HAN,
    "Hangul": layout.HANGUL,
} | dict.fromkeys(
    ["Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala"],
    layout.INDIC,
)
# Scripts written without spaces: their words are not to be had without a dictionary, so pairs of letters stand in.
UNSPACED = (layout.HAN, layout.KANA, layout.THAI)


def rows(path: Path) -> Iterator[tuple[range, list[str]]]:
    """The data lines of a UCD file: the code points meant, and the fields after them."""
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        fields = [f.strip() for f in line.split("#")[0].split(";")]
        if len(fields) > 1:
            first, _, last = fields[0].partition("..")
            yield range(int(first, 16), int(last or first, 16) + 1), fields[1:]


def text(codes: str) -> tuple[int, ...]:
    """Code points written in hexadecimal with spaces between them."""
    return tuple(int(c, 16) for c in codes.split())


class Unicode:
    """One version of the character database, and the forms of UAX 15 and UTS 39 over it."""

    def __init__(self, folder: Path, confusables: Path) -> None:
        """Read the files; raise OSError when one is missing."""
        self.category, self.ccc = ["Cn"] * LAST, [0] * LAST
        self.decomposition: dict[int, tuple[int, ...]] = {}
        self.compatible: set[int] = set()
        start = 0
        for span, (name, category, ccc, _bidi, decomposition, *_rest) in rows(folder / "UnicodeData.txt"):
            if name.endswith("First>"):
                start = span[0]
                continue
            for c in range(start if name.endswith("Last>") else span[0], span[-1] + 1):
                self.category[c], self.ccc[c] = category, int(ccc)
            if decomposition:
                tag, _, codes = decomposition.rpartition("> ")
                self.decomposition[span[0]] = text(codes)
                if tag:
                    self.compatible.add(span[0])
        self.lower = {s[0]: int(f[1], 16) for s, f in rows(folder / "CaseFolding.txt") if f[0] in "CS" and s[0] >= 128}
        self.folding = {s[0]: text(f[1]) for s, f in rows(folder / "CaseFolding.txt") if f[0] in "CF"}
        self.prototype = {s[0]: text(f[0]) for s, f in rows(confusables) if s[0] not in HANGUL}
        self.script = {c: GROUPS.get(f[0], layout.OTHER) for s, f in rows(folder / "Scripts.txt") for c in s}
        self.space = {c for s, f in rows(folder / "PropList.txt") if f[0] == "White_Space" for c in s}
        ignorable = "Default_Ignorable_Code_Point"
        self.ignorable = {c for s, f in rows(folder / "DerivedCoreProperties.txt") if f[0] == ignorable for c in s}
        self.ignorable |= {c for c in range(LAST) if self.category[c] in ("Cf", "Cc") and c not in self.space}
        exclusion = "Full_Composition_Exclusion"
        excluded = {c for s, f in rows(folder / "DerivedNormalizationProps.txt") if f[0] == exclusion for c in s}
        self.composition = {
            d: c for c, d in self.decomposition.items() if len(d) == 2 and c not in self.compatible | excluded
        }

    def decomposed(self, codes: tuple[int, ...], *, compatible: bool) -> tuple[int, ...]:
        """NFKD or NFD, Hangul syllables left whole (they are their own skeleton here)."""
        out: list[int] = []
        for c in codes:
            if c in self.decomposition and (compatible or c not in self.compatible):
                out += self.decomposed(self.decomposition[c], compatible=compatible)
            else:
                out.append(c)
        first = 0
        for i in range(len(out) + 1):
            if i == len(out) or self.ccc[out[i]] == 0:
                out[first:i] = sorted(out[first:i], key=self.ccc.__getitem__)
                first = i + 1
        return tuple(out)

    def composed(self, codes: tuple[int, ...]) -> tuple[int, ...]:
        """The canonical composition of a decomposed sequence (UAX 15, section 1.3)."""
        out: list[int] = []
        starter, last = -1, 0
        for c in codes:
            ccc = self.ccc[c]
            both = self.pair(out[starter], c) if starter >= 0 else None
            if both and (last < ccc or (last == 0 and len(out) - 1 == starter)):
                out[starter] = both
                continue
            if ccc == 0:
                starter = len(out)
            last = ccc
            out.append(c)
        return tuple(out)

    def pair(self, first: int, second: int) -> int | None:
        """What two code points make together; Hangul syllables by arithmetic (Unicode, section 3.12)."""
        if 0x1100 <= first < 0x1113 and 0x1161 <= second < 0x1176:
            return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
        if first in HANGUL and (first - 0xAC00) % 28 == 0 and 0x11A7 < second < 0x11C3:
            return first + second - 0x11A7
        return self.composition.get((first, second))

    def clean(self, c: int) -> tuple[int, ...]:
        """NFKC of one code point without what is ignorable; white space as one space or one line feed."""
        if c in self.ignorable:
            return ()
        if c in self.space:
            return (0x0A,) if c in LINE_ENDS else (0x20,)
        seq = self.composed(self.decomposed((c,), compatible=True))
        return tuple(d for d in seq if d not in self.ignorable)

    def skeleton(self, c: int) -> tuple[int, ...]:
        """Case fold and UTS 39 prototype, applied until nothing changes any more; marks dropped."""
        seq: tuple[int, ...] = (c,)
        for _ in range(8):
            before = seq
            seq = tuple(f for d in seq for f in self.folding.get(d, (d,)))
            seq = self.decomposed(seq, compatible=False)
            seq = tuple(f for d in seq for f in self.prototype.get(d, (d,)))
            seq = tuple(f for d in seq for f in self.clean(d))
            seq = self.decomposed(tuple(f for d in seq for f in self.folding.get(d, (d,))), compatible=True)
            seq = tuple(d for d in seq if not self.mark(d))
            if seq == before:
                return seq
        raise ValueError(f"U+{c:04X} does not settle")

    def mark(self, c: int) -> bool:
        """A mark that sits on another letter: it changes nothing about which word is read."""
        return self.ccc[c] != 0 or self.category[c] == "Me"

    def group(self, c: int) -> int:
        """The script group of a letter, 0 for everything else."""
        return self.script.get(c, 0) if self.category[c][0] in "LM" and not self.mark(c) else 0

    def word(self, c: int) -> int:
        """What a code point of a skeleton is to a word."""
        if self.category[c][0] not in "LNM":
            return layout.BETWEEN
        return layout.UNSPACED if self.group(c) in UNSPACED else layout.WORD


def clean_entry(u: Unicode, c: int, pool: list[int]) -> int:
    """The entry of `c` in the clean table."""
    seq = u.clean(c)
    if not seq:
        return layout.entry(layout.DROP)
    if len(seq) == 1 and seq[0] in (0x20, 0x0A):
        return layout.entry(layout.SPACE, seq[0])
    extra = u.group(seq[0]) << layout.GROUP_AT
    if any(d in TRIGGERS for d in seq):
        extra |= layout.TRIGGER
    if len(seq) == 1 and c >= 128 and look_alike(u, seq[0]):
        extra |= layout.LOOK_ALIKE
    if len(seq) > 1:
        return layout.entry(layout.MANY, pooled(pool, seq)) | extra
    if 0x1160 < seq[0] < 0x1200:
        return layout.entry(layout.JAMO, seq[0]) | extra
    return (layout.entry(layout.SAME) if seq[0] == c else layout.entry(layout.ONE, seq[0])) | extra


def skeleton_entry(u: Unicode, c: int, pool: list[int]) -> int:
    """The entry of `c` in the skeleton table."""
    if c in HANGUL or not (seq := u.skeleton(c)):
        return layout.entry(layout.SAME if c in HANGUL else layout.DROP) | (layout.WORD << layout.WORD_AT)
    if len(seq) > 1:
        return layout.entry(layout.MANY, pooled(pool, tuple(d | u.word(d) << layout.WORD_AT for d in seq)))
    same = seq[0] == c and c >= 128
    entry = layout.entry(layout.SAME) if same else layout.entry(layout.ONE, seq[0])
    return entry | u.word(seq[0]) << layout.WORD_AT


def look_alike(u: Unicode, c: int) -> int:
    """The ASCII letter or digit that `c` looks like (case kept), or 0."""
    bare = tuple(d for d in u.decomposed((c,), compatible=False) if not u.mark(d))
    if len(bare) != 1:
        return 0
    seq = u.prototype.get(bare[0], bare)
    return seq[0] if len(seq) == 1 and seq[0] < 128 and chr(seq[0]).isalnum() and c >= 128 else 0


def pooled(pool: list[int], seq: tuple[int, ...]) -> int:
    """Where `seq` stands in the pool, its length before it."""
    at = len(pool)
    pool += [len(seq), *seq]
    return at


def staged(entries: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One first stage for two tables: block numbers, and the distinct blocks of each."""
    both = np.concatenate([entries.reshape(-1, layout.BLOCK), others.reshape(-1, layout.BLOCK)], axis=1)
    _, first, stage = np.unique(both, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # block 0 stays block 0: ASCII needs no first stage
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    blocks = both[np.sort(first)]
    halves = blocks[:, : layout.BLOCK], blocks[:, layout.BLOCK :]
    return rank[stage.reshape(-1)].astype(np.uint32), halves[0].reshape(-1), halves[1].reshape(-1)


def main(folder: Path, confusables: Path) -> None:
    """Write the table."""
    u = Unicode(folder, confusables)
    pool: list[int] = []
    clean = np.array([clean_entry(u, c, pool) for c in range(LAST)], np.uint32)
    skeleton = np.array([skeleton_entry(u, c, pool) for c in range(LAST)], np.uint32)
    stage, clean_blocks, skeleton_blocks = staged(clean, skeleton)
    alike = np.array([(c, a) for c in range(128, LAST) if (a := look_alike(u, c))], np.uint32)
    assigned = np.array([c != "Cn" for c in u.category])
    versions = [(folder / "Scripts.txt").read_text(encoding="utf-8").split(".txt")[0].split("-")[1]]
    versions += [x.split()[-1] for x in confusables.read_text(encoding="utf-8-sig").splitlines() if "Version:" in x]
    prototypes = sorted(u.prototype.items())
    arrays = {
        "stage": stage,
        "clean": clean_blocks,
        "skeleton": skeleton_blocks,
        "pool": np.array(pool, np.uint32),
        "alike": alike,
        "lower": np.array(sorted(u.lower.items()), np.uint32),
        "composed": np.array(sorted((*pair, c) for pair, c in u.composition.items()), np.uint32),
        "assigned": np.flatnonzero(np.diff(assigned, prepend=False)).astype(np.uint32),
        "ignorable": np.array(sorted(u.ignorable), np.uint32),
        "prototype_of": np.array([c for c, _ in prototypes], np.uint32),
        "prototype": np.array(["".join(map(chr, p)) for _, p in prototypes]),
        "versions": np.array(versions),
    }
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED, 9)
    print(f"{OUT}: {OUT.stat().st_size:,} bytes, Unicode {versions[0]}, UTS 39 {versions[1]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
