"""Events that lie in files or come down a pipe, and the file in which rejects are kept."""

from .delivery import Delivery
from .follow import FollowFile, FollowStream
from .reject_file import RejectFile
from .source import BATCH_BYTES, FileSource
from .streams import standard_input
from .whole_lines import lines_of

__all__ = [
    "BATCH_BYTES",
    "Delivery",
    "FileSource",
    "FollowFile",
    "FollowStream",
    "RejectFile",
    "lines_of",
    "standard_input",
]
