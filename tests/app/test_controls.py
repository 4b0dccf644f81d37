"""Drills of the staff gate's controls: what each saves comes out of runs that ask the gate's own decision code."""

from __future__ import annotations

import msgspec
import pytest

from holdfast.app.controls import WAYS, compare, parsed
from holdfast.app.controls_bars import WORDS, draw_saved
from holdfast.app.controls_chart import draw_controls
from holdfast.connectors.simulated import SHIPPED, Control, controlled
from holdfast.errors import UsageError
from holdfast.guard.staff import Need, Tier
from holdfast.response import shipped_staff_texts

TEXTS = shipped_staff_texts()


def outcome(name, way, **more):
    """What came of one way with seed 1."""
    table = compare(name, [1], TEXTS, ways={way: parsed(way)}, **more)
    return table.rows[0].outcomes[0]


@pytest.fixture(scope="module")
def july():
    """15 July 2020 under some ways, by name."""
    names = ("none", "roles", "passkeys", "two-person", "budgets", "lockdown-3", "shipped")
    table = compare("twitter-2020-07-15", [1], TEXTS, ways={name: parsed(name) for name in names})
    return {row.name: row.outcomes[0] for row in table.rows}


def test_all_controls_of_the_shipped_policies_make_the_shipped_catalogue():
    """With everything on that is shipped nothing is taken out: the catalogue is the same, routes aside."""
    shipped = controlled(TEXTS, SHIPPED)
    whole = controlled(TEXTS, SHIPPED | {Control.LOCKDOWN_2})
    assert shipped.version == whole.version
    assert shipped.needs("support_desk", "account.messages.read", Tier.ORDINARY, 0) == {
        Need.REASON,
        Need.TICKET,
        Need.STEP_UP,
        Need.WATCH,
    }


def test_no_switch_lets_anybody_touch_a_protected_account_alone():
    """A second person stays needed for a protected account with every control off."""
    bare = controlled(TEXTS, ())
    for function in ("account.look_up", "account.email.replace"):
        assert Need.CONSENT in bare.needs("support_desk", function, Tier.PROTECTED, 0)
        assert not bare.needs("support_desk", function, Tier.ORDINARY, 0)


def test_each_control_adds_only_what_it_is_named_for():
    """Passkeys alone ask for a passkey and nothing else; two-person alone for a second person at credentials."""
    passkeys = controlled(TEXTS, {Control.PASSKEYS})
    assert passkeys.needs("support_desk", "account.email.replace", Tier.HIGH_REACH, 0) == {Need.STEP_UP}
    email = controlled(TEXTS, {Control.TWO_PERSON_EMAIL})
    assert email.needs("support_desk", "account.email.replace", Tier.ORDINARY, 0) == {Need.CONSENT}
    assert not email.needs("support_desk", "account.phone.replace", Tier.ORDINARY, 0)


def test_without_a_gate_the_small_quiet_world_has_the_true_counts(july):
    """What the scenario's page says of a run in which nobody responds: 45 posting, 36 inboxes, 7 archives."""
    none = july["none"]
    assert (none.taken, none.meant, none.posted, none.inboxes, none.archives) == (129, 129, 45, 36, 7)


def test_a_passkey_that_was_not_talked_out_of_anybody_stops_it(july):
    """With passkeys alone nothing is taken, though look-ups go on."""
    assert (july["passkeys"].taken, july["passkeys"].posted, july["passkeys"].minutes) == (0, 0, 0.0)
    assert july["passkeys"].looked_at > 0


def test_two_stolen_credentials_agree_with_each_other(july):
    """Two-person alone saves only the officials, whose consents must be signed; with one credential it saves all."""
    assert july["two-person"].taken >= july["none"].taken
    assert 0 < july["none"].meant - july["two-person"].meant < 20
    assert outcome("twitter-2020-07-15", "two-person", credentials=1).taken == 0


def test_a_second_person_for_e_mails_alone_is_got_round_by_the_phone():
    """Where only e-mails take two, one credential replaces the phone instead and takes as many accounts."""
    found = outcome("twitter-2020-07-15", "two-person-email", credentials=1)
    assert (found.taken, found.posted) == (129, 45)


def test_budgets_slow_it_down_and_stop_nothing(july):
    """Fewer in the first two hours, later to the end, and no fewer at last."""
    assert july["budgets"].early < july["none"].early
    assert july["budgets"].minutes > july["none"].minutes


def test_least_privilege_leaves_ordinary_accounts_to_be_taken(july):
    """The intruder turns from the well-known to ordinary accounts, and reaches few."""
    assert july["roles"].meant < 60 < july["roles"].taken
    assert july["roles"].followers * 100 < july["none"].followers


def test_a_lockdown_stops_the_intruder_and_honest_work_alike(july):
    """Named responders only: nothing is taken, and a large part of the tickets is not served."""
    assert july["lockdown-3"].taken == 0
    assert july["lockdown-3"].refused > july["lockdown-3"].deeds * 0.2


def test_the_shipped_policies_stop_it_and_all_honest_work_is_done(july):
    """As shipped nothing is taken, no honest deed is impossible, and less than one in ten takes a colleague."""
    assert (july["shipped"].taken, july["shipped"].refused) == (0, 0)
    assert july["shipped"].helped < july["shipped"].deeds * 0.1


def test_who_is_bribed_has_a_passkey_and_goes_round_the_watcher():
    """Passkeys save nothing from an insider; watched at the messages, they take the archives; as shipped nothing."""
    assert outcome("bribed-reader", "passkeys").inboxes == 60
    watched = outcome("bribed-reader", "watch")
    assert (watched.inboxes, watched.archives) == (0, 60)
    shipped = outcome("bribed-reader", "shipped")
    assert (shipped.inboxes, shipped.archives) == (0, 0)


def test_the_chart_says_who_responded_and_how_much_was_stolen(tmp_path):
    """What is drawn is told by its title, for whoever sees the picture alone."""
    table = compare("bribed-reader", [1], TEXTS, ways={"no gate": None})
    draw_controls(msgspec.structs.replace(table, responder=60.0, credentials=1), tmp_path / "c.svg")
    drawn = (tmp_path / "c.svg").read_text()
    assert "the response is approved after 60 s" in drawn
    assert "stolen credentials with rights: 1" in drawn


def test_the_bars_name_each_control_in_words_and_show_the_worst_seed(tmp_path):
    """Whoever decides has not read what the controls are called in a command."""
    table = compare("bribed-reader", [1], TEXTS, ways={"no gate": None, "watch": parsed("watch")})
    (bare, watched), path = table.rows, tmp_path / "c.svg"
    calm = msgspec.structs.replace(bare.outcomes[0], taken=0, meant=0)
    draw_saved(msgspec.structs.replace(table, rows=(bare, watched)), path)
    worst = path.read_text()
    assert "a watcher where messages are read" in worst
    two_seeds = msgspec.structs.replace(bare, outcomes=(calm, *bare.outcomes))
    draw_saved(msgspec.structs.replace(table, rows=(two_seeds, watched)), path)
    assert path.read_text() == worst


def test_every_control_has_a_name_in_words():
    """One that is added later has to be given one."""
    assert set(WORDS) == set(WAYS)


def test_the_same_options_give_the_same_outcome():
    """A run follows from scenario, seed and controls alone."""
    assert outcome("bribed-reader", "budgets,roles") == outcome("bribed-reader", "budgets,roles")


def test_a_scenario_without_a_staff_tool_and_unknown_controls_are_refused():
    """Both say what there is instead."""
    with pytest.raises(UsageError, match="no control of it"):
        compare("sim-swap", [1], TEXTS)
    with pytest.raises(UsageError, match="no control 'moat'"):
        parsed("budgets,moat")
    assert parsed("none") is None
    assert all(way is None or way for way in WAYS.values())
