"""What does the service promise? Writes docs/reference/openapi.json, settings.md and service.md from the program itself.

python scripts/make_service_reference.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from holdfast.app.server.contract import OPERATIONS
from holdfast.app.server.guard import GuardRoutes
from holdfast.app.server.metrics import GuardMetrics, Metrics
from holdfast.app.server.openapi import document
from holdfast.app.server.settings import FILE_ONLY, PREFIX, Unseen, described, sections
from holdfast.app.server.staff.deciding import StaffRoutes
from holdfast.app.server.tally import Tally
from holdfast.app.server.worker import Worker
from holdfast.events import Dialect

ROOT = Path(__file__).parent.parent

_SETTINGS_HEAD = """# Settings of the service

Made by `scripts/make_service_reference.py`; a test compares the two.

`holdfast serve --settings FILE` reads one TOML file; `HOLDFAST_SETTINGS` may name it. A setting in the environment goes before the
file, an option before both. What is unknown or out of range is refused at the start. `holdfast doctor --settings FILE` checks all of it.

The token itself is in no file and in no argument. `holdfast token` makes one: its hash goes into `server.token_hash`, or the token into
`HOLDFAST_TOKEN` (at least 32 characters), which goes before the hash. Without either, /v1 is open to programs on this machine: requests
with an `Origin`, or under another name than loopback's, are refused. That token is a program's: it asks the guard, tells events and looks.
Once people are registered (`holdfast init`) or a token was made at the service, everybody shows one, on loopback too.

**What changes while the service runs**: the files in `policy.folder`, by `holdfast policy reload` or SIGHUP (how-to: change policies); caps, by their
owner (`holdfast brakes`); people, tokens and passkeys. Everything on this page is read once, at the start, the name of that folder too: the address of
webhooks, detection's thresholds, waves, certificates and salts take a new start.

```toml
[server]
port = 8321
token_hash = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

[store]
address = "postgresql://holdfast@db.example/holdfast"
key = "/etc/holdfast/record.key"
archive = "/var/lib/holdfast/events"

[guard]
unseen = "closed"
```
"""

_SERVICE_HEAD = """# The service

Made by `scripts/make_service_reference.py`; a test compares the two. The whole contract, for programs: [openapi.json](openapi.json).

## Routes

Every route under /v1 takes `Authorization: Bearer TOKEN` where a token is configured or somebody is registered; [who may use which](policies.md#routes). What is refused is answered as
`application/problem+json` (RFC 9457) with `detail`, `advice` and, where somebody may not, a [`code`](policies.md#reason-codes). Lists come in pages: ask `after` for what `next` says.
"""

_SERVICE_MIDDLE = """
## What an answer means

- **Guard.** `verdict` is `allow`, `hold` (kept for a person to look at) or `refuse`. `reasons` are codes of a closed list, `message` is for the
  person. `version` grows with every change of the holds since this start. A hold is in force here from the moment in which its
  intent is on record: when the events that led to it have been answered, it is in force.
- **Unseen.** `seen` is false while the worker has not been through a round and reached the store for `guard.stale_seconds`, and until a
  new start has heard again what was seen. Then what a known hold stops stays stopped; everything else is allowed
  or refused (`state_unseen`) as `guard.unseen` says; every answer names that choice.
- **Events.** 200 says: all of it was judged, what follows is on record, and with `kept` the events survive a crash in the archive. Whoever gets no
  answer, 429 or 503 tells the same again; each event counts once. `kept` is false without an archive, and while it fails
  (`holdfast_archive_failures_total`): events are judged all the same.
- **Looking.** Lists are answered by the thread that owns the state, between two rounds. A list is as of one moment, its pages are not.

## Bounds

Bodies: 1 MiB and 1,000 questions for the guard, `events.body_mb` for events. Heads: 64 KiB. A request is cut when it is not answered
`server.request_seconds` after its first byte, a silent connection after `server.idle_seconds`. Where there are more than
`server.connections` at once, whoever has been silent for longest gives way to whoever comes, and so does a sender whose body never comes to an
end, and who does not take the answers; while that many are being answered, others get 503 by the server itself, as text. Of questions to the thread that owns the state
eight are answered before a body of events that waits.

A body of events takes its place among `events.queue` when it is whole. Those that are still coming in share `events.queue_mb` of memory; when that
is used up, the one that has been coming for longest is answered 429. Small bodies that people send are not counted together: a few
hundred connections with a valid token can hold 1 MiB each.

A person may have 100 requests open (`too_many_open`); emergencies are not counted. 100 undo previews are kept in all, and whoever looks most loses
their own first. The time line keeps the newest 50,000 happenings, under the numbers that they had from the start; the record has all.
What a platform told of a recovery case is deleted within an hour after the case is closed or has begun anew. An OpenID provider that does
not answer is asked again after 1, 2, 4 and up to 60 seconds, however many would like to sign in.

`/ready` is 503 with the trouble `StoreFullError` while less than 32 MiB are free where the record or the archive lies, or they may not be
written to; and after something could not be written, until something was.

## Beginning and end

One process has a store to itself; a second one ends at once with exit code 3, or stands by with `server.standby`
([how-to](../how-to/run-two-servers.md)). After SIGTERM or SIGINT no more is taken in, what is under way is
answered, the queue is worked off, the archive is settled, and the head of the record is told in the log; exit code 0. One that comes before it
listens ends it in order, too (in the first second, before there is a log, it ends as any program does). A second signal ends it
where it stands, like `kill -9`: the record is whole, and whoever got no answer tells it again.

## Log

One JSON object a line on standard error, with `event`, `level`, `timestamp`. Nothing in it is about people on the platform.

| event | when |
|---|---|
| `starting` | settings are read and the address is taken |
| `listening` | at `host` and `port`, questions are answered |
| `heard_again` | so many `posts` and `events` of the archive, and `accounts` known |
| `ready` | the store was reached; also after trouble |
| `standing_by` | another server owns the store, and is followed |
| `standby` | the guard is answered as the owner does; the rest is answered 503 with the code `standby` |
| `policies_in_force`, `policies_refused` | a signal had the folder read anew, or a standby's turn came: the `version`, or `error` and `advice`, and what was in force stays so |
| `owner_silent` | the owner gave no sign of life for 10 s, and the store is taken from it |
| `nothing_left` | the owner leaves nothing for a standby: set `server.standby` there, too |
| `look_failed`, `handover_failed` | a standby could not read, an owner not leave what it has for one: `error`, `advice` |
| `store_lost` | another server owns the store now; exit code 1 |
| `compiling`, `compiled` | the first start on a processor makes its kernels; how long it took |
| `stopped_early` | a signal came before it had begun; exit code 0 |
| `disk_full` | hardly any room is left where the record or the archive lies; told every 10 s at most |
| `noted` | what a lower part of the program has to say (`by`, `says`) |
| `round_failed` | the worker could not do something: `error`, `advice`; told every 10 s at most |
| `archive_failed` | the archive did not keep what it was given |
| `record_broken` | the record cannot vouch for itself; nothing more is done, and /ready says so |
| `fault` | a fault of the program: `error` and `where`, without its message |
| `stopping`, `stopped` | by which `signal`; then `entries`, `root` and `holds` |
| `given_up` | the queue was not worked off in time; exit code 1 |

## Metrics

| name | type | meaning |
|---|---|---|
"""


def pages() -> dict[str, str]:
    """Each page by its path in the repository."""
    return {
        "docs/reference/openapi.json": json.dumps(document(), indent=1, ensure_ascii=False) + "\n",
        "docs/reference/settings.md": _settings(),
        "docs/reference/service.md": _service(),
    }


def _settings() -> str:
    parts = [_SETTINGS_HEAD]
    for section, kind in sections().items():
        parts.append(
            f"\n## [{section}]\n\n{(kind.__doc__ or '').strip()}\n\n| setting | when nothing is said | meaning |\n|---|---|---|\n"
        )
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            default = json.dumps(field.default) if field.default is not msgspec.NODEFAULT else "{}"
            default = "-" if default == "null" else default
            variable = (
                "" if field.name in FILE_ONLY else f" (`{PREFIX}{section}_{field.name}`)".upper().replace("(`", "(`")
            )
            bounds = _bounds(hints[field.name])
            parts.append(f"| `{field.name}`{variable} | `{default}` | {described(field)}{bounds} |\n")
    return "".join(parts)


def _bounds(hint: object) -> str:
    """The bounds of a number, in words."""
    metas = [each for each in _flat(hint) if isinstance(each, msgspec.Meta)]
    low = next((f"from {meta.ge:,}" for meta in metas if meta.ge is not None), None)
    low = low or next((f"above {meta.gt:,}" for meta in metas if meta.gt is not None), None)
    high = next((f"to {meta.le:,}" for meta in metas if meta.le is not None), None)
    return f" {' '.join(filter(None, (low, high))).capitalize()}." if low or high else ""


def _flat(hint: object) -> list[Any]:
    if get_origin(hint) is None:
        return [hint]
    return [hint, *(part for each in get_args(hint) for part in _flat(each))]


def _service() -> str:
    rows = [
        f"| `{each.method} {each.path}` | {each.says} | {', '.join(map(str, sorted(each.answers)))} |"
        for each in OPERATIONS
    ]
    routes = "\n".join(["", "| route | what for | answers |", "|---|---|---|", *rows, ""])
    guard = GuardRoutes(lambda _: None, lambda: 0, lambda: True, Unseen.OPEN)
    others = Metrics(Worker(None, None, dialect=Dialect(), log=None), Tally())
    staff = StaffRoutes(lambda: None, lambda: 0, lambda: 0, None)
    metrics = (*GuardMetrics(guard, staff).collect(), *others.collect())
    told = [
        f"| `{each.name}{'_total' if each.type == 'counter' else ''}` | {each.type} | {each.documentation} |"
        for each in metrics
    ]
    return _SERVICE_HEAD + routes + _SERVICE_MIDDLE + "\n".join(sorted(told)) + "\n"


if __name__ == "__main__":
    for page, text in pages().items():
        (ROOT / page).write_text(text, encoding="utf-8")
        print(f"wrote {page}")
