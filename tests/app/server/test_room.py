"""Whether there is room where the service keeps things."""

from pathlib import Path

from holdfast.app.server.room import LEAST, places_of, short, there
from holdfast.app.server.settings import Settings, Store


def test_room_runs_short_where_too_little_is_free_or_nothing_can_be_looked_at(tmp_path):
    """One place is enough; a folder that is not there yet lies on the disk of the one above it."""
    free = {tmp_path: LEAST}
    places = (tmp_path / "s.db", tmp_path / "var" / "events")
    assert not short(places, free.__getitem__)
    free[tmp_path] -= 1
    assert short(places, free.__getitem__)

    def gone(_):
        raise OSError("no such device")

    assert short(places, gone)
    assert not short((), gone)
    assert not short(places)


def test_a_folder_that_is_there_is_looked_at_itself(tmp_path):
    """An archive may be a disk of its own, in a folder that is somebody else's."""
    archive = tmp_path / "events"
    archive.mkdir()
    assert short([archive], {archive: LEAST - 1, tmp_path: LEAST}.__getitem__)
    assert not short([archive], {archive: LEAST, tmp_path: LEAST - 1}.__getitem__)
    assert archive == there(archive)


def test_a_database_is_looked_after_by_its_own_server():
    """What lies on this machine is the archive, if anything."""
    there = Store(address="postgresql://me@host/d", archive="var/events")
    assert (Path("var/events"),) == places_of(Settings(store=there))
    assert (Path("s.db"),) == places_of(Settings(store=Store(address="s.db", archive="")))
