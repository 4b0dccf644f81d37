"""Failures are slowed down where they come from, and nowhere else."""

from holdfast.app.signin.limiter import MOST_BY_ADDRESS, MOST_BY_PERSON, WINDOW_MS, Limiter

NOW = 1_000_000


def test_who_fails_often_waits_a_minute():
    """After five failures of one person from one address, for the rest of the minute."""
    limiter = Limiter()
    for _ in range(MOST_BY_PERSON):
        assert 0 == limiter.wait("a", "alice", NOW)
        limiter.failed("a", "alice", NOW)
    assert WINDOW_MS == limiter.wait("a", "alice", NOW)
    assert 0 == limiter.wait("a", "alice", NOW + WINDOW_MS)


def test_nobody_is_locked_out_by_somebody_elsewhere():
    """However often others fail as Alice, at her own address she may try."""
    limiter = Limiter()
    for number in range(1_000):
        limiter.failed(f"attacker {number % 7}", "alice", NOW)
    assert 0 == limiter.wait("home", "alice", NOW)
    assert limiter.wait("attacker 1", "alice", NOW) > 0


def test_an_address_that_tries_everybody_waits_too():
    """By another name each time."""
    limiter = Limiter()
    for number in range(MOST_BY_ADDRESS):
        limiter.failed("a", f"person {number}", NOW)
    assert limiter.wait("a", "", NOW) > 0
    assert limiter.wait("a", "alice", NOW) > 0


def test_a_clock_set_back_ends_the_wait():
    """Nobody waits for a time that was a mistake."""
    limiter = Limiter()
    for _ in range(MOST_BY_PERSON):
        limiter.failed("a", "alice", NOW)
    assert 0 == limiter.wait("a", "alice", NOW - 1)


def test_memory_is_bounded(monkeypatch):
    """What was not seen for longest is forgotten."""
    from holdfast.app.signin import limiter as module

    monkeypatch.setattr(module, "_REMEMBERED", 10)
    limiter = Limiter()
    for number in range(100):
        limiter.failed(f"a{number}", "", NOW)
    assert 10 == len(limiter._counts)
