"""What happened on a platform, in one vocabulary for all of them."""

from .decode import Decoded, Decoder
from .dialect import REQUIRED, Dialect, check_columns
from .directory import ACCOUNTS
from .duplicates import OnceOnly
from .encode import batch_to_posts, encode_line, posts_to_batch
from .interpret import names_in
from .lines import LONGEST_LINE, Lines, LineSplitter
from .networks import address_of, network_of
from .posts import POSTS, Batch
from .rejects import Reject, reject
from .rows import RowDecoder
from .schema import schema_text
from .spelling import spelling_key
from .times import TimeUnit, format_time, format_time_or_none, parse_time, spoken_time
from .vocabulary import (
    IN_VAIN,
    Account,
    AnyEvent,
    AppAuthorised,
    AppRevoked,
    CredentialChange,
    DataExport,
    DataRead,
    Event,
    Media,
    Post,
    PostRemoved,
    ProfileChange,
    Report,
    ResetRequested,
    SecurityEvent,
    SessionEnded,
    SignIn,
    StaffAction,
    StaffReport,
    StaffSignIn,
    Tier,
)

__all__ = [
    "ACCOUNTS",
    "IN_VAIN",
    "LONGEST_LINE",
    "POSTS",
    "REQUIRED",
    "Account",
    "AnyEvent",
    "AppAuthorised",
    "AppRevoked",
    "Batch",
    "CredentialChange",
    "DataExport",
    "DataRead",
    "Decoded",
    "Decoder",
    "Dialect",
    "Event",
    "LineSplitter",
    "Lines",
    "Media",
    "OnceOnly",
    "Post",
    "PostRemoved",
    "ProfileChange",
    "Reject",
    "Report",
    "ResetRequested",
    "RowDecoder",
    "SecurityEvent",
    "SessionEnded",
    "SignIn",
    "StaffAction",
    "StaffReport",
    "StaffSignIn",
    "Tier",
    "TimeUnit",
    "address_of",
    "batch_to_posts",
    "check_columns",
    "encode_line",
    "format_time",
    "format_time_or_none",
    "names_in",
    "network_of",
    "parse_time",
    "posts_to_batch",
    "reject",
    "schema_text",
    "spelling_key",
    "spoken_time",
]
