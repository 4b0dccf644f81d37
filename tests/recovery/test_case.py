"""A recovery case: one step after the other, refused in any other order, and back to the first on trouble."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import RecoveryError
from holdfast.guard import Approval, Permit, Request, Standing, decide
from holdfast.recovery import Change, Credential, Door, Fact, FactKind, RecoveryCase, Stage, advance
from holdfast.recovery.case import (
    HoldAgain,
    Passed,
    Permitted,
    PutBack,
    Release,
    Renewed,
    Shown,
    Shut,
    Troubled,
    release_hash,
)

ATTACKED, PROBATION = 1_000, 100
CASE = RecoveryCase(account="a1", campaign="c1", attacked_at=ATTACKED, opened_at=1_500, opened_by="ada")
PASSKEY = Fact(kind=FactKind.PASSKEY, source="key", on_file_since=10)
DEVICE = Fact(kind=FactKind.DEVICE, source="phone", on_file_since=10)
INTRUDERS = Fact(kind=FactKind.CONTACT, source="drop@box", on_file_since=ATTACKED)
CHANGED = (Change(what="url", before="https://me.example", now="https://scam.example", at=1_200),)
STEPS = [  # what leads from each stage to the next
    (Stage.CONTAINED, [Shut(door=door) for door in Door]),
    (Stage.ATTACKER_OUT, [Shown(fact=PASSKEY), Shown(fact=DEVICE)]),
    (Stage.OWNER_PROVEN, [Renewed(credential=each, changed=CHANGED) for each in Credential]),
    (Stage.RENEWED, [PutBack()]),
    (Stage.PUT_BACK, ["permit"]),
    (Stage.RELEASED, [Passed(now=2_000 + PROBATION, probation=PROBATION)]),
    (Stage.CLOSED, []),
]


def permit(case, approvers=("bea", "cem"), now=2_000, by="ada"):
    """What the guard says when these people agree to the release of `case` as it is."""
    dossiers = {case.account: case.dossier}
    wanted = release_hash(dossiers)
    request = Request(id="r", action_hash=wanted, by=by, kind="release", accounts=1, one_way=True)
    said = decide(request, [Approval(by=each, action_hash=wanted, at=now) for each in approvers], now, Standing())
    assert isinstance(said, Permit)
    return Permitted(permit=said, dossiers=dossiers, now=now)


def tell(case, item):
    return advance(case, permit(case) if item == "permit" else item)


def at_stage(stage):
    case = CASE
    for each, items in STEPS:
        if each is stage:
            return case
        for item in items:
            case, _ = tell(case, item)
    return case


def test_the_whole_way_is_walked_in_order():
    """Each step's last news leads to the next, and only the release gives the account back."""
    case, walked, done = CASE, [CASE.stage], []
    for _, items in STEPS:
        for item in items:
            case, commands = tell(case, item)
            done += commands
            if case.stage is not walked[-1]:
                walked.append(case.stage)

    assert list(Stage) == walked
    assert [Release()] == done


@pytest.mark.parametrize(
    ("stage", "item"),
    [(stage, item) for (stage, own), (_, items) in itertools.product(STEPS, STEPS) if own != items for item in items],
    ids=lambda value: str(value)[:40],
)
def test_every_wrong_order_is_refused_and_says_what_is_missing(stage, item):
    """No step is taken before or after its turn; the advice names what the step at hand lacks."""
    case = at_stage(stage)
    with pytest.raises(RecoveryError, match=r"not the turn|agreed") as caught:
        tell(case, item)
    assert caught.value.advice
    assert stage is at_stage(stage).stage


def test_what_is_on_file_since_the_attack_proves_nothing():
    """The intruder's own mailbox answers every code that is sent to it."""
    case = at_stage(Stage.ATTACKER_OUT)
    case, _ = advance(case, Shown(fact=INTRUDERS))
    case, _ = advance(case, Shown(fact=PASSKEY))
    assert Stage.ATTACKER_OUT is case.stage
    assert ["on file only since the attack"] == [each.reason for each in case.ownership.set_aside]


def test_a_release_takes_two_people_besides_the_one_who_asks():
    """One stolen staff login gives no account away."""
    case = at_stage(Stage.PUT_BACK)
    told = permit(case)
    few = msgspec.structs.replace(told, permit=msgspec.structs.replace(told.permit, approved_by=("bea",)))
    with pytest.raises(RecoveryError, match="1 people agreed"):
        advance(case, few)


def test_a_case_that_changed_since_it_was_agreed_to_is_not_released():
    """The approval names the case as it was; reopened and walked again, it is another."""
    told = permit(at_stage(Stage.PUT_BACK))
    case, _ = advance(at_stage(Stage.PUT_BACK), Troubled(why="signed in from elsewhere"))
    for _, items in STEPS[:4]:
        for item in items:
            case, _ = tell(case, item)
    assert Stage.PUT_BACK is case.stage
    with pytest.raises(RecoveryError, match="not as it was"):
        advance(case, told)


def test_a_permit_that_ran_out_releases_nothing():
    """It was given for at once, not for some day."""
    case = at_stage(Stage.PUT_BACK)
    told = permit(case)
    with pytest.raises(RecoveryError, match="not as it was"):
        advance(case, msgspec.structs.replace(told, now=told.permit.until))


def test_trouble_in_probation_holds_again_by_itself():
    """All that was shown before counts for nothing: those hands may have been the intruder's."""
    case, commands = advance(at_stage(Stage.RELEASED), Troubled(why="posted the lure"))
    assert (HoldAgain(why="posted the lure"),) == commands
    assert (Stage.CONTAINED, 1, ()) == (case.stage, case.reopened, case.facts)


def test_probation_ends_only_when_its_time_is_over():
    """A minute before, the case is still watched."""
    case = at_stage(Stage.RELEASED)
    assert Stage.RELEASED is advance(case, Passed(now=1_999 + PROBATION, probation=PROBATION))[0].stage
    assert Stage.CLOSED is advance(case, Passed(now=2_000 + PROBATION, probation=PROBATION))[0].stage


def test_trouble_after_the_end_is_a_new_case():
    """A closed case is not opened again."""
    with pytest.raises(RecoveryError, match="closed"):
        advance(at_stage(Stage.CLOSED), Troubled(why="again"))


def next_step(case):
    """What the case waits for; of a closed one, something that it refuses."""
    return {
        Stage.CONTAINED: Shut(door=min(set(Door) - case.shut, default=Door.APPS)),
        Stage.ATTACKER_OUT: Shown(fact=DEVICE if PASSKEY in case.facts else PASSKEY),
        Stage.OWNER_PROVEN: Renewed(credential=min(set(Credential) - case.renewed, default=Credential.PASSWORD)),
        Stage.RENEWED: PutBack(),
        Stage.PUT_BACK: "permit",
        Stage.RELEASED: Passed(now=9_999, probation=PROBATION),
        Stage.CLOSED: PutBack(),
    }[case.stage]


anything = st.just("next") | st.sampled_from(
    [item for _, items in STEPS for item in items] + [Troubled(why="signs"), Shown(fact=INTRUDERS)]
)


@given(st.lists(anything, max_size=60))
def test_no_order_of_events_reaches_released_without_all_before(story):
    """Since the last trouble all of it was done, each in its turn, and enough people agreed; a refusal changes nothing."""
    case, since = CASE, []
    for each in story:
        item = next_step(case) if each == "next" else each
        try:
            after, commands = tell(case, item)
        except RecoveryError:
            continue
        if isinstance(item, Troubled):
            since = []
            assert (Stage.CONTAINED, case.reopened + 1) == (after.stage, after.reopened)
            assert bool(commands) == (case.stage is Stage.RELEASED)
        else:
            since.append(item)
            assert list(Stage).index(after.stage) - list(Stage).index(case.stage) in {0, 1}
        if Release() in commands:
            assert set(Door) <= {each.door for each in since if isinstance(each, Shut)}
            assert {PASSKEY, DEVICE} <= {each.fact for each in since if isinstance(each, Shown)}
            assert set(Credential) <= {each.credential for each in since if isinstance(each, Renewed)}
            assert PutBack() in since
            assert "permit" == since[-1]
        case = after


@given(st.lists(anything, max_size=30))
def test_a_case_kept_and_read_again_goes_on_alike(story):
    """A process that was killed finds the case as it was, to the hash that approvals name."""
    case = CASE
    for item in story:
        again = msgspec.json.decode(msgspec.json.encode(case), type=RecoveryCase)
        assert (case, case.dossier) == (again, again.dossier)
        try:
            case, _ = tell(again, next_step(again) if item == "next" else item)
        except RecoveryError:
            continue


def test_whoever_called_back_does_not_agree_in_another_spelling():
    """Staff tools and the register need not write a name alike; who looks the same counts once."""
    case = msgspec.structs.replace(
        at_stage(Stage.PUT_BACK),
        facts=(Fact(kind=FactKind.CALL_BACK, source="telephone", on_file_since=10, by="Bea "), PASSKEY),
    )
    with pytest.raises(RecoveryError, match="1 people agreed"):
        tell(case, "permit")
    assert Stage.RELEASED is advance(case, permit(case, approvers=("bea", "cem", "dora")))[0].stage
