"""What is the id of a subject that has no id of its own?"""

from __future__ import annotations

import hashlib

from holdfast.errors import HoldError
from holdfast.reading import Lure, LureKind, read_text

from .cohort import Cohort
from .hold import Subject, SubjectKind
from .membership import cohort_key

TEXT_HEX = 16
_ON_A_HOST = frozenset({LureKind.DOMAIN, LureKind.LINK, LureKind.SHORT_LINK})


def lure_subject(lure: Lure) -> Subject:
    """A lure, by its kind and the form in which it is found in posts; a lure of kind text by the text itself."""
    if lure.kind is LureKind.TEXT:
        return text_subject(lure.value)
    links = (lure.value if "://" in lure.value else f"https://{lure.value}",) if lure.kind in _ON_A_HOST else ()
    found = (each.value for each in read_text(lure.value, links).lures if each.kind is lure.kind)
    return Subject(kind=SubjectKind.LURE, id=f"{lure.kind.value}:{next(found, lure.value)}")


def text_subject(text: str) -> Subject:
    """A text whose near-duplicates are held, by 16 hex of the SHA-256 of its UTF-8 form; the hold carries the text."""
    named = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:TEXT_HEX]
    return Subject(kind=SubjectKind.LURE, id=f"{LureKind.TEXT.value}:{named}")


def cohort_subject(cohort: Cohort) -> Subject:
    """A cohort, by its key; the hold carries the cohort."""
    return Subject(kind=SubjectKind.COHORT, id=cohort_key(cohort))


def function_subject(tool: str, function: str) -> Subject:
    """One function of an internal tool.

    Raises:
        HoldError: the tool's name contains a slash, so that two functions could share an id.

    """
    if "/" in tool:
        raise HoldError(f"a tool's name cannot contain a slash, as {tool!r} does")
    return Subject(kind=SubjectKind.TOOL, id=f"{tool}/{function}")
