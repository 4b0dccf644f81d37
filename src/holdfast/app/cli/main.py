"""The commands, the errors they end in, and their exit codes: 0 done, 1 found, 2 usage, 3 bad input, 4 integrity."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cyclopts
from rich.console import Console
from rich.traceback import Traceback

from holdfast import __version__
from holdfast.app.terminal import plain
from holdfast.errors import HoldfastError

app = cyclopts.App(
    name="holdfast",
    help="See an account-takeover campaign at its third post, stop it in seconds, and prove what was done.",
    help_epilogue=(
        "Exit codes: 0 done, 1 found or refused, 2 usage, 3 bad input, 4 integrity of the record. "
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
    "serve",
    "doctor",
    "token",
    "ledger",
    "backup",
    "restore",
    "migrate",
    "bench",
)
_ELSEWHERE = {"restore": "backup"}  # commands that share the file of another
for _name in _COMMANDS:  # imported when asked for: a wrong word is told at once, not after two seconds of imports
    app.command(f"holdfast.app.cli.{_ELSEWHERE.get(_name, _name)}:{_name}", name=_name)

_INTERRUPTED = 130  # what shells report for a process ended by Ctrl-C
_BROKEN_PIPE = 141  # and for one whose reader went away
_UNWRITABLE = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answer with its exit code. Errors go to standard error with advice."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verbose = "--verbose" in words[:1]
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    if words in ([], ["--help"], ["-h"]):
        for name in _COMMANDS:
            app[name]  # resolves it: what a command is for stands in its own docstring
    try:
        with _interrupts():
            answer = app(
                words[1:] if verbose else words,
                exit_on_error=False,
                print_error=False,
                result_action="return_value",
            )
            if sys.stdout is not None:
                sys.stdout.flush()
    except cyclopts.CycloptsError as error:
        errors.print(plain(f"holdfast: {error}", limit=2_000))
        errors.print(plain("See `holdfast --help`, or `holdfast COMMAND --help`."))
        return 2
    except HoldfastError as error:
        if verbose:
            errors.print(Traceback(suppress=[cyclopts]))
        errors.print(plain(f"holdfast: {error}", limit=2_000))
        errors.print(plain(error.advice, limit=2_000))
        return error.exit_code
    except KeyboardInterrupt:
        errors.print(plain("holdfast: stopped by hand; what was recorded is whole. Run the same command to go on."))
        return _INTERRUPTED
    except BrokenPipeError:
        _silence_output()  # the reader (head, less) has gone
        return _BROKEN_PIPE
    except OSError as error:
        # Files are behind seams that translate; what is left is our own output, to a full disk perhaps.
        errors.print(plain(f"holdfast: the output cannot be written: {error.strerror or error}", limit=2_000))
        errors.print(plain("Free some space, or send it elsewhere; what was recorded is whole."))
        _silence_output()
        return _UNWRITABLE
    return answer if isinstance(answer, int) else 0


@contextmanager
def _interrupts() -> Iterator[None]:
    """Let no Ctrl-C be lost: one that comes while C calls back into Python is swallowed there, and counts at the end.

    Raises:
        KeyboardInterrupt: one came.

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
    finally:
        signal.signal(signal.SIGINT, usual)
    if came:
        raise KeyboardInterrupt


def _silence_output() -> None:
    """Point standard output elsewhere, so that the interpreter's last flush stays quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
