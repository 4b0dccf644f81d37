"""How much may detection remember, and how is that divided: every table's size from one setting."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.errors import SettingsError

from . import model

WAYS = 8
"""Slots per set: their eight tags fill one cache line of 64 bytes."""

ACCOUNT_WORDS = 8
"""An account's history is one cache line."""

SECURITY_WORDS = 16
"""What happened to an account's credentials and sessions is two cache lines."""

SIGHTING_WORDS = 5
"""One account posting one key: account, sequence number, time, features, mate; 40 bytes."""

EXACT = 8
"""Accounts kept one by one for a key; beyond them only counted."""

HEADER_WORDS = 18
"""A key's counts, times, sums and the bitmap that counts its accounts."""

ENTRY_WORDS = HEADER_WORDS + EXACT * SIGHTING_WORDS

_SMALLEST_MB, _LARGEST_MB = 4, 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionSettings:
    """What detection may use. `memory_mb` (MiB) is the sum of all tables and of the log that names posts.

    `shards` (1, 2, 4 or 8) is into how many parts the keyed state can be worked on at once; the answers are the
    same for every number of shards. `alert` (nats) is the score from which a campaign is told; lowered, it shows what
    nearly was one, which is for measuring false alarms. Crowds are screened as usual, whatever it is. `trails` keeps what
    each campaign was told, so that it can be explained; that memory comes on top, for at most `model.MOST_POSTS` posts of each.

    Raises:
        SettingsError: a value is out of range.

    """

    memory_mb: int = 512
    shards: int = 1
    alert: float = model.ALERT
    trails: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        if not _SMALLEST_MB <= self.memory_mb <= _LARGEST_MB:
            raise SettingsError(f"memory_mb is {self.memory_mb}; it must lie between {_SMALLEST_MB} and {_LARGEST_MB}.")
        if self.shards not in (1, 2, 4, 8):
            raise SettingsError(f"shards is {self.shards}; it must be 1, 2, 4 or 8.")
        if not 0 < self.alert <= model.CONTAIN:
            raise SettingsError(f"alert is {self.alert}; it must be above 0 and not above {model.CONTAIN:.2f} nats.")

    def sets(self, share: float, words: int) -> int:
        """How many sets of `WAYS` slots with `words` 8-byte words and a tag fit into a share; a multiple of the shards."""
        fit = int(share * self.memory_mb * (1 << 20)) // (WAYS * 8 * (words + 1))
        return max(8, fit // 8 * 8)


SHARES = {
    "accounts": 0.22,  # what each account has done before
    "security": 0.06,  # what was done to each account
    "sketch": 0.22,  # text bands seen by one or two accounts: 4 bytes each
    "texts": 0.15,  # text bands seen by three or more, or carried by an account with a precursor
    "first_rare": 0.06,  # addresses, domains, phone numbers: their first sighting, kept for weeks
    "rare": 0.06,
    "first_links": 0.06,  # whole links and short links: many, most of them seen once
    "links": 0.04,
    "carrying": 0.01,  # posts that carried a lure, so that an answer to one is known as a remark
    "pictures": 0.03,  # perceptual hashes; what pictures carry on is kept with the links
    "log": 0.09,  # ids and texts of posts that carried a lure, half for rare lures and half for the others
}
"""How memory is shared out. Sums to one; measured on a mix where a fifth of posts carry links, none pictures."""
