"""The archive of Parquet files: the contract, and what its folder looks like."""

import resource
import shutil

import pyarrow.parquet as pq
import pytest

from holdfast.backends import ParquetArchive, parquet
from holdfast.errors import StoreError, StoreFullError
from holdfast.testing.archive_contract import ArchiveContract, batch, post, posts_in, sign_in


@pytest.fixture
def archive(tmp_path):
    """An archive in a folder that is not there yet."""
    return ParquetArchive(tmp_path / "kept" / "here")


@pytest.fixture
def folder(tmp_path, archive):
    """Where it lies."""
    return tmp_path / "kept" / "here"


class TestParquetArchive(ArchiveContract):
    """The contract."""

    def reopen(self, archive):
        """As a crash leaves it: the file under way is there, and nobody writes it any more."""
        for writer in archive._open.values():
            writer._writer.is_open = False
            writer._file.close()
        return ParquetArchive(archive._folder)


def names(folder):
    """The files of the archive."""
    return sorted(path.name for path in folder.iterdir())


def test_many_short_parts_become_few_files(archive, folder):
    """A stream that is settled every minute of a quiet day leaves a handful of files, and every post once, in order."""
    for number in range(200):
        archive.keep(batch([post(number)]))
        archive.settle()

    assert len(names(folder)) <= 9
    assert [post(number) for number in range(200)] == posts_in(archive)


def test_a_full_file_is_settled_and_left_alone(archive, folder, monkeypatch):
    """Files stay below their size, so that joining them never rewrites a whole archive."""
    monkeypatch.setattr(parquet, "ROWS", 10)
    for number in range(0, 60, 6):
        archive.keep(batch([post(number + each) for each in range(6)]))
    archive.close()

    sizes = [pq.read_metadata(folder / name).num_rows for name in names(folder)]
    assert 60 == sum(sizes)
    assert max(sizes) <= 12


def test_what_is_left_after_a_crash_while_joining_counts_once(archive, folder, tmp_path):
    """The joined file has its name, the two that went into it are still there."""
    for number in range(2):
        archive.keep(batch([post(number)]))
        archive.settle()
        if number == 0:
            (one,) = folder.iterdir()
            shutil.copy(one, tmp_path / one.name)
    shutil.copy(tmp_path / one.name, one)

    assert [post(0), post(1)] == posts_in(ParquetArchive(folder))


def test_other_tools_find_plain_columns(archive, folder):
    """Posts by the names of the event vocabulary; other events with their time, their type and all they say."""
    archive.keep(batch([post(1)], [sign_in(2)]))
    archive.close()
    events, posts = (pq.read_table(folder / name) for name in names(folder))

    assert ["p1"] == posts.column("id").to_pylist()
    assert [("sign_in", sign_in(2).time)] == list(
        zip(*(events.column(n).to_pylist() for n in ("type", "time")), strict=True)
    )
    assert '"country":"DE"' in events.column("event")[0].as_py()


def test_files_and_folder_are_their_owners_alone(archive, folder):
    """What people wrote is nobody else's to read on a shared machine."""
    archive.keep(batch([post(1)]))
    archive.close()

    assert 0o700 == folder.stat().st_mode & 0o777
    assert {0o600} == {path.stat().st_mode & 0o777 for path in folder.iterdir()}


def test_a_full_disk_loses_nothing_that_was_settled(archive, folder):
    """A clear error; what lay there before is whole, and once there is room again the batch can be told again."""
    archive.keep(batch([post(1)]))
    archive.settle()
    much = [post(number, f"{number * 7919 % 99_991} words that differ") for number in range(2, 20_000)]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        archive.keep(batch(much))
        with pytest.raises(StoreFullError, match="archive"):
            archive.settle()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert [post(1)] == posts_in(archive)
    archive.keep(batch(much))
    archive.close()
    assert [post(1), *much] == posts_in(archive)
    assert not [name for name in names(folder) if name.endswith(".part")]


def test_a_damaged_file_is_named(archive, folder):
    """Whoever reads learns which file to look at."""
    archive.keep(batch([post(1)]))
    archive.close()
    (only,) = folder.iterdir()
    only.write_bytes(only.read_bytes()[:-20])

    with pytest.raises(StoreError, match=only.name):
        posts_in(archive)


def test_two_writers_are_told_apart(archive, folder):
    """The second to settle learns that the numbers are taken; nothing of the first is overwritten."""
    other = ParquetArchive(folder)
    archive.keep(batch([post(1)]))
    other.keep(batch([post(2)]))
    archive.settle()

    with pytest.raises(StoreError, match="another process"):
        other.settle()
    assert [post(1)] == posts_in(archive)
