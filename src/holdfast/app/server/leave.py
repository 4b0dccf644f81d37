"""May whoever asks use this route? The scope of what they show says so, and for people the policies."""

from __future__ import annotations

from http import HTTPStatus

from holdfast.guard import Act, Caller, Person, Policy, RefusalCode, Scope
from holdfast.response.entitled import CONFIRM

from .answers import RefusedError
from .operation import Operation

# Whether somebody may, depends on the deed: the desk asks.
ABOUT_A_DEED = frozenset({Act.REQUEST, Act.APPROVE, Act.DENY, Act.EMERGENCY, Act.REVIEW})
FOR_PROGRAMS = frozenset({Act.LOOK})
_ASK = "Show a token with that scope; whoever administers people makes one, and `holdfast init` the first."


def let(caller: Caller, operation: Operation, policy: Policy) -> None:
    """Pass whoever may use it.

    Raises:
        RefusedError: they may not; it says what would make it allowed.

    """
    wanted, act = operation.takes_scope, operation.takes_act
    if wanted not in caller.scopes:
        raise out_of_scope(wanted)
    if wanted in {Scope.GUARD_ASK, Scope.GUARD_SNAPSHOT, Scope.EVENTS_TELL, Scope.TICKETS_TELL}:
        return  # programs' business, for which their scope says all
    if not caller.person:
        if act not in FOR_PROGRAMS:
            raise _refused(RefusalCode.NOT_A_PERSON, "only a person can do that", "Show the token of a person.")
        return
    if operation.own:
        return  # what people do with their own credential takes no leave
    if not caller.confirmed and wanted in {Scope.DECIDE, Scope.PEOPLE}:
        says = f"that this is {caller.person} stands on the word of one administrator alone"
        raise _refused(RefusalCode.UNCONFIRMED, says, CONFIRM)
    if act not in ABOUT_A_DEED and not policy.may(Person(id=caller.person, roles=caller.roles), act):
        roles = " or ".join(policy.roles_for(act)) or "nobody, by these policies"
        has = ", ".join(caller.roles) or "no role"
        says = f"{caller.person} ({has}) may not {act.words}"
        raise _refused(RefusalCode.ROLE_MISSING, says, f"Allowed for: {roles}.")


def out_of_scope(wanted: Scope) -> RefusedError:
    """The refusal of a credential that is for something else."""
    return _refused(RefusalCode.SCOPE_MISSING, f"that takes the scope {wanted}, which whoever asks lacks", _ASK)


def _refused(code: RefusalCode, says: str, allowed_when: str) -> RefusedError:
    return RefusedError(HTTPStatus.FORBIDDEN, says, advice=allowed_when, code=code)
