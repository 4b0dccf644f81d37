"""Questions go first, and events get on all the same."""

from concurrent.futures import Future

from holdfast.app.server.turns import IN_A_ROW, Job, Turns


def job(name):
    """Something to do that tells its name."""
    return Job(lambda: name, Future())


def taken(turns):
    """The names of all that waits, in the order in which it is taken."""
    return [found.do() for found in iter(turns.take, None)]


def test_questions_go_before_bodies():
    """Whoever looks waits for one body at most."""
    turns = Turns()
    turns.hear(job("body"))
    turns.ask(job("question"))
    assert ["question", "body"] == taken(turns)
    assert not turns


def test_a_flood_of_questions_keeps_no_body_out():
    """After so many questions in a row a body is next, and again after as many more."""
    turns = Turns()
    for number in range(2):
        turns.hear(job(f"body {number}"))
    for _ in range(3 * IN_A_ROW):
        turns.ask(job("question"))
    questions = ["question"] * IN_A_ROW
    assert [*questions, "body 0", *questions, "body 1", *questions] == taken(turns)


def test_questions_without_a_body_do_not_count_against_questions():
    """Where no body waits there is nobody to give way to; the first that comes then is next."""
    turns = Turns()
    for _ in range(IN_A_ROW + 3):
        turns.ask(job("question"))
    for _ in range(IN_A_ROW + 1):
        turns.take()
    turns.hear(job("body"))
    assert ["body", "question", "question"] == taken(turns)


def test_what_nobody_waits_for_is_not_done():
    """A question that was given up before its turn is passed over, so that asking again does not pile up work."""
    turns = Turns()
    given_up = job("given up")
    turns.ask(given_up)
    turns.ask(job("question"))
    assert given_up.done.cancel()
    assert ["question"] == taken(turns)


def test_what_goes_first_goes_before_questions_and_between_two_moments_of_a_body():
    """And yet a flood of it keeps no body out."""
    turns = Turns()
    turns.hear(job("body"))
    turns.ask(job("question"))
    turns.ask_first(job("first"))
    assert ["first", "question", "body"] == taken(turns)
    turns.ask_first(job("between"))
    assert "between" == turns.take_first().do()
    assert turns.take_first() is None
    turns.hear(job("body"))
    for _ in range(IN_A_ROW + 1):
        turns.ask_first(job("first"))
    assert [*["first"] * IN_A_ROW, "body", "first"] == taken(turns)
