"""The write-time answer, against an oracle that looks at every rule, and at each behaviour by itself."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.guard import (
    FOREVER,
    Action,
    Answer,
    Guard,
    Question,
    Reason,
    Rule,
    RuleKind,
    Snapshot,
    Verdict,
)
from holdfast.guard.snapshot import LONGEST
from holdfast.reading import Lure, LureKind, lure_key, read_text

ADDRESS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
SCAM = (
    "Everyone is asking me to give back, and now is the time. I am doubling all payments sent to my address "
    "for the next thirty minutes. You send one thousand, I send you back two thousand. Enjoy!"
)


class Listed:
    """A cohort that is a list."""

    def __init__(self, *accounts: str) -> None:
        self.accounts = frozenset(accounts)

    def __call__(self, account: str, now: int, /) -> bool:
        """Whether the account is listed."""
        del now
        return account in self.accounts

    def among(self, accounts: list[str], now: int, /) -> npt.NDArray[np.bool_]:
        """Which of the accounts are listed."""
        return np.array([self(account, now) for account in accounts], dtype=np.bool_)


def snapshot(*rules: Rule, version: int = 1) -> Snapshot:
    """Compiles the rules."""
    return Snapshot(rules, version=version, read=read_text)


def lure(kind: LureKind, value: str, hold: str = "h-lure", members: Listed | None = None) -> Rule:
    """A held lure."""
    key = lure_key(Lure(kind=kind, value=value))
    return Rule(hold=hold, kind=RuleKind.LURE, id=f"{kind}:{value}", starts=0, key=key, members=members)


def held_text(text: str, hold: str = "h-text") -> Rule:
    """A held text."""
    said = read_text(text, ())
    return Rule(
        hold=hold,
        kind=RuleKind.TEXT,
        id="text:1",
        starts=0,
        signature=said.signature,
        bands=tuple(map(int, said.bands)),
    )


def post(text: str = "", urls: tuple[str, ...] = (), account: str = "a1", time: int = 10, **more: str) -> Question:
    """Somebody is about to post."""
    return Question(account=account, action=Action.POST, time=time, text=text, urls=urls, **more)


ACCOUNTS, STAFF, TOOLS = ["a1", "a2", "a3"], ["", "s1", "s2"], ["", "desk", "panel"]
moments = st.tuples(st.integers(0, 20), st.integers(1, 20) | st.none()).map(
    lambda pair: (pair[0], FOREVER if pair[1] is None else pair[0] + pair[1])
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule on an account, a cohort, or somebody or something inside."""
    kind = draw(st.sampled_from([kind for kind in RuleKind if kind not in {RuleKind.LURE, RuleKind.TEXT}]))
    named = {
        RuleKind.ACCOUNT: ACCOUNTS,
        RuleKind.COHORT: ["cohort"],
        RuleKind.STAFF: STAFF[1:],
        RuleKind.TOOL_SESSION: ["t1"],
        RuleKind.TOOL: TOOLS[1:],
        RuleKind.FUNCTION: ["desk/email", "panel/email"],
        RuleKind.APP: ["quiz"],
    }[kind]
    starts, until = draw(moments)
    return Rule(
        hold=f"h{draw(st.integers(0, 10**9))}",
        kind=kind,
        id=draw(st.sampled_from(named)),
        actions=draw(st.frozensets(st.sampled_from(Action))),
        starts=starts,
        until=until,
        members=Listed(*draw(st.sets(st.sampled_from(ACCOUNTS)))) if kind is RuleKind.COHORT else None,
    )


questions = st.builds(
    Question,
    account=st.sampled_from(ACCOUNTS),
    action=st.sampled_from(Action),
    time=st.integers(0, 45),
    staff=st.sampled_from(STAFF),
    tool_session=st.sampled_from(["", "t1", "t2"]),
    tool=st.sampled_from(TOOLS),
    function=st.sampled_from(["", "email"]),
    app=st.sampled_from(["", "quiz", "other"]),
)


def _matches(rule: Rule, asked: Question) -> bool:  # noqa: PLR0911  (one answer for each kind of rule)
    """Whether the rule stands against the question, by its meaning."""
    if not rule.starts <= asked.time < rule.until:
        return False
    match rule.kind:
        case RuleKind.ACCOUNT:
            return rule.id == asked.account and asked.action in rule.actions
        case RuleKind.COHORT:
            return asked.account in rule.members.accounts and asked.action in rule.actions
        case RuleKind.STAFF:
            return rule.id == asked.staff
        case RuleKind.TOOL_SESSION:
            return rule.id == asked.tool_session
        case RuleKind.TOOL:
            return rule.id == asked.tool
        case RuleKind.FUNCTION:
            return rule.id == f"{asked.tool}/{asked.function}"
        case _:
            return rule.id == asked.app


@given(st.lists(rules(), max_size=8, unique_by=lambda rule: rule.hold), questions)
def test_exactly_the_matching_rules_answer(held: list[Rule], asked: Question) -> None:
    """Refused when any rule matches, naming all that do and no other, until the last of them ends."""
    answer = snapshot(*held).answer(asked)
    matching = [rule for rule in held if _matches(rule, asked)]
    assert set(answer.holds) == {rule.hold for rule in matching}
    assert answer.verdict is (Verdict.REFUSE if matching else Verdict.ALLOW)
    last = max((rule.until for rule in matching), default=FOREVER)
    assert answer.until == (None if last == FOREVER else last)
    assert bool(answer.message) == bool(matching)


@given(
    st.lists(rules(), max_size=8, unique_by=lambda rule: rule.hold),
    st.lists(st.sampled_from([*ACCOUNTS, "a9"]), max_size=8),
    st.integers(0, 45),
)
def test_in_bulk_the_answer_is_the_same(held: list[Rule], accounts: list[str], now: int) -> None:
    """Whether many accounts may post at all is what each would be told for an empty post."""
    compiled = snapshot(*held)
    singly = [compiled.answer(post(account=account, time=now)).verdict is Verdict.ALLOW for account in accounts]
    assert compiled.may_post(accounts, now).tolist() == singly


@given(
    st.lists(rules(), max_size=6, unique_by=lambda rule: rule.hold),
    st.lists(st.tuples(st.lists(rules(), max_size=3), st.lists(st.integers(0, 8), max_size=3)), max_size=3),
    st.lists(questions, min_size=1, max_size=5),
)
def test_a_changed_snapshot_answers_like_one_made_anew(
    first: list[Rule], changes: list[tuple[list[Rule], list[int]]], asked: list[Question]
) -> None:
    """However it was reached, a snapshot is its rules; and the one it came from goes on answering as before."""
    known = {rule.hold: rule for rule in first}
    current = snapshot(*first)
    for added, places in changes:
        before = [current.answer(each) for each in asked]
        names = list(known)
        dropped = [names[place] for place in places if place < len(names)]
        replaced = [msgspec.structs.replace(known[name], until=known[name].starts + 3) for name in names[:1]]
        following = current.changed(version=current.version + 1, add=[*added, *replaced], drop=[*dropped, "unknown"])
        assert [current.answer(each) for each in asked] == before
        known = {name: rule for name, rule in known.items() if name not in dropped}
        known |= {rule.hold: rule for rule in (*added, *replaced)}
        current = following
        anew = snapshot(*known.values(), version=current.version)
        for each in asked:
            one, other = current.answer(each), anew.answer(each)
            assert (one.verdict, one.until, set(one.holds)) == (other.verdict, other.until, set(other.holds))
            assert one.version == other.version


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Action.POST, Reason.ACCOUNT_HELD),
        (Action.MESSAGE, Reason.ACCOUNT_HELD),
        (Action.SIGN_IN, Reason.SIGN_IN_HELD),
        (Action.CREDENTIAL_CHANGE, Reason.CREDENTIALS_HELD),
        (Action.EXPORT, Reason.EXPORT_HELD),
    ],
)
def test_a_hold_on_an_account_stops_its_own_action_only(action: Action, reason: Reason) -> None:
    """Each restriction has its reason code, and leaves the other actions alone."""
    held = Rule(hold="h1", kind=RuleKind.ACCOUNT, id="a1", actions=frozenset({action}), starts=0, until=100)
    compiled = snapshot(held, version=7)
    answer = compiled.answer(Question(account="a1", action=action, time=50))
    assert (answer.verdict, answer.reasons, answer.holds) == (Verdict.REFUSE, (reason,), ("h1",))
    assert (answer.until, answer.version) == (100, 7)
    for other in set(Action) - {action}:
        assert compiled.answer(Question(account="a1", action=other, time=50)).verdict is Verdict.ALLOW


def test_an_end_is_kept_to_the_millisecond_without_a_new_snapshot() -> None:
    """The same snapshot allows what it refused a millisecond before."""
    held = Rule(hold="h1", kind=RuleKind.ACCOUNT, id="a1", actions=frozenset({Action.POST}), starts=10, until=20)
    compiled = snapshot(held)
    assert [compiled.answer(post(time=now)).verdict.value for now in (9, 10, 19, 20)] == [
        "allow",
        "refuse",
        "refuse",
        "allow",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"Send to {ADDRESS} now",
        f"send to {ADDRESS[:9]}\u200b{ADDRESS[9:]}!",
        f"({ADDRESS})",
        "send to " + "".join(chr(0xFF01 + ord(letter) - 0x21) for letter in ADDRESS),
        f"Careful! Do not send anything to {ADDRESS}, it is a trap",
    ],
)
def test_a_held_address_is_stopped_in_any_dress(text: str) -> None:
    """Zero width, full width, brackets, or a warning around it: the address is refused, and the reason says so."""
    answer = snapshot(lure(LureKind.ADDRESS, ADDRESS)).answer(post(text))
    assert (answer.verdict, answer.reasons, answer.holds) == (Verdict.REFUSE, (Reason.LURE_HELD,), ("h-lure",))


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see double-your-coins.com", ()),
        ("see https://double-your-coins.com/now?ref=1", ()),
        ("see HTTPS://WWW.Double-Your-Coins.COM", ()),
        ("see http://a.b.double-your-coins.com/x", ()),
        ("see this", ("https://pay.double-your-coins.com/",)),
    ],
)
def test_a_held_domain_stops_its_links_and_subdomains(text: str, urls: tuple[str, ...]) -> None:
    """Wherever on the domain the link leads, and whether it stands in the text or beside it."""
    answer = snapshot(lure(LureKind.DOMAIN, "double-your-coins.com")).answer(post(text, urls))
    assert answer.reasons == (Reason.LURE_HELD,)


@pytest.mark.parametrize(
    "text", ["see not-double-your-coins.com", "see double-your-coins.com.example.org", "double your coins", ""]
)
def test_other_domains_pass(text: str) -> None:
    """A domain that only contains the held one's letters is another domain."""
    assert snapshot(lure(LureKind.DOMAIN, "double-your-coins.com")).answer(post(text)).verdict is Verdict.ALLOW


def test_a_lure_is_refused_in_messages_too_but_not_where_nothing_is_said() -> None:
    """The intruder of 2020 began with private messages."""
    compiled = snapshot(lure(LureKind.ADDRESS, ADDRESS))
    message = Question(account="a1", action=Action.MESSAGE, time=1, text=ADDRESS)
    assert compiled.answer(message).reasons == (Reason.LURE_HELD,)
    sign_in = Question(account="a1", action=Action.SIGN_IN, time=1, text=ADDRESS)
    assert compiled.answer(sign_in).verdict is Verdict.ALLOW


def test_a_lure_held_for_carriers_only_is_free_for_others() -> None:
    """A rule with members stops those accounts and lets everybody else speak of it, and the reason says which it is."""
    compiled = snapshot(lure(LureKind.ADDRESS, ADDRESS, members=Listed("a1")))
    assert compiled.answer(post(ADDRESS, account="a1")).reasons == (Reason.LURE_HELD_HERE,)
    assert compiled.answer(post(ADDRESS, account="a2")).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    "text",
    [SCAM, SCAM.upper(), SCAM.replace("thirty", "sixty"), "\u200b".join(SCAM.split("the")).replace("  ", " the ")],
)
def test_what_is_much_like_a_held_text_is_kept_back(text: str) -> None:
    """Resemblance can be wrong, so a person decides: the verdict is hold, not refuse."""
    answer = snapshot(held_text(SCAM)).answer(post(text))
    assert (answer.verdict, answer.reasons) == (Verdict.HOLD, (Reason.NEAR_DUPLICATE_HELD,))


@pytest.mark.parametrize(
    "text",
    [
        "Now is the time to give back: our food bank doubles every gift this week.",
        "I sent one thousand postcards and got two back. Enjoy!",
        "Good morning everybody",
        "",
    ],
)
def test_texts_that_only_share_words_pass(text: str) -> None:
    """Ordinary talk about giving is not the campaign's text."""
    assert snapshot(held_text(SCAM)).answer(post(text)).verdict is Verdict.ALLOW


def test_a_refusal_outweighs_a_doubt() -> None:
    """A near-duplicate from a held account is refused, with both reasons."""
    held = Rule(hold="h1", kind=RuleKind.ACCOUNT, id="a1", actions=frozenset({Action.POST}), starts=0)
    answer = snapshot(held, held_text(SCAM)).answer(post(SCAM))
    assert answer.verdict is Verdict.REFUSE
    assert answer.reasons == (Reason.ACCOUNT_HELD, Reason.NEAR_DUPLICATE_HELD)
    assert answer.until is None


def test_a_text_too_long_to_read_is_kept_back() -> None:
    """Nobody can buy time, or hide a lure, with a very long text; without any lure held, length does not matter."""
    long = "x" * LONGEST + " " + ADDRESS
    answer = snapshot(lure(LureKind.ADDRESS, ADDRESS)).answer(post(long))
    assert (answer.verdict, answer.reasons) == (Verdict.HOLD, (Reason.UNREADABLE,))
    assert snapshot().answer(post(long)).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    "text", ["\ud800 lone surrogate", "\x00\x00", "a.a." * 5_000, "\u0301" * 9_000, "\u202e" * 50, "1 " * 9_000]
)
def test_hostile_text_gets_an_answer(text: str) -> None:
    """Whatever is posted, the guard answers rather than fails."""
    compiled = snapshot(lure(LureKind.ADDRESS, ADDRESS), held_text(SCAM))
    assert isinstance(compiled.answer(post(text)), Answer)


def test_a_staff_deed_is_stopped_by_whoever_does_it() -> None:
    """A credential change through a tool asks about the account and about the staff member, session, tool and function."""
    held = [
        Rule(hold="h1", kind=RuleKind.STAFF, id="s1", starts=0),
        Rule(hold="h2", kind=RuleKind.TOOL_SESSION, id="t1", starts=0),
        Rule(hold="h3", kind=RuleKind.FUNCTION, id="desk/email", starts=0),
    ]
    asked = Question(
        account="a1",
        action=Action.CREDENTIAL_CHANGE,
        time=1,
        staff="s1",
        tool_session="t1",
        tool="desk",
        function="email",
    )
    answer = snapshot(*held).answer(asked)
    assert answer.reasons == (Reason.STAFF_HELD, Reason.TOOL_SESSION_HELD, Reason.TOOL_HELD)
    assert "incident desk" in answer.message


def test_a_guard_swaps_to_newer_snapshots_only() -> None:
    """The newest set of rules wins, in whatever order two compilations finish."""
    held = Rule(hold="h1", kind=RuleKind.ACCOUNT, id="a1", actions=frozenset({Action.POST}), starts=0)
    guard = Guard(snapshot(version=1))
    assert guard.answer(post()).verdict is Verdict.ALLOW
    assert guard.swap(snapshot(held, version=3))
    assert not guard.swap(snapshot(version=2))
    assert guard.answer(post()).verdict is Verdict.REFUSE
    assert guard.version == 3
