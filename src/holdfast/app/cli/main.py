"""The commands, the errors they end in, and their exit codes, from 0 (done) to 70 (a fault of ours)."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cyclopts

from holdfast import __version__
from holdfast.app.terminal import Screen, plain
from holdfast.errors import HoldfastError

from .overview import overview
from .streams import open_streams, silence

app = cyclopts.App(
    name="holdfast",
    help="See an account-takeover campaign at its third post, stop it in seconds, and prove what was done.",
    help_epilogue=(
        "Exit codes: 0 done, 1 found or refused, 2 usage, 3 bad input, 4 integrity of the record, 70 a fault of ours. "
        "With --verbose before the command, errors come with their traceback."
    ),
    version=__version__,
    suppress_keyboard_interrupt=False,  # `main` says that what was recorded is whole
)
_COMMANDS = (
    "demo",
    "drill",
    "scan",
    "explain",
    "watch",
    "init",
    "serve",
    "doctor",
    "request",
    "approve",
    "deny",
    "emergency",
    "review",
    "notices",
    "undo",
    "waves",
    "letters",
    "brakes",
    "staff",
    "lockdown",
    "people",
    "token",
    "policy",
    "gate",
    "approvals",
    "ledger",
    "backup",
    "restore",
    "migrate",
    "bench",
)
# Commands that share the file of another.
_ELSEWHERE = {"restore": "backup", "token": "people"} | dict.fromkeys(
    ("request", "approve", "deny", "emergency", "review", "notices"), "desk"
)
_ELSEWHERE |= dict.fromkeys(("undo", "waves", "letters", "brakes"), "carrying")
_MODULES = {name: f"holdfast.app.cli.{_ELSEWHERE.get(name, name)}" for name in _COMMANDS}
for _name, _module in _MODULES.items():  # imported when asked for: a wrong word is told at once
    app.command(f"{_module}:{_name}", name=_name)

_UNUSABLE = 3
_UNFORESEEN = 70  # EX_SOFTWARE of sysexits.h: 1 would say that something was found
_INTERRUPTED = 130  # what shells report for a process ended by Ctrl-C
_LONGEST = 2_000  # characters of one line about an error: a name in it may have thousands
_FROM_ANEW = "Run the same command to begin again."
_BROKEN_PIPE = 141  # and for one whose reader went away


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answer with its exit code. Errors go to standard error with advice."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verbose = "--verbose" in words[:1]
    try:
        open_streams()
        with _interrupts():
            asked = words[1:] if verbose else words
            known = asked and asked[0] in _MODULES
            answer = (app if known else overview(app, _MODULES.items()))(
                asked,
                console=Screen(),
                exit_on_error=False,
                print_error=False,
                result_action="return_value",
            )
            sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout, sys.stderr)  # the reader (head, less) has gone
        return _BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it is, it has words and an exit code
        code, message, advice = _told(error, words)
        try:
            errors = Screen(stderr=True, highlight=False, soft_wrap=True)
            if verbose:
                for line in "".join(traceback.format_exception(error)).split("\n"):  # it repeats hostile names
                    errors.print(plain(line, limit=_LONGEST))
            errors.print(plain(f"holdfast: {message}", limit=_LONGEST))
            errors.print(plain(advice, limit=_LONGEST))
        except OSError:
            silence(sys.stderr)  # nobody is there to be told: the exit code says it
        if isinstance(error, OSError) and error.filename is None:
            silence(sys.stdout)
        return code
    return answer if isinstance(answer, int) else 0


def _told(error: BaseException, words: Sequence[str]) -> tuple[int, str, str]:
    """The exit code for `error`, what happened, and what to do."""
    whole = "what was recorded is whole."
    match error:
        case cyclopts.CycloptsError():
            told = 2, str(error), "See `holdfast --help`, or `holdfast COMMAND --help`."
        case HoldfastError():
            told = error.exit_code, str(error), error.advice
        case KeyboardInterrupt():
            kept = any(word.partition("=")[0] == "--store" for word in words)
            told = _INTERRUPTED, f"stopped by hand; {whole}", "Run the same command to go on." if kept else _FROM_ANEW
        case MemoryError():
            advice = f"Give a smaller --memory-mb, or end something else; {whole}"
            told = _UNUSABLE, "there is not enough memory on this machine for that", advice
        case OSError() if error.filename is not None:
            advice = f"Check the name, the folder and the permissions; {whole}"
            told = _UNUSABLE, f"{error.filename} cannot be used: {error.strerror}", advice
        case OSError() if error.errno is not None:
            # Files are behind seams that translate; what is left is our own output, to a full disk perhaps.
            advice = f"Free some space, or send it elsewhere; {whole}"
            told = _UNUSABLE, f"the output cannot be written: {error.strerror or error}", advice
        case _:
            advice = (
                f"That is a fault in Holdfast; {whole} Run it again as `holdfast --verbose ...` for the traceback, and "
                "report it with that (CONTRIBUTING.md says where)."
            )
            told = _UNFORESEEN, f"nobody foresaw this: {type(error).__name__}: {error}", advice
    return told


@contextmanager
def _interrupts() -> Iterator[None]:
    """Let no Ctrl-C be lost: one that comes while C calls back into Python is swallowed there, and counts at the end.

    Raises:
        KeyboardInterrupt: one came, whatever else came of it.

    """
    deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # as shells start what runs in the background
    if deaf or threading.current_thread() is not threading.main_thread():
        yield
        return
    came = False

    def stop(*_: object) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    usual = signal.signal(signal.SIGINT, stop)
    try:
        yield
    except Exception:
        if not came:
            raise
    finally:
        signal.signal(signal.SIGINT, usual)
    if came:
        raise KeyboardInterrupt
