"""Ten thousand decisions at once, while what is known changes under them."""

from concurrent.futures import ThreadPoolExecutor

from holdfast.guard.staff import StaffFacts

from .desk import NOW, PEOPLE, ask, lock, state

ASKED = 10_000
THREADS = 8


def test_each_of_ten_thousand_answers_is_that_of_the_one_state_it_names():
    """Threads ask while locks come and go: no answer is half of one state and half of another."""
    states = [state()]
    for version in range(2, 42):
        known = lock(version % 5, id_="l", named=("dan", "eve"), lifted_at=NOW if version % 3 == 0 else None)
        states.append(states[-1].changed(StaffFacts(version=version, locks=(known,))))
    questions = [ask(each.id, function) for each in PEOPLE for function in ("account.look_up", "account.email.replace")]
    expected = {
        (each.version, place): each.answer(asked, unseen=0) for each in states for place, asked in enumerate(questions)
    }
    in_force = list(states[:1])

    def decide(number):
        in_force[0] = states[number * len(states) // ASKED]  # as a copy swaps it when a packet comes
        place = number % len(questions)
        return place, in_force[0].answer(questions[place], unseen=0)

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(decide, range(ASKED), chunksize=50))
    assert all(expected[answer.version, place] == answer for place, answer in answers)
    assert len({answer.version for _, answer in answers}) > len(states) // 2
