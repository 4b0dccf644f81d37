"""Where do the policies come from? From a folder of the deployment's, or with Holdfast."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from holdfast.errors import PolicyError
from holdfast.guard import Person, Policy, Role
from holdfast.guard.policy import POLICIES, QUORUM, SCHEMA
from holdfast.guard.staff import StaffPolicy, out_of_reach, unmet
from holdfast.guard.staff.catalogue import TOOLS
from holdfast.response import Policies, shipped_policy, shipped_staff_policy, shipped_staff_texts, shipped_texts

STAFF = "staff"  # the folder within, for the staff gate
EXPECTED = "expectations.toml"  # in that folder: what `policy check` and a reload hold it against
_AT_THE_TOOLS = frozenset({Role.SUPPORT, Role.SPECIALIST})
_LARGEST = 1_048_576  # bytes of a file: policies are pages, not books
_MOST = 200  # files: each is parsed at every start


def load_policy(folder: str | Path) -> Policy:
    """The policies in `folder`, or the shipped ones when it is empty or has only those of the staff gate.

    A folder without `quorum.toml` has the shipped table; the schema is always Holdfast's.

    Raises:
        PolicyError: the folder cannot be read, or its policies do not hold.

    """
    texts = _response_texts(folder)
    return shipped_policy() if texts is None else Policy(texts)


def load_staff_policy(folder: str | Path) -> StaffPolicy:
    """The policies of the staff gate in `folder/staff`, or the shipped ones where there is no such folder.

    It may hold `tools.toml`, policies, or both; what it leaves out is as shipped. The schema is always Holdfast's.

    Raises:
        PolicyError: the folder cannot be read, or its policies do not hold.

    """
    texts = _staff_texts(folder)
    return shipped_staff_policy() if texts is None else StaffPolicy(texts)


def load_policies(folder: str | Path) -> Policies:
    """Both, and held against the expectations beside those of the staff gate, where there are any.

    Raises:
        PolicyError: they do not hold, or not what is expected of them.

    """
    return _as_expected(Policies(response=load_policy(folder), staff=load_staff_policy(folder)), folder)


def renewed(policies: Policies, folder: str | Path) -> Policies:
    """Those in `folder` as it is now; the same ones, parsed no more, where nothing has changed.

    Raises:
        PolicyError: as for `load_policies`.

    """
    texts, staff_texts = _response_texts(folder), _staff_texts(folder)
    response = shipped_policy().texts if texts is None else texts
    staff = shipped_staff_policy().texts if staff_texts is None else staff_texts
    if (policies.response.texts, policies.staff.texts) == (response, staff):
        return policies
    return _as_expected(Policies(response=Policy(response), staff=StaffPolicy(staff)), folder)


def _as_expected(found: Policies, folder: str | Path) -> Policies:
    expected = Path(folder) / STAFF / EXPECTED
    if not str(folder) or not expected.is_file():
        return found
    try:
        rows = unmet(found.staff, text_of(expected))
    except OSError as why:
        raise PolicyError(f"{expected} cannot be read: {why.strerror or why}") from why
    if rows:
        raise PolicyError(f"{STAFF}/{EXPECTED} expects otherwise: {'; '.join(rows)}")
    return found


def tools_out_of_reach(policy: StaffPolicy, people: Iterable[Person]) -> list[str]:
    """The functions that nobody could use, a sentence each; none before somebody works with the tools."""
    there = [person for person in people if person.active]
    if all(_AT_THE_TOOLS.isdisjoint(person.roles) for person in there):
        return []
    return out_of_reach(policy, there)


def _response_texts(folder: str | Path) -> dict[str, str] | None:
    """The texts of a deployment's own; None where the shipped ones hold."""
    own = Path(folder)
    if not str(folder) or ((own / STAFF).is_dir() and not any(own.glob(f"*{POLICIES}"))):
        return None
    return texts_in(own)


def _staff_texts(folder: str | Path) -> dict[str, str] | None:
    where = Path(folder) / STAFF
    if not str(folder) or not where.is_dir():
        return None
    own, shipped = _texts_in(where, TOOLS), shipped_staff_texts()
    if any(name.endswith(POLICIES) for name in own):
        shipped = {name: text for name, text in shipped.items() if not name.endswith(POLICIES)}
    return {**shipped, **own}


def texts_in(folder: Path) -> dict[str, str]:
    """The texts of the policies in `folder`, with what it leaves out.

    Raises:
        PolicyError: the folder cannot be read, or has no policy.

    """
    shipped, own = shipped_texts(), _texts_in(folder, QUORUM)
    if not any(name.endswith(POLICIES) for name in own):
        raise PolicyError(f"the folder {folder} has no file *{POLICIES}")
    return {QUORUM: shipped[QUORUM], **own, SCHEMA: shipped[SCHEMA]}


def _texts_in(folder: Path, besides: str) -> dict[str, str]:
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix == POLICIES or path.name == besides)
        if len(names) > _MOST:
            raise PolicyError(f"the folder {folder} has more than {_MOST} files of policies")
        odd = next((name for name in names if (folder / name).is_fifo()), None)  # nobody waits for who may never write
        if odd is not None:
            raise PolicyError(f"{folder / odd} is no file")
        return {name: text_of(folder / name) for name in names}
    except OSError as why:
        raise PolicyError(f"the policies in {folder} cannot be read: {why.strerror or why}") from why


def text_of(file: Path) -> str:
    """What stands in `file`.

    Raises:
        OSError: it cannot be read.
        PolicyError: it is too long, or no UTF-8.

    """
    with file.open("rb") as opened:
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise PolicyError(f"{file} has more than {_LARGEST:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as why:
        raise PolicyError(f"{file} is no UTF-8: {why}") from why
