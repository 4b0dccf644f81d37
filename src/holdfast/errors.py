"""Every error that Holdfast raises on purpose, each with advice and the exit code of the command it ends.

* HoldfastError                 exit 3
  x UsageError                  exit 2   asked for in a way that cannot be answered
  x InputError                  exit 3   what was to be read cannot be
    + UnreadableFileError
    + ColumnError
    + NoEventsError
  x SettingsError               exit 2
  x GuardError                  exit 1
    + NotAllowedError
      - RefusedByGateError
      - TooOftenError
    + SignInError
      - SignatureError
    + PolicyError             exit 3
  x SnapshotError               exit 3   a guard's snapshot that cannot be trusted
  x GuardUnreachableError       exit 3
  x ProviderError               exit 3
  x HoldError                   exit 2   a hold, cohort or plan that cannot be
  x PlatformError               exit 3
    + UnsupportedRestrictionError
    + PlatformUnreachableError
    + RateLimitedError
      - PlatformPausedError
  x ServiceError                exit 3   a running service could not be asked
  x StoreError                  exit 3
    + StoreFullError
    + OwnedError
    + DeposedError
  x LedgerError                 exit 4   the record cannot vouch for itself
    + BrokenLedgerError
    + BrokenProofError
    + DivergedError
"""

from __future__ import annotations


class HoldfastError(Exception):
    """Base of all errors; `advice` tells the person what to do next, `exit_code` is the command's answer."""

    advice: str = "Run the command again with --verbose, and keep its output."
    exit_code: int = 3

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        """Say what happened, to what; `advice` overrides the kind's own."""
        super().__init__(message)
        if advice is not None:
            self.advice = advice


class UsageError(HoldfastError):
    """The command was given words it cannot act on."""

    advice = "See the command's --help."
    exit_code = 2


class SettingsError(HoldfastError):
    """A setting is missing, unknown or out of range."""

    advice = "Correct the setting; `holdfast --help` names them."
    exit_code = 2


class InputError(HoldfastError):
    """What was to be read cannot be read."""

    advice = "Check the file, and its kind."


class UnreadableFileError(InputError):
    """A file is missing, locked, truncated or not what its name says."""

    advice = "Check that the file exists, is complete, and may be read."


class ColumnError(InputError):
    """A file lacks a column that is needed, or has it under another name."""

    advice = "Name the columns, for example --column account=author --column time=created_at."


class NoEventsError(InputError):
    """Something was read, and nothing of it was an event."""

    advice = (
        "Look at that line. Fields with other names are told with --column field=name, numbers as times with "
        "--time-unit; --rejects FILE keeps every refused line with its reason."
    )


class GuardError(HoldfastError):
    """The guard refused; nothing was done."""

    exit_code = 1


class NotAllowedError(GuardError):
    """Somebody asked for more than is allowed them just now."""

    advice = "Ask another member of staff to approve exactly this plan."

    def __init__(self, message: str, *, advice: str | None = None, code: str = "") -> None:
        """As the others; `code` is the reason for programs, one of `guard.RefusalCode`."""
        super().__init__(message, advice=advice)
        self.code = code


class RefusedByGateError(NotAllowedError):
    """The staff gate did not allow a member of staff to do something; `needs` says what would make it allowed.

    `reasons` are codes of `guard.staff.StaffReason`; `action_hash` is what somebody else would have to agree to, and
    `decision` what the attempt is called on record. `asking` is under what id others were asked to agree, if they were.
    """

    def __init__(  # noqa: PLR0913 - all that the gate said
        self,
        message: str,
        *,
        advice: str | None = None,
        reasons: tuple[str, ...] = (),
        needs: tuple[str, ...] = (),
        action_hash: str = "",
        decision: str = "",
        asking: str = "",
    ) -> None:
        """Remember what would help."""
        super().__init__(message, advice=advice, code=reasons[0] if reasons else "")
        self.reasons, self.needs, self.action_hash, self.decision = reasons, needs, action_hash, decision
        self.asking = asking


class TooOftenError(NotAllowedError):
    """Somebody did in this hour what leaves a trace as often as one person may; in `after` seconds they may again."""

    advice = "Wait, or have a colleague do it."

    def __init__(self, message: str, *, advice: str | None = None, after: int) -> None:
        """Remember when."""
        super().__init__(message, advice=advice, code="too_often")
        self.after = after


class PolicyError(GuardError):
    """Policies that cannot be parsed, or do not say what policies can say; nobody is let do anything by them."""

    advice = "Correct the file and run `holdfast policy check FOLDER`; the reference of policies says what there is."
    exit_code = 3


class SnapshotError(HoldfastError):
    """A guard's snapshot that came from elsewhere is cut off, changed, too large, or of another version."""

    advice = "Nothing was taken from it; it is asked for again. If that goes on, give both sides the same Holdfast."


class GuardUnreachableError(HoldfastError):
    """A guard on another machine did not answer in time, or answered something else."""

    advice = "Check that the server runs and its address is right. What is known already is answered by meanwhile."


class SignInError(GuardError):
    """Somebody was not let in: what they showed is not theirs, is over, or was used before."""

    advice = "Begin again. Whoever administers people can make a new link: holdfast people enrol NAME."


class SignatureError(SignInError):
    """A passkey did not sign what it was to sign, or not here, or not with its owner before it."""

    advice = "Begin again, at the address that the service is known by, with a passkey that was registered there."


class ProviderError(HoldfastError):
    """Whoever vouches for people elsewhere did not answer, or not as agreed."""

    advice = "Sign in with a passkey, or check [oidc] in the settings and the provider: holdfast doctor."


class HoldError(HoldfastError):
    """A hold, a cohort or a plan was asked for that cannot be."""

    advice = "Choose a restriction that goes with the subject, and times that do not run backwards."
    exit_code = 2


class RecoveryError(HoldfastError):
    """A step of giving back was asked for before its turn; nothing was given back."""

    advice = "Do first what the case still lacks; it names it."
    exit_code = 1


class PlatformError(HoldfastError):
    """A platform did not do what a connector asked of it."""

    advice = "The hold stays desired; it is tried again, and shown as not in force until then."


class UnsupportedRestrictionError(PlatformError):
    """The connector never claimed this restriction among its capabilities."""

    advice = "Choose a plan that this platform can carry out, or enforce it through the guard."


class PlatformPendingError(PlatformError):
    """The platform knows what it is to do, and has not said yet that it is done; nothing has failed."""

    advice = "Nothing to do: it is waited for."


class PlatformUnreachableError(PlatformError):
    """The platform did not answer in time, or only with a fault of its own (500): nobody knows what it did."""


class RateLimitedError(PlatformError):
    """The platform asked to be left alone until `retry_at` (milliseconds since 1970 UTC; 0: it did not say)."""

    def __init__(self, message: str, *, retry_at: int = 0) -> None:
        """Remember when to come back."""
        super().__init__(message)
        self.retry_at = retry_at


class PlatformPausedError(RateLimitedError):
    """The platform failed so often that it is left alone until `retry_at`; `probed` when it was asked and failed."""

    def __init__(self, message: str, *, retry_at: int, probed: bool = False) -> None:
        """Remember when to come back."""
        super().__init__(message, retry_at=retry_at)
        self.probed = probed


class ServiceError(HoldfastError):
    """A running service could not be asked, or could not answer."""

    advice = "Check that it runs (`holdfast doctor`) and where: HOLDFAST_URL, or --url."


class StoreError(HoldfastError):
    """The store did not keep or give what it was asked."""

    advice = "Check the store's address, its permissions and the free space; nothing was half written."


class StoreFullError(StoreError):
    """No room is left where the store lies."""

    advice = "Free some space and run the same command again: it goes on where it stopped."


class OwnedError(StoreError):
    """Another process has the store for the time of its run."""

    advice = "Let it finish or stop it, or work elsewhere. Reading is possible meanwhile."


class DeposedError(StoreError):
    """Another process has taken the store over while this one still thought that it was its own."""

    advice = "Nothing more is done here. See with `holdfast ledger show` who did; then start this one again."


class LedgerError(HoldfastError):
    """The ledger cannot vouch for what it was asked about."""

    advice = "Stop. Keep the ledger file as it is, and compare it with a published checkpoint."
    exit_code = 4


class BrokenLedgerError(LedgerError):
    """An entry was changed, removed or reordered."""


class BrokenProofError(LedgerError):
    """A proof does not lead to the root that the checkpoint names."""


class DivergedError(LedgerError):
    """A run that was to repeat a recorded one did something else."""

    advice = "Use a new --store for a run with other settings; the recorded one is untouched."
