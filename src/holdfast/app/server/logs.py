"""What does the service say of itself? One JSON object a line, without anything about the people on the platform."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO, TypeAlias

import structlog

Log: TypeAlias = Any  # structlog types its loggers so loosely that nothing is lost
_FRAMES = 8  # innermost ones of a fault: where it was, and who asked


class _Lines(structlog.PrintLogger):
    """Writes lines; where nobody reads them any more, or the disk is full, the service goes on without."""

    def msg(self, message: str) -> None:
        """Write one."""
        with contextlib.suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = error = critical = msg


def make_log(out: TextIO | None = None) -> Log:
    """A logger that writes to `out`, or the standard error."""
    return structlog.wrap_logger(
        _Lines(sys.stderr if out is None else out),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )


def crash(log: Log, error: BaseException) -> None:
    """Tell of a fault in the program: what kind, and where. Its message is left out, for it may quote what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("fault", error=type(error).__name__, where=where)


class _Ours(logging.Handler):
    """Takes what our own lower rooms say, which know of no service, into the service's log."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        with contextlib.suppress(TypeError, ValueError):  # words that do not fit their places must stop nothing
            self._log.warning("noted", by=record.name, says=record.getMessage().removeprefix("holdfast: "))


def quiet_libraries(log: Log | None = None) -> None:
    """Keep libraries from logging requests, addresses or messages of exceptions on their own.

    What our own rooms say goes to `log`, where there is one.
    """
    if log is not None:
        ours = logging.getLogger("holdfast")
        ours.handlers, ours.propagate = [_Ours(log)], False
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False
