"""What does the adversary do: carries out a plan that is data, and thinks again whenever something does not work.

It has no powers but those that its way in gives: a seat at the staff tool, an app's tokens, a phone number, a stolen
session. It learns only what an intruder can see: that a deed was refused, a post gone, a session over.

What it does when it meets a hold:

* a post refused: the same lure from another hijacked account, one to two minutes later, three times at most;
* a post removed or hidden: once more from the same account, one to two minutes later, twice at most;
* a session ended: signs in again with the password it set, one to two minutes later;
* the tool session cut: signs in to the tool again after some minutes, with the same credential while that works, else
  with the next stolen one, and goes on with its list;
* a sign-in or a reset refused: once more after five minutes, then it leaves that account;
* a no of the staff gate, in drills that have one: what `wiles` finds; if nothing, an ordinary account in place of a
  well-guarded one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from numpy.random import Generator

from holdfast.events import Account, CredentialChange, Report
from holdfast.guard.staff import StaffAnswer
from holdfast.recovery import Change

from .foothold import Foothold
from .geography import Place, country_of, relay, stranger
from .scenario import MINUTE, SECOND, Attack, Deed, Step, Target
from .services import Method, Services
from .streams import stream, token
from .tool import AccountDesk, Function, Seat
from .wiles import Wiles
from .world import World

STAND_INS = 3  # other accounts tried for one lure that was refused
REPOSTS = 2  # times an account says a lure again that was taken away
TRIES = 2  # of a sign-in or a reset
TRY_AGAIN = 5 * MINUTE
SOON = (60 * SECOND, 120 * SECOND)
ARCHIVE_TAKES = 45 * MINUTE  # until an archive is ready
FETCHED_AFTER = 4 * MINUTE
BEGGED = 40  # people whom one hijacked account writes to
BEGGED_WHO_REPORT = 4
CATCHES_UP = 3 * MINUTE  # what came due while the tool was waited for follows it within so long
BY_TOOL = {
    Deed.VIEW: Function.VIEW,
    Deed.SWAP_EMAIL: Function.REPLACE_EMAIL,
    Deed.READ_AS_STAFF: Function.VIEW_MESSAGES,
}
HIDES_REPLIES = 0.6  # of the warnings under its posts


@dataclass(slots=True, kw_only=True)
class Grip:
    """How far the adversary has come with one target."""

    target: Target
    row: int
    rng: Generator
    place: Place
    lost: bool = False
    app: bool = False
    held: bool = False  # a post of it was refused
    reposts: int = 0
    lures: dict[str, str] = field(default_factory=dict)  # its lure posts, and which lure each carries
    tries: dict[Deed, int] = field(default_factory=dict)
    stand_in: bool = False  # an ordinary account in place of one that was guarded too well
    blocked: Step | None = None  # what waits for the tool, and what waits for that
    parked: list[Step] = field(default_factory=list)
    seat: Seat | None = None  # from where, and by which function, it is tried next
    function: Function | None = None

    def soon(self) -> int:
        """A human's pause before the next try."""
        return int(self.rng.integers(*SOON))


class Adversary:
    """The attack of a scenario, under way."""

    def __init__(self, world: World, services: Services, desk: AccountDesk, attack: Attack) -> None:
        """Put the whole plan on the agenda."""
        self._world, self._services, self._desk, self._attack = world, services, desk, attack
        self._foothold = Foothold(world, desk, attack)
        self._wiles = None if desk.front is None else Wiles(desk, desk.front, self._foothold)
        self._grips: dict[int, Grip] = {}
        world.on_gone.append(self._notice_gone)
        world.on_signed_out.append(self._notice_signed_out)
        world.on_reply.append(self._notice_reply)
        for target in attack.targets:
            self._lay_out(target)

    def _lay_out(self, target: Target) -> None:
        row = self._world.accounts.cast[target.handle]
        rng = stream(self._world.seed, "target", target.handle)
        draw = int(rng.integers(1 << 60))
        country = country_of(row, int(self._world.accounts.lang[row]))
        place = relay(draw, self._attack.networks) if self._attack.networks else stranger(draw, country)
        grip = Grip(target=target, row=row, rng=rng, place=place)
        self._grips[row] = grip
        for step in target.steps:
            shift = int(rng.integers(step.jitter)) if step.jitter else 0
            self._world.agenda.at(step.at + shift, self._do, grip, step)

    def _do(self, grip: Grip, step: Step, time: int) -> None:  # noqa: C901, PLR0912  (one line for each kind of deed)
        if grip.lost:
            return
        if grip.blocked is not None and step is not grip.blocked:
            grip.parked.append(step)
            return
        match step.deed:
            case Deed.VIEW | Deed.SWAP_EMAIL | Deed.READ_AS_STAFF:
                self._at_the_desk(grip, step, time)
            case Deed.PORT_NUMBER:
                self._port(grip, time)
            case Deed.RESET:
                self._reset(grip, step, time)
            case Deed.SIGN_IN:
                self._sign_in(grip, step, time)
            case Deed.USE_STOLEN_SESSION:
                self._use_session(grip, time)
            case Deed.USE_APP:
                self._use_app(grip, time)
            case Deed.POST:
                self._post(grip, step.what, STAND_INS, time)
            case Deed.REPOST:
                self._amplify(grip, step.what, time)
            case Deed.PIN:
                self._pin(grip, time)
            case Deed.MESSAGE:
                self._beg(grip, step.what, time)
            case Deed.READ_INBOX:
                self._read_inbox(grip, time)
            case Deed.EXPORT:
                self._export(grip, "requested", time)
            case _:
                assert_never(step.deed)

    # Getting in

    def _at_the_desk(self, grip: Grip, step: Step, time: int) -> None:
        self._world.target(grip.row, time)
        seat = grip.seat or self._foothold.seat
        if seat is not None and self._use_desk(seat, grip, step, time):
            self._unblock(grip, step, time)
        elif self._services.tier(grip.row) == "protected":
            grip.lost = True  # the tool's own protection, not a hold: no session would help
        elif seat is not None and self._wiles is not None and self._desk.answer is not None:
            self._outwit(self._wiles, seat, grip, step, self._desk.answer, time)
        else:
            grip.seat = None
            self._foothold.lose(lambda new, now: self._go_on(grip, step, new, now), time)

    def _use_desk(self, seat: Seat, grip: Grip, step: Step, time: int) -> bool:
        function = grip.function or BY_TOOL[step.deed]
        account = self._world.accounts.id(grip.row)
        chronicle = self._world.chronicle
        match function:
            case Function.REPLACE_EMAIL | Function.REPLACE_PHONE:
                return self._swap(seat, grip, function, time)
            case Function.VIEW:
                done = self._desk.use(seat, function, grip.row, time)
                if done:
                    chronicle.looked_at.setdefault(account, time)
                return done
            case _:
                done = self._desk.use(seat, function, grip.row, time)
                if done:
                    self._world.touch(grip.row, time)
                    taken = chronicle.inboxes if function is Function.VIEW_MESSAGES else chronicle.exports
                    taken.setdefault(account, time)
                return done

    def _swap(self, seat: Seat, grip: Grip, function: Function, time: int) -> bool:
        """Put the intruder's own e-mail or phone on file."""
        keys, value = self._world.keys(grip.row), self._value(grip, function)
        if function is Function.REPLACE_PHONE:
            if not self._desk.replace_phone(seat, grip.row, value, time):
                return False
            keys.phone_is_intruders = True
        else:
            if not self._desk.replace_email(seat, grip.row, value, time):
                return False
            keys.email_is_intruders = True
            if self._wiles is None:  # a second factor stops nothing here, and before a gate it would cost a write
                self._world.agenda.at(time + 15 * SECOND, self._desk.remove_mfa, seat, grip.row)
        self._world.touch(grip.row, time)
        return True

    def _value(self, grip: Grip, function: Function) -> str:
        match function:
            case Function.REPLACE_EMAIL:
                return token(self._world.seed, "new e-mail", grip.target.batch)
            case Function.REPLACE_PHONE:
                return token(self._world.seed, "new phone", grip.target.batch)
            case _:
                return ""

    def _outwit(self, wiles: Wiles, seat: Seat, grip: Grip, step: Step, answer: StaffAnswer, time: int) -> None:  # noqa: PLR0913, PLR0917
        """The staff gate said no: try what may get past it, or take an account that is guarded less."""
        if step.deed is Deed.VIEW:
            return  # it can do without
        function = grip.function or BY_TOOL[step.deed]
        move = wiles.move(seat, function, grip.row, self._value(grip, function), answer, time)
        if move is not None and move.at < self._world.scenario.end:
            grip.blocked, grip.seat, grip.function = step, move.seat, move.function
            self._world.agenda.at(move.at, self._do, grip, step)
            return
        grip.lost = True
        if self._desk.tier(grip.row) and not grip.stand_in:
            self._instead(grip, step, time)

    def _instead(self, grip: Grip, step: Step, time: int) -> None:
        """The same plan from `step` on, with an ordinary account."""
        accounts = self._world.accounts
        row = grip.row
        while accounts.tier[row] or row in self._grips:
            row = int(grip.rng.integers(len(accounts.cast), accounts.size))
        other = Grip(target=grip.target, row=row, rng=grip.rng, place=grip.place, stand_in=True)
        self._grips[row] = other
        for each in grip.target.steps:
            if each.at >= step.at:
                self._world.agenda.at(max(each.at, _caught_up(each, step, time)), self._do, other, each)

    def _unblock(self, grip: Grip, step: Step, time: int) -> None:
        """The tool did it at last: what waited for it follows."""
        if grip.blocked is step:
            grip.blocked, waiting, grip.parked = None, grip.parked, []
            for each in waiting:
                self._world.agenda.at(_caught_up(each, step, time), self._do, grip, each)

    def _go_on(self, grip: Grip, step: Step, seat: Seat | None, time: int) -> None:
        """Back at the tool, or not; an account that it refuses twice is left alone."""
        tries = grip.tries[step.deed] = grip.tries.get(step.deed, 0) + 1
        if seat is None or tries >= TRIES:
            grip.lost = True
        else:
            self._world.agenda.at(time + grip.soon(), self._do, grip, step)

    def _port(self, grip: Grip, time: int) -> None:
        self._world.touch(grip.row, time)
        self._world.keys(grip.row).phone_is_intruders = True
        self._world.tell(
            CredentialChange(
                account=self._world.accounts.id(grip.row),
                time=time,
                what="phone",
                change="replaced",
                by="system",
                carrier=self._attack.carrier,
            )
        )

    def _reset(self, grip: Grip, step: Step, time: int) -> None:
        keys = self._world.keys(grip.row)
        if not (keys.email_is_intruders or keys.phone_is_intruders):
            return self._wait(grip, step, time)
        if not self._services.reset(grip.row, "email" if keys.email_is_intruders else "sms", time, intruder=True):
            return self._again(grip, step, time)
        self._world.controlled[grip.row] = True
        return None

    def _sign_in(self, grip: Grip, step: Step, time: int) -> None:
        keys = self._world.keys(grip.row)
        if not keys.password_is_intruders:
            return self._wait(grip, step, time)
        method: Method = "sms" if keys.phone_is_intruders else "recovery"
        if self._services.sign_in(grip.row, grip.place, method, time, intruder=True) is None:
            self._again(grip, step, time)
        return None

    def _wait(self, grip: Grip, step: Step, time: int) -> None:
        """What comes first is late; look again in a while."""
        self._again(grip, step, time, limit=4 * TRIES)

    def _again(self, grip: Grip, step: Step, time: int, limit: int = TRIES) -> None:
        tries = grip.tries[step.deed] = grip.tries.get(step.deed, 0) + 1
        if tries < limit:
            self._world.agenda.at(time + TRY_AGAIN, self._do, grip, step)

    def _use_session(self, grip: Grip, time: int) -> None:
        if self._services.sign_in(grip.row, grip.place, "token", time, intruder=True) is not None:
            self._world.touch(grip.row, time)

    def _use_app(self, grip: Grip, time: int) -> None:
        grip.app = True
        self._world.touch(grip.row, time)

    def _inside(self, grip: Grip) -> str | None:
        """Something to act with: an open session, or the app's token."""
        if grip.app:
            return self._attack.app
        return self._world.keys(grip.row).intruder_session

    # Using it

    def _post(self, grip: Grip, lure: str, stand_ins: int, time: int) -> None:
        if self._inside(grip) is None:
            return
        said = self._attack.lures[lure]
        account = self._world.accounts.id(grip.row)
        app = self._attack.app if grip.app else ""
        post = self._services.post(grip.row, said.text, time, urls=said.urls, app=app, client=app or grip.place.client)
        if post is None:
            grip.held = True
            number = len(self._world.chronicle.refusals)
            self._world.chronicle.refusals.append((time, account, "post"))
            self._world.chronicle.lure(f"refused-{number}", account, lure, time, refused=True)
            self._stand_in(grip, lure, stand_ins, time)
            return
        first = not grip.lures
        grip.lures[post] = lure
        self._world.chronicle.lure(post, account, lure, time)
        self._services.settle(post, time)
        for watcher in self._world.on_lure:
            watcher(post, time)
        for removal in self._attack.removals:
            if first and removal.handle == grip.target.handle and not grip.stand_in:
                self._world.agenda.at(time + removal.after, self._services.remove, post, removal.by)

    def _stand_in(self, grip: Grip, lure: str, left: int, time: int) -> None:
        """Let another account say it that has not spoken yet and is not known to be held."""
        if left <= 0:
            return
        others = [
            other
            for other in self._grips.values()
            if other.target.spare and not other.lures and not other.held and self._inside(other) is not None
        ]
        if others:
            other = others[int(grip.rng.integers(len(others)))]
            self._world.agenda.at(time + grip.soon(), self._post, other, lure, left - 1)

    def _amplify(self, grip: Grip, handle: str, time: int) -> None:
        """Repost the latest lure of another hijacked account, while readers can see it."""
        posts = self._world.posts
        lures = [post for post in self._grips[self._world.accounts.cast[handle]].lures if not posts[post].gone]
        if self._inside(grip) is None or not lures or posts[lures[-1]].hidden:
            return
        said = posts[lures[-1]]
        post = self._services.post(grip.row, said.text, time, urls=said.urls, repost_of=lures[-1])
        if post is not None:
            self._world.chronicle.amplified.append(post)

    def _pin(self, grip: Grip, time: int) -> None:
        if self._inside(grip) is None or not grip.lures:
            return
        accounts = self._world.accounts
        pinned = Change(what="pinned_post", before="", now=list(grip.lures)[-1], at=time)
        self._world.changes.setdefault(grip.row, []).append(pinned)
        self._world.tell(
            Account(
                account=accounts.id(grip.row),
                time=time,
                handle=accounts.handle(grip.row),
                verified=bool(accounts.verified[grip.row]),
                reach=int(accounts.reach[grip.row]),
                tier=self._services.tier(grip.row),
                org=accounts.org(grip.row),
                unknown={"pinned_post": pinned.now},
            )
        )

    def _beg(self, grip: Grip, lure: str, time: int) -> None:
        if self._inside(grip) is None:
            return
        text = self._attack.lures[lure].text
        if not self._services.message(grip.row, text, time):
            return
        self._world.chronicle.messages += BEGGED
        accounts = self._world.accounts
        for _ in range(BEGGED_WHO_REPORT):
            reporter = accounts.id(int(grip.rng.integers(len(accounts.cast), accounts.size)))
            complaint = f'Asked me for money in a private message: "{text}" Not like them at all.'
            report = Report(
                account=accounts.id(grip.row),
                time=time + int(grip.rng.integers(2 * MINUTE, 20 * MINUTE)),
                by=reporter,
                category="impersonation",
                text=complaint,
            )
            self._world.agenda.at(report.time, lambda report, _: self._world.tell(report), report)

    def _read_inbox(self, grip: Grip, time: int) -> None:
        session = self._inside(grip)
        if session is not None and not grip.app:
            self._services.read_inbox(grip.row, session, time)
            self._world.chronicle.inboxes.setdefault(self._world.accounts.id(grip.row), time)

    def _export(self, grip: Grip, stage: str, time: int) -> None:
        session = self._inside(grip)
        if session is None or grip.app:
            return
        match stage:
            case "requested":
                if self._services.export(grip.row, "requested", session, time):
                    self._world.agenda.at(time + ARCHIVE_TAKES, self._export, grip, "ready")
            case "ready":
                self._services.export(grip.row, "ready", session, time)
                self._world.agenda.at(time + FETCHED_AFTER, self._export, grip, "downloaded")
            case _:
                if self._services.export(grip.row, "downloaded", session, time):
                    self._world.chronicle.exports.setdefault(self._world.accounts.id(grip.row), time)

    # Noticing

    def _notice_gone(self, post: str, time: int) -> None:
        said = self._world.posts.get(post)
        grip = self._grips.get(said.row) if said is not None else None
        if grip is None or post not in grip.lures or grip.reposts >= REPOSTS:
            return
        grip.reposts += 1
        self._world.agenda.at(time + grip.soon(), self._post, grip, grip.lures[post], STAND_INS)

    def _notice_signed_out(self, row: int, time: int) -> None:
        grip = self._grips.get(row)
        if grip is not None and self._world.controlled[row]:
            step = Step(at=time, deed=Deed.SIGN_IN)
            grip.tries.pop(Deed.SIGN_IN, None)
            self._world.agenda.at(time + grip.soon(), self._do, grip, step)

    def _notice_reply(self, post: str, reply: str, time: int) -> None:
        """Somebody warns beneath a lure: hide it, as the account above may."""
        grip = self._grips.get(self._world.posts[post].row)
        if grip is not None and self._inside(grip) is not None and not grip.app and grip.rng.random() < HIDES_REPLIES:
            when = time + grip.soon() // 3
            self._world.agenda.at(when, self._services.remove, reply, "holder")


def _caught_up(step: Step, after: Step, time: int) -> int:
    """When a step comes that was planned after another one, which was done at `time` only."""
    return time + min(step.at - after.at, CATCHES_UP)
