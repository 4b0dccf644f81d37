"""By which salted hash is a new e-mail address or number known, so that repeats show and nobody reads it?

The platform makes the same of the same value, for what it changes behind the gate's back: HMAC-SHA256 (RFC 2104) under
one salt, over the kind, a colon, and the value in the one form of all its ways to be written.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from .cooling import Credential

_LONGEST = 1_000  # characters: longer is no address, and no number
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})  # support.google.com/mail/answer/7436150: dots do not matter
_REACHED_BY = frozenset({"email", "phone", "recovery"})


def value_hash(salt: bytes, what: Credential, value: object) -> str:
    """64 hex of the hash of `value`, a new `email`, `phone` or `recovery`; "" for anything else, and what is no text.

    A `recovery` is an e-mail address if there is an @ in it, else a phone.
    """
    if what not in _REACHED_BY or not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return ""
    kind = "email" if what == "email" or (what == "recovery" and "@" in value) else "phone"
    form = _address(value) if kind == "email" else _number(value)
    if not form:
        return ""
    return hmac.digest(salt, f"{kind}:{form}".encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def _address(value: str) -> str:
    """NFKC, small letters, no white space; what follows a + is not looked at, nor a dot where the provider does not.

    One mailbox that calls itself a hundred names is one.
    """
    text = "".join(unicodedata.normalize("NFKC", value).casefold().split())
    name, at, domain = text.rpartition("@")
    if not at:
        return text
    domain = domain.rstrip(".")
    name = name.partition("+")[0] or name
    if domain in _DOTLESS:
        name, domain = name.replace(".", ""), "gmail.com"
    return f"{name}@{domain}"


def _number(value: str) -> str:
    """The digits, in any script, without the 00 that some write for +: E.164 where a country is told."""
    digits = "".join(str(unicodedata.decimal(each)) for each in value if each.isdecimal())
    return digits.removeprefix("00")
