"""Plans from narrow to wide: what is in each, what never is, and which one is suggested."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import (
    TERMS,
    AccountFacts,
    Directory,
    Exemption,
    Explicit,
    Hold,
    Plan,
    PlanKind,
    Restriction,
    SubjectKind,
    desired_for,
    frontier,
    lure_subject,
    outstanding,
    propose,
    propose_for_staff,
    recommended,
    text_subject,
)
from holdfast.detection import Campaign
from holdfast.investigation import Cause, Factor, FactorKind, Hypothesis
from holdfast.reading import Lure, LureKind

NOW = 5_000
NEXT = {"a6": 0.9, "a7": 0.8, "a8": 0.2}
SESSION = "tool_session:ts-7"
LURES = (Lure(kind=LureKind.DOMAIN, value="double-your-coins.com"),)
Make = Callable[..., object]


@pytest.fixture(scope="session")
def plans(
    directory: Callable[..., Directory], campaign: Callable[..., Campaign], cause: Callable[..., Cause]
) -> Callable[..., dict[PlanKind, Plan]]:
    """Proposes for six carriers among a hundred accounts, all touched by one tool session."""

    def offered(*, named: bool = True, **more: object) -> dict[PlanKind, Plan]:
        facts = {"accounts": tuple(f"a{row}" for row in range(6))} | more.pop("facts", {})
        accounts = directory(100, touches={SESSION: [*facts["accounts"], *NEXT]})
        told = campaign(**facts)
        why = cause(FactorKind.TOOL_SESSION, "ts-7", touched=6, of=6, base_touched=9) if named else None
        return {plan.kind: plan for plan in propose(told, why, NEXT if named else {}, accounts, NOW, **more)}

    return offered


def restrictions(plan: Plan, account: str) -> set[Restriction]:
    """What the plan places on the account by name."""
    return {hold.restriction for hold in plan.holds if hold.subject.kind == "account" and hold.subject.id == account}


def lures(plan: Plan) -> dict[str, Hold]:
    """The lures that the plan refuses."""
    return {hold.subject.id: hold for hold in plan.holds if hold.subject.kind is SubjectKind.LURE}


def test_each_plan_holds_all_that_the_one_before_holds(plans: Make) -> None:
    """From narrow to wide nothing is dropped, and nothing is stopped twice."""
    offered = list(plans().values())
    assert [plan.kind for plan in offered] == ["lures", "carriers", "cause", "class", "brake"]
    placed = [[(hold.subject, hold.restriction) for hold in plan.holds] for plan in offered]
    for narrow, wide in itertools.pairwise(placed[:4]):
        assert set(narrow) < set(wide)
    assert set(placed[2]) < set(placed[4])
    assert all(max(collections.Counter(holds).values()) == 1 for holds in placed)
    shares = [plan.stops.share for plan in offered]
    assert shares == sorted(shares)
    assert [plan.preview.cost for plan in offered] == sorted(plan.preview.cost for plan in offered)


def test_a_carrier_loses_all_that_an_intruder_could_use(plans: Make) -> None:
    """Posting, messages, archives, credentials, sign-in and open sessions: in 2020 inboxes were read after the posts."""
    assert restrictions(plans()[PlanKind.CARRIERS], "a0") == {
        Restriction.NO_POSTING,
        Restriction.NO_MESSAGING,
        Restriction.NO_EXPORT,
        Restriction.NO_CREDENTIAL_CHANGE,
        Restriction.NO_SIGN_IN,
        Restriction.END_SESSIONS,
    }


def test_next_accounts_are_held_by_how_likely_they_are_used(plans: Make) -> None:
    """The likely ones like carriers; the others lose only what would complete a takeover."""
    plan = plans()[PlanKind.CAUSE]
    assert restrictions(plan, "a6") == restrictions(plan, "a0")
    assert restrictions(plan, "a8") == {Restriction.NO_CREDENTIAL_CHANGE, Restriction.NO_EXPORT}


def test_the_cause_is_cut_and_whatever_it_touches_falls_under_a_hold(plans: Make) -> None:
    """The session ends, and an account touched a second later is held without a new plan."""
    plan = plans()[PlanKind.CAUSE]
    on_session = {hold.restriction for hold in plan.holds if hold.subject.kind is SubjectKind.TOOL_SESSION}
    assert on_session == {Restriction.NO_TOOL, Restriction.END_SESSIONS}
    later = AccountFacts(account="a60", factors=frozenset({SESSION}))
    assert Restriction.NO_POSTING in desired_for(plan.holds, later, NOW)
    assert desired_for(plan.holds, AccountFacts(account="a60"), NOW) == set()


def test_without_a_cause_nothing_is_cut(plans: Make) -> None:
    """An unknown cause makes no plan against one."""
    offered = plans(named=False)
    assert PlanKind.CAUSE not in offered
    kinds = {hold.subject.kind for plan in offered.values() for hold in plan.holds}
    assert kinds == {SubjectKind.POST, SubjectKind.LURE, SubjectKind.ACCOUNT, SubjectKind.COHORT}


def test_bystanders_are_never_held(plans: Make) -> None:
    """Who quoted the lure or warned of it keeps post and voice under every plan, even if the cause touched them."""
    offered = plans(facts={"bystanders": ("a5", "a7", "a20"), "bystander_posts": ("p-a5",)})
    for plan in offered.values():
        assert not any(hold.subject.id == "p-a5" for hold in plan.holds)
        for account in ("a5", "a7", "a20"):
            known = AccountFacts(account=account, verified=True, reach=10**8, factors=frozenset({SESSION}))
            assert desired_for(plan.holds, known, NOW) == set()


def test_what_was_copied_from_others_is_refused_only_to_the_accounts_in_danger(plans: Make) -> None:
    """An appeal's address in the attackers' posts is still the appeal's: whoever gives to it may say so."""
    whole = lures(plans()[PlanKind.LURES])
    copied = lures(plans(facts={"borrowed": LURES[:1]})[PlanKind.LURES])
    name = lure_subject(LURES[0]).id
    assert whole[name].cohort is None
    assert copied[name].cohort is not None
    assert {other for other in whole if whole[other] != copied[other]} == {name}


def test_words_that_hold_what_was_copied_are_refused_only_to_the_accounts_in_danger(plans: Make) -> None:
    """The attackers' own lure beside it changes nothing: the appeal may be repeated by everybody else."""
    own = Lure(kind=LureKind.DOMAIN, value="evil.example")
    texts = (f"give at {LURES[0].value}", "give at evil.example")
    plan = plans(facts={"lures": (*LURES, own), "borrowed": LURES}, held_texts=texts)[PlanKind.LURES]
    assert lures(plan)[text_subject(texts[0]).id].cohort is not None
    assert lures(plan)[text_subject(texts[1]).id].cohort is None
    assert lures(plan)[lure_subject(own).id].cohort is None


def test_the_preview_tells_how_many_quotes_of_the_lure_are_refused(plans: Make) -> None:
    """Whoever warns by quoting is refused too: at the rate so far, and not where the lure stays free for others."""
    remarks = {"bystander_posts": tuple(f"q{n}" for n in range(30))}
    half_an_hour = {"first_post_at": NOW - 1_800_000}
    assert 60 == plans(facts=remarks | half_an_hour)[PlanKind.LURES].preview.quotes_refused_per_hour
    assert 30 * 60 == plans(facts=remarks)[PlanKind.LURES].preview.quotes_refused_per_hour  # as if seen for a minute
    assert 0 == plans(facts=remarks | {"borrowed": LURES})[PlanKind.LURES].preview.quotes_refused_per_hour
    assert 0 == plans()[PlanKind.LURES].preview.quotes_refused_per_hour


def test_wide_plans_leave_emergency_services_and_the_exempt_free(plans: Make) -> None:
    """In 2020 a tornado warning could not be posted; each exemption carries its reason, and is part of the plan."""
    plan = plans(exempt=[Exemption(account="a30", reason="election night")])[PlanKind.BRAKE]
    reasons = {exemption.account: exemption.reason for exemption in plan.exempt}
    assert reasons == {f"a{row}": "warns people of danger" for row in range(9, 100, 10)} | {"a30": "election night"}
    assert plan.preview.emergency == 0
    for account in reasons:
        assert desired_for(plan.holds, AccountFacts(account=account, verified=True), NOW) == set()
    assert desired_for(plan.holds, AccountFacts(account="a31", verified=True), NOW) == {
        Restriction.NO_POSTING,
        Restriction.NO_CREDENTIAL_CHANGE,
    }


def test_an_emergency_service_in_danger_is_not_exempt(plans: Make) -> None:
    """A hijacked weather service is held like any other account."""
    plan = plans(facts={"accounts": ("a9", "a1")})[PlanKind.BRAKE]
    assert "a9" not in {exemption.account for exemption in plan.exempt}
    assert Restriction.NO_POSTING in restrictions(plan, "a9")


def test_lures_and_texts_are_refused_and_somebodys_own_name_only_to_those_in_danger(plans: Make) -> None:
    """An address is refused to everybody; a handle or cash tag belongs to somebody and is refused to the hijacked alone."""
    carried = (
        Lure(kind=LureKind.ADDRESS, value="bc1qexample"),
        Lure(kind=LureKind.HANDLE, value="famous"),
        Lure(kind=LureKind.TEXT, value="double your coins"),
        Lure(kind=LureKind.PICTURE, value="8f63c1553fc2f705"),
    )
    refused = lures(plans(facts={"lures": carried}, held_texts=["send coins now"])[PlanKind.LURES])
    assert set(refused) == {
        "address:bc1qexample",
        "handle:famous",
        text_subject("double your coins").id,
        text_subject("send coins now").id,
    }
    assert refused["address:bc1qexample"].cohort is None
    assert refused["handle:famous"].cohort == Explicit(
        accounts=tuple(sorted([*(f"a{row}" for row in range(6)), *NEXT]))
    )
    assert refused[text_subject("send coins now").id].text == "send coins now"


def test_holds_end_by_themselves_as_the_table_says(plans: Make) -> None:
    """Every hold takes its term from the table; only hidden posts wait for a person."""
    for plan in plans().values():
        for hold in plan.holds:
            lasting = TERMS[hold.subject.kind].milliseconds
            assert hold.until == (None if lasting is None else NOW + lasting)
            assert (hold.until is None) == (hold.subject.kind is SubjectKind.POST)


def test_the_quorum_grows_with_the_plan(plans: Make) -> None:
    """One person may hide posts; a few accounts ask for a second; a class of accounts, beyond ten thousand, for a third."""
    offered = plans()
    assert offered[PlanKind.LURES].needs.approvals == 0
    assert offered[PlanKind.CARRIERS].needs.approvals == 1
    wide = msgspec.structs.replace(
        offered[PlanKind.BRAKE], preview=msgspec.structs.replace(offered[PlanKind.BRAKE].preview, accounts=360_000)
    )
    assert wide.needs.approvals == 2


def test_revoking_an_app_is_one_way_and_needs_more_people(directory: Make, campaign: Make, cause: Make) -> None:
    """An app's authorisations cannot be given back, so the plan says so."""
    carriers = tuple(f"a{row}" for row in range(4))
    told = cause(FactorKind.APP, "quiz", touched=4, of=4, base_touched=4_000)
    accounts = directory(100, touches={"app:quiz": [f"a{row}" for row in range(40)]})
    offered = {plan.kind: plan for plan in propose(campaign(carriers), told, {}, accounts, NOW)}
    plan = offered[PlanKind.CAUSE]
    assert not plan.reversible
    assert [hold.restriction for hold in plan.one_way] == [Restriction.REVOKE_APP]
    assert plan.needs.approvals == 2
    assert plan.preview.app_accounts == 40
    assert plan.preview.accounts == 4
    assert offered[PlanKind.CARRIERS].reversible


@pytest.mark.parametrize(("parts", "held"), [((), 4), ((Factor(kind=FactorKind.APP, value="quiz"),), 6)])
def test_what_a_revoked_app_touched_stays_free(
    directory: Make, campaign: Make, cause: Make, parts: tuple[Factor, ...], held: int
) -> None:
    """However likely they were to be used next, the app can do no more with them; another factor beside it still can."""
    carriers = tuple(f"a{row}" for row in range(4))
    told = cause(FactorKind.APP, "quiz", touched=4, of=4, base_touched=4_000, parts=parts)
    accounts = directory(100, touches={"app:quiz": [f"a{row}" for row in range(40)]})
    plans = propose(campaign(carriers), told, {"a10": 0.9, "a11": 0.9}, accounts, NOW)
    plan = {each.kind: each for each in plans}[PlanKind.CAUSE]
    assert held == plan.preview.accounts
    assert ("may be used next" in plan.title) == (held > 4)


def test_a_cause_shared_with_many_innocents_is_cut_narrowly(directory: Make, campaign: Make, cause: Make) -> None:
    """Customers of one phone carrier are held only if their credentials changed lately."""
    carriers = tuple(f"a{row}" for row in range(4))
    factor = "carrier:acme"
    accounts = directory(100, changes={"a50": NOW - 1}, touches={factor: [f"a{row}" for row in range(80)]})
    told = cause(FactorKind.CARRIER, "acme", touched=4, of=4, base_touched=80)
    plan = {each.kind: each for each in propose(campaign(carriers), told, {}, accounts, NOW)}[PlanKind.CAUSE]
    assert (plan.preview.carriers, plan.preview.innocent) == (4, 1)


def test_the_staff_member_behind_a_session_is_cut_with_it(directory: Make, campaign: Make, cause: Make) -> None:
    """A session ended is opened anew with the same stolen credentials, so a staff member of the same story is cut too."""
    carriers = tuple(f"a{row}" for row in range(4))

    def other(staff: str, touched: int, p_corrected: float) -> Hypothesis:
        return Hypothesis(
            factor=Factor(kind=FactorKind.STAFF, value=staff),
            touched=touched,
            of=4,
            base_touched=9,
            base_of=1_000,
            p_value=p_corrected,
            p_corrected=p_corrected,
        )

    also = (other("s-same", 4, 1e-6), other("s-half", 2, 1e-6), other("s-chance", 4, 0.4))
    told = cause(FactorKind.TOOL_SESSION, "ts-7", touched=4, of=4, also=also)
    plan = {each.kind: each for each in propose(campaign(carriers), told, {}, directory(40), NOW)}[PlanKind.CAUSE]
    assert {hold.subject.id for hold in plan.holds if hold.subject.kind is SubjectKind.STAFF} == {"s-same"}


def test_proposing_again_gives_the_same_plan(plans: Make) -> None:
    """Same campaign, revision and moment: same ids and the same hash; a grown campaign is another plan."""
    first, again = plans()[PlanKind.CAUSE], plans()[PlanKind.CAUSE]
    assert first == again
    assert first.action_hash == again.action_hash
    grown = plans(facts={"revision": 2})[PlanKind.CAUSE]
    assert grown.id != first.id
    assert grown.action_hash != first.action_hash


@pytest.mark.parametrize("change", ["holds", "exempt", "preview", "title"])
def test_any_change_to_a_plan_changes_its_hash(plans: Make, change: str) -> None:
    """An approval cannot be carried over to a plan that somebody has touched."""
    plan = plans()[PlanKind.BRAKE]
    changed = {
        "holds": plan.holds[:-1],
        "exempt": (*plan.exempt, Exemption(account="x", reason="a friend")),
        "preview": msgspec.structs.replace(plan.preview, accounts=plan.preview.accounts + 1),
        "title": plan.title + " ",
    }
    assert msgspec.structs.replace(plan, **{change: changed[change]}).action_hash != plan.action_hash


def test_a_grown_campaign_places_only_what_is_not_in_force(plans: Make) -> None:
    """What stands is left alone; new accounts, posts and lifted or soon-ending holds are placed."""
    before = plans()[PlanKind.CARRIERS]
    more = ("a0", "a1", "a2", "a3", "a4", "a5", "a50")
    after = plans(facts={"revision": 2, "accounts": more, "posts": ("p-a0", "p-new")})[PlanKind.CARRIERS]
    fresh = outstanding(after, before.holds, NOW)
    assert {hold.subject.id for hold in fresh} == {"a50", "p-new"}
    lifted = [msgspec.structs.replace(h, lifted_at=NOW) if h.subject.id == "a0" else h for h in before.holds]
    assert {hold.subject.id for hold in outstanding(after, lifted, NOW)} == {"a0", "a50", "p-new"}
    ending = [msgspec.structs.replace(h, until=NOW + 10) if h.subject.id == "a1" else h for h in before.holds]
    assert {hold.subject.id for hold in outstanding(after, ending, NOW)} == {"a1", "a50", "p-new"}
    assert outstanding(after, after.holds, NOW) == ()


def test_the_suggestion_is_the_cause_when_there_is_one_and_never_the_brake(plans: Make) -> None:
    """A brake on the innocent is a person's choice; with no cause named, the carriers are what is suggested."""
    assert recommended(tuple(plans().values())).kind is PlanKind.CAUSE
    assert recommended(tuple(plans(named=False).values())).kind is PlanKind.CARRIERS
    assert recommended(()) is None


def test_the_suggestion_is_no_wider_than_it_needs_to_be(directory: Make, campaign: Make, cause: Make) -> None:
    """When the carriers' holds stop nearly all that cutting the cause would, the narrower plan is suggested."""
    carriers = tuple(f"a{row}" for row in range(50))
    told = cause(FactorKind.STAFF, "s1", touched=0, of=50)
    offered = propose(campaign(carriers), told, {"a60": 0.01}, directory(100), NOW)
    assert recommended(offered).kind is PlanKind.CARRIERS


plan_figures = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=7)


@given(plan_figures)
def test_the_frontier_is_what_nothing_beats(plans: Make, figures: list[tuple[int, int, int]]) -> None:
    """A plan is left out exactly when another stops as much for no more, and is better or comes first."""
    like = plans()[PlanKind.LURES]
    offered = [
        msgspec.structs.replace(
            like,
            id=str(place),
            stops=msgspec.structs.replace(like.stops, views=float(views), of=10.0),
            preview=msgspec.structs.replace(
                like.preview, refused_per_hour=float(refused), innocent_expected=float(held)
            ),
        )
        for place, (views, refused, held) in enumerate(figures)
    ]
    expected = [
        plan.id
        for place, plan in enumerate(offered)
        if not any(
            other.stops.views >= plan.stops.views
            and other.preview.cost <= plan.preview.cost
            and ((other.stops.views, other.preview.cost) != (plan.stops.views, plan.preview.cost) or rival < place)
            for rival, other in enumerate(offered)
            if rival != place
        )
    ]
    assert [plan.id for plan in frontier(offered)] == expected
    assert expected


def test_staff_access_is_cut_without_any_campaign(directory: Make) -> None:
    """For data read by a staff member: the session, then all tools; no account is held and no post touched."""
    session, member = propose_for_staff(
        "read-1", "s9", ["ts-1", "ts-2"], directory(10), NOW, why="reads without a case"
    )
    assert [session.kind, member.kind] == [PlanKind.SESSION, PlanKind.STAFF]
    assert {hold.subject.id for hold in session.holds} == {"ts-1", "ts-2"}
    assert {hold.subject.id for hold in member.holds} == {"ts-1", "ts-2", "s9"}
    assert member.preview.accounts == 0
    assert member.reversible
    assert recommended((session, member)) is member


def test_a_session_whose_staff_member_is_not_known_is_cut_by_itself(directory: Make) -> None:
    """Nobody is named who is not known."""
    offered = propose_for_staff("read-1", "", ["ts-1"], directory(10), NOW, why="reads", next_accounts={"a2": 0.8})
    assert [plan.kind for plan in offered] == [PlanKind.SESSION, PlanKind.TOUCHED]
    assert not any(hold.subject.kind is SubjectKind.STAFF for plan in offered for hold in plan.holds)
    assert offered[0].title == "End 1 tool session"


def test_takeovers_begun_through_a_tool_are_held_before_any_post(directory: Make) -> None:
    """Accounts whose e-mail a staff member has swapped are held with the staff access, and counted as next."""
    offered = propose_for_staff("swap-1", "s9", ["ts-1"], directory(10), NOW, why="swapped", next_accounts={"a2": 0.8})
    assert [plan.kind for plan in offered] == [PlanKind.SESSION, PlanKind.STAFF, PlanKind.TOUCHED]
    assert (offered[-1].preview.next, offered[-1].preview.accounts) == (1, 1)
    assert recommended(offered).kind is PlanKind.TOUCHED


def test_what_a_session_changes_before_it_is_stopped_falls_under_a_hold_too(directory: Make) -> None:
    """Nobody knows yet which account is taken while people think about the plan; who was only looked at stays free."""
    touched, changed = [f"a{row}" for row in range(2, 7)], {"a3": NOW - 1, "a8": NOW - 1}
    accounts = directory(10, touches={"tool_session:ts-1": touched}, changes=changed)
    plan = propose_for_staff("swap-1", "s9", ["ts-1"], accounts, NOW, why="swapped", next_accounts={"a2": 0.8})[-1]
    assert (plan.preview.next, plan.preview.accounts) == (1, 2)

    def facts(**more: object) -> AccountFacts:
        return AccountFacts(account="a60", factors=frozenset({"tool_session:ts-1"}), **more)

    assert Restriction.NO_POSTING in desired_for(plan.holds, facts(credential_changed_at=NOW), NOW)
    assert desired_for(plan.holds, facts(), NOW) == set()
