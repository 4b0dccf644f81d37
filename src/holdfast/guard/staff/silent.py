"""Which functions sound as if they change what proves a holder, and do not say so in the catalogue?

Such a change would be silent: nobody is told, and the new value counts at once. Only names and classes are read, so it
is a warning and no proof, either way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from .catalogue import Catalogue, Function, Kind
from .cooling import Credential

_NAMED: Mapping[str, Credential] = MappingProxyType(
    {
        **dict.fromkeys(("email", "emails", "mail"), "email"),
        **dict.fromkeys(("phone", "phones", "telephone", "mobile", "msisdn"), "phone"),
        **dict.fromkeys(("mfa", "2fa", "tfa", "otp", "totp", "authenticator", "factor", "factors"), "mfa"),
        **dict.fromkeys(("passkey", "passkeys", "webauthn"), "passkey"),
    }
)
_CHANGING = frozenset({
    "add", "change", "clear", "delete", "disable", "drop", "edit", "enrol", "enroll", "overwrite", "put", "register",
    "remove", "replace", "reset", "rotate", "save", "set", "swap", "switch", "unset", "update", "write",
})  # fmt: skip
_CREDENTIAL = "credential"  # how a class begins of which all that is written is taken to change one


def silent(catalogue: Catalogue) -> list[str]:
    """The functions that sound so: a sentence each, which says what to write."""
    return [
        f"{tool}/{name} sounds as if it changes the holder's {what} and does not say so: then nobody is told of it, "
        f'and it counts at once. Write `changes = "{what}"` if it does'
        for (tool, name), (_, function) in catalogue.functions().items()
        if function.changes is None and (what := _changed(function)) is not None
    ]


def _changed(function: Function) -> Credential | None:
    words = re.split(r"[._]", function.id)
    what = next((_NAMED[word] for word in words if word in _NAMED), None)
    of_class = function.kind is Kind.WRITE and function.class_.startswith(_CREDENTIAL)
    return what if of_class or not _CHANGING.isdisjoint(words) else None
