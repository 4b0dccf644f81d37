"""How is the service to behave? One TOML file, and the environment on top of it."""

from __future__ import annotations

import enum
import tomllib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from holdfast.app.signin.place import private
from holdfast.backends import file_of, names_password
from holdfast.containment import PlanKind
from holdfast.errors import SettingsError, UnreadableFileError
from holdfast.events import Dialect, TimeUnit
from holdfast.guard import Role, SessionLimits
from holdfast.response import ResponseSettings
from holdfast.response.brakes import Caps

from .recovering import Recovery, behaviour
from .token import HASH_PATTERN

PREFIX = "HOLDFAST_"
FILE_VARIABLE = "HOLDFAST_SETTINGS"
TOKEN_VARIABLE = "HOLDFAST_TOKEN"  # noqa: S105 - the name of a variable
CLIENT_SECRET_VARIABLE = "HOLDFAST_CLIENT_SECRET"  # noqa: S105 - the name of a variable
NOTICE_SECRET_VARIABLE = "HOLDFAST_NOTICE_SECRET"  # noqa: S105 - the name of a variable
_LARGEST_FILE = 1_048_576  # bytes: settings are a page, not a book

_MINUTE, _HOUR = 60_000, 3_600_000  # milliseconds
FILE_ONLY = frozenset(
    {"columns", "exempt", "innocents_per_hour_of", "roles", "shares"}
)  # what no single word of the environment can say
Seconds = Annotated[float, Meta(gt=0, le=3_600)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Megabytes = Annotated[int, Meta(ge=1, le=65_536)]


@enum.unique
class Unseen(enum.StrEnum):
    """What the guard answers to what it would allow, while it cannot be sure that it knows every hold."""

    OPEN = "open"  # allow: nobody is silenced by a fault of ours
    CLOSED = "closed"  # refuse: nobody gets through by causing one


@enum.unique
class Time(enum.StrEnum):
    """Whose time it is."""

    WALL = "wall"  # this machine's
    STREAM = "stream"  # that of the newest event, for a stream that was recorded


class Server(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it listens, to whom, and for how long."""

    host: Annotated[str, Meta(description="Address to listen at. Beyond loopback a token is required.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535, description="Port; 0 takes a free one and tells it in the log.")] = 8321
    token_hash: Annotated[
        str,
        Meta(
            pattern=f"^({HASH_PATTERN})?$",
            description="Hash of the bearer token, as `holdfast token` prints it. Without one /v1 is open on loopback.",
        ),
    ] = ""
    tls_certificate: Annotated[
        str, Meta(description="File of the certificate, PEM, with those between it and its root behind it.")
    ] = ""
    tls_key: Annotated[
        str, Meta(description="File of its key, PEM without a password, for its owner alone. TLS 1.2 or 1.3 is spoken.")
    ] = ""
    behind_proxy: Annotated[
        bool, Meta(description="Beyond loopback without TLS: a proxy in front speaks TLS, and nobody listens between.")
    ] = False
    connections: Annotated[
        Count,
        Meta(description="Connections at once; beyond, whoever was silent for longest gives way, else it is 503."),
    ] = 512
    request_seconds: Annotated[
        Seconds, Meta(description="From the first byte of a request to the last of its answer; then the line is cut.")
    ] = 30.0
    idle_seconds: Annotated[Seconds, Meta(description="How long a connection may be silent between requests.")] = 75.0
    standby: Annotated[
        bool,
        Meta(
            description="Where another server owns the store: wait, answer the guard as it does, and take over when it "
            "is gone. Two servers, both with it, and PostgreSQL."
        ),
    ] = False
    stop_seconds: Annotated[
        Seconds, Meta(description="After SIGTERM: for requests under way, and again for what is in the queue.")
    ] = 20.0


class Store(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the record and the state of the response are kept."""

    address: Annotated[
        str, Meta(min_length=1, description="A file, or postgresql://NAME@HOST/DATABASE (reference: stores).")
    ] = "var/holdfast.db"
    key: Annotated[
        str, Meta(description="File of the signing key, made if it is not there. For a file: beside it by default.")
    ] = ""
    archive: Annotated[
        str,
        Meta(
            description="Folder that keeps what was seen: events and accounts. Empty: after a new start it is unknown."
        ),
    ] = "var/events"


class Events(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How events are read, and how much may wait."""

    time: Annotated[
        Time, Meta(description="`wall`: this machine's time. `stream`: that of the newest event, for recorded streams.")
    ] = Time.WALL
    time_unit: Annotated[TimeUnit, Meta(description="What a bare number in a time counts.")] = "ms"
    columns: Annotated[dict[str, str], Meta(description="Fields under other names: field = name.")] = {}
    body_mb: Annotated[
        Megabytes, Meta(description="Largest body of POST /v1/events, in MiB; more is answered 413.")
    ] = 8
    queue: Annotated[
        Count, Meta(description="Bodies that may wait or be under way; then 429 is answered, with Retry-After.")
    ] = 32
    queue_mb: Annotated[Megabytes, Meta(description="The same in MiB, all bodies together.")] = 64


class Guard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the guard answers when it cannot be sure."""

    unseen: Annotated[
        Unseen,
        Meta(description="While the state is not seen: allow (`open`) or refuse (`closed`) what no known hold stops."),
    ] = Unseen.OPEN
    stale_seconds: Annotated[
        Seconds, Meta(description="The state counts as seen for so long after the store was last reached.")
    ] = 10.0


class Detection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What detection may use."""

    memory_mb: Annotated[int, Meta(ge=4, le=1_048_576, description="Bound on what detection remembers, in MiB.")] = 512


class Response(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens without a person, how much of it in an hour, and to whom it does not happen."""

    auto_seconds: Annotated[
        Annotated[float, Meta(ge=0, le=86_400)] | None,
        Meta(description="Approve each proposal after so many seconds, on the mirror. Unset: nothing is approved."),
    ] = None
    one_way_per_hour: Annotated[
        Count,
        Meta(description="Deeds that cannot be undone, of the like harm or more; beyond, they wait for `cap_owner`."),
    ] = Caps().one_way
    innocents_per_hour: Annotated[
        Annotated[int, Meta(ge=1, le=10_000_000)],
        Meta(
            description="Innocent accounts that standing orders for one kind of plan may hold; beyond, their one-way "
            "deeds wait."
        ),
    ] = Caps().innocents
    innocents_per_hour_of: Annotated[
        dict[PlanKind, Annotated[int, Meta(ge=0, le=10_000_000)]],
        Meta(description="The same for single kinds of plan: { cause = 200 }."),
    ] = {}
    cap_owner: Annotated[
        str, Meta(min_length=1, max_length=200, description="The role, or the person, who may raise a cap for a while.")
    ] = Caps().owner
    exempt: Annotated[
        dict[Annotated[str, Meta(min_length=1)], Annotated[str, Meta(min_length=1)]],
        Meta(description="Accounts that no brake on a cohort holds: account = why. The file only."),
    ] = {}


class Policies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may do what."""

    folder: Annotated[
        str,
        Meta(
            description="Folder with policies of your own (`*.cedar`, `quorum.toml`) in place of those that come along "
            "(reference: policies)."
        ),
    ] = ""


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people sign in with a browser."""

    origin: Annotated[
        str,
        Meta(
            max_length=300,
            description="The address that browsers show, `https://HOST`. Unset: on loopback `http://localhost:PORT`, "
            "elsewhere nobody signs in.",
        ),
    ] = ""
    rp_id: Annotated[
        str,
        Meta(max_length=253, description="Domain that passkeys belong to. Unset: the host of `origin`. Kept for good."),
    ] = ""
    idle_minutes: Annotated[
        int, Meta(ge=5, le=1_440, description="A session ends when nothing was asked for so long.")
    ] = 30
    session_hours: Annotated[int, Meta(ge=1, le=168, description="A session ends after so long in any case.")] = 12
    link_hours: Annotated[
        int, Meta(ge=1, le=168, description="How long a link to register a first passkey can be used, unless it says.")
    ] = 24
    forwarded: Annotated[
        str,
        Meta(
            pattern="^[a-z0-9-]*$",
            description="Header in which a proxy that is yours names the caller's address, as `x-forwarded-for`: the "
            "last address in it counts. Unset: none is believed.",
        ),
    ] = ""

    @property
    def limits(self) -> SessionLimits:
        """How long sessions last, those of the console and those of the internal tools alike."""
        return SessionLimits(idle=self.idle_minutes * _MINUTE, longest=self.session_hours * _HOUR)


class Changes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How holders hear of what staff changed; the secret that signs it comes from HOLDFAST_NOTICE_SECRET or a file."""

    url: Annotated[
        str,
        Meta(
            max_length=2_000,
            description="Address of the platform that notices are posted to, https or of this machine (reference: "
            "staff-gate-http). Unset: nobody can be told, and no change of a credential by staff ever counts.",
        ),
    ] = ""
    secret_file: Annotated[str, Meta(description="File with the secret that signs notices, its owner's alone.")] = ""
    salt_file: Annotated[
        str,
        Meta(
            description="File with the salt by which new e-mail addresses and numbers are hashed, its owner's alone: "
            "base64 of 32 bytes or more, the same as the platform's (how-to: let holders undo changes). Unset: a salt "
            "of the gate's own, by which only what goes through the gate is compared."
        ),
    ] = ""
    origin: Annotated[
        str,
        Meta(
            max_length=300,
            description="What holders' links begin with, `https://HOST`: there they reach /changes/ of this service. "
            "Unset: where people sign in.",
        ),
    ] = ""


class Oidc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Signing in with an OpenID Connect provider; the client's secret comes from HOLDFAST_CLIENT_SECRET or a file."""

    issuer: Annotated[
        str, Meta(max_length=300, description="The provider's issuer, `https://...`. Unset: nobody signs in elsewhere.")
    ] = ""
    client_id: Annotated[str, Meta(max_length=300, description="What this service is called there.")] = ""
    client_secret_file: Annotated[str, Meta(description="File with the client's secret, its owner's alone.")] = ""
    name: Annotated[str, Meta(max_length=60, description="What the sign-in page calls the provider.")] = "your provider"
    scopes: Annotated[str, Meta(max_length=300, description="What is asked for there.")] = "openid"
    claim: Annotated[
        Literal["sub", "email", "preferred_username"],
        Meta(description="The claim that is the id of a person here. `email` counts only as verified."),
    ] = "sub"
    groups_claim: Annotated[str, Meta(max_length=100, description="The claim that lists a person's groups.")] = "groups"
    roles: Annotated[
        dict[str, Role],
        Meta(description="Group = role. With any, who signs in is registered and has exactly these roles."),
    ] = {}
    timeout_seconds: Annotated[Seconds, Meta(description="How long the provider may take to answer.")] = 5.0


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. `token` comes from the environment only."""

    server: Server = Server()
    store: Store = Store()
    events: Events = Events()
    guard: Guard = Guard()
    detection: Detection = Detection()
    response: Response = Response()
    signin: SignIn = SignIn()
    oidc: Oidc = Oidc()
    changes: Changes = Changes()
    policy: Policies = Policies()
    recovery: Recovery = Recovery()

    @property
    def behaviour(self) -> ResponseSettings:
        """How the response is to behave.

        Raises:
            SettingsError: the shares of the waves do not grow to 1.

        """
        caps = Caps(
            one_way=self.response.one_way_per_hour,
            innocents=self.response.innocents_per_hour,
            innocents_of=self.response.innocents_per_hour_of,
            owner=self.response.cap_owner,
        )
        told = behaviour(self.recovery, self.response.exempt, caps)
        return msgspec.structs.replace(told, tool_sessions=self.signin.limits)

    @property
    def dialect(self) -> Dialect:
        """How events are spelt.

        Raises:
            UsageError: a column is no field of an event.

        """
        return Dialect(columns=self.events.columns, time_unit=self.events.time_unit)


def load(
    file: Path | None, environment: Mapping[str, str], told: Mapping[str, Any] = types.MappingProxyType({})
) -> Settings:
    """The settings of `file` (or the one that the environment names), the environment over it, and `told` over both.

    `told` maps `section.name` to a value; None leaves it as it is.

    Raises:
        UnreadableFileError: the file cannot be read as TOML.
        SettingsError: a setting is unknown, out of range, or one that may not stand in a file.

    """
    named = file if file is not None else Path(environment[FILE_VARIABLE]) if environment.get(FILE_VARIABLE) else None
    data = {} if named is None else _read(named)
    for (section, name), value in _from_environment(environment):
        _section(data, section)[name] = value
    for path, value in told.items():
        if value is not None:
            section, _, name = path.partition(".")
            _section(data, section)[name] = value
    try:
        settings = msgspec.convert(data, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"A setting does not hold: {error}", advice="See docs/reference/settings.md, or run `holdfast doctor`."
        ) from error
    return _checked(settings)


def draft(settings: Settings) -> str:
    """The text of a settings file that names where these keep things, and leaves the rest as it usually is."""
    store = settings.store
    lines = ["# docs/reference/settings.md has all of them.", "[store]"]
    lines += [f"{name} = {_quoted(value)}" for name, value in msgspec.structs.asdict(store).items() if value]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, too."""
    return msgspec.json.encode(text).decode()


def variables() -> dict[str, tuple[str, str]]:
    """The environment variable of each setting that has one, and its section and name."""
    return {
        f"{PREFIX}{section}_{field.name}".upper(): (section, field.name)
        for section, kind in sections().items()
        for field in msgspec.structs.fields(kind)
        if field.name not in FILE_ONLY
    }


def sections() -> dict[str, type[msgspec.Struct]]:
    """The sections of the file, and the record of each."""
    return {field.name: field.type for field in msgspec.structs.fields(Settings)}


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    known = variables()
    starts = tuple(f"{PREFIX}{section}_".upper() for section in sections())
    for variable, value in environment.items():
        if variable in known:
            yield known[variable], value
        elif variable.startswith(starts):
            raise SettingsError(
                f"There is no setting {variable}.", advice="See docs/reference/settings.md for their names."
            )


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST_FILE)
        return tomllib.loads(text.decode())
    except OSError as error:
        raise UnreadableFileError(f"the settings {file} cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings {file} are no TOML: {error}") from error


def _section(data: dict[str, Any], section: str) -> dict[str, Any]:
    held = data.setdefault(section, {})
    if not isinstance(held, dict):
        raise SettingsError(f"The setting {section} is a section.", advice=f"Write [{section}] on a line of its own.")
    return held


def _checked(settings: Settings) -> Settings:
    if names_password(settings.store.address):
        raise SettingsError(
            "The address of a store holds no password here.",
            advice="Change it, and put the new one in the file that PGPASSFILE names, in ~/.pgpass or in PGPASSWORD.",
        )
    if file_of(settings.store.address) == Path(":memory:"):
        raise SettingsError(
            "A record in memory is gone when the command ends, and the tokens with it.",
            advice="Name a file as store.address, or with --store.",
        )
    if file_of(settings.store.address) is None and not settings.store.key:
        raise SettingsError(
            "The key that signs a record in a database lies elsewhere.", advice="Name its file: store.key."
        )
    if settings.server.standby and file_of(settings.store.address) is not None:
        raise SettingsError(
            "A record in a file has no standby: only its own machine could reach it.",
            advice="Leave server.standby out, or keep the record in PostgreSQL (how-to: run two servers).",
        )
    if settings.oidc.issuer and not (settings.oidc.client_id and private(settings.oidc.issuer)):
        raise SettingsError(
            "A provider takes an issuer with https:// and a client_id.",
            advice="Complete [oidc], or leave oidc.issuer out: then people sign in with passkeys alone.",
        )
    _ = settings.dialect, settings.behaviour
    return settings


def described(field: msgspec.structs.FieldInfo) -> str:
    """What a setting is for."""
    return next((meta.description for meta in _metas(field.type) if meta.description), "")


def _metas(kind: object) -> Iterator[Meta]:
    for argument in get_args(kind):
        if isinstance(argument, Meta):
            yield argument
