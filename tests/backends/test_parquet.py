"""The archive of Parquet files: the contract, and what its folder looks like."""

import os
import resource
import shutil

import pyarrow as pa
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
        os.close(archive._claim._file)
        return ParquetArchive(archive._folder)


def names(folder):
    """The files of the archive."""
    return sorted(path.name for path in folder.glob("*.parquet"))


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
            (one,) = folder.glob("*.parquet")
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
        with pytest.raises(StoreFullError, match="archive") as caught:
            archive.settle()
        assert "with a new archive" in caught.value.advice
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert [post(1)] == posts_in(archive)
    archive.keep(batch(much))
    archive.close()
    assert [post(1), *much] == posts_in(archive)
    assert not list(folder.glob(".*"))


def test_a_damaged_file_is_named(archive, folder):
    """Whoever reads learns which file to look at."""
    archive.keep(batch([post(1)]))
    archive.close()
    (only,) = folder.iterdir()
    only.write_bytes(only.read_bytes()[:-20])

    with pytest.raises(StoreError, match=only.name):
        posts_in(archive)


def test_who_writes_second_is_refused_until_the_first_has_closed(archive, folder):
    """An archive opened while another writes keeps nothing; later it goes on behind what the other left, joined or not.

    Its numbers would else be those of files that were joined meanwhile, and its own be taken for leftovers of them.
    """
    other = ParquetArchive(folder)
    for number in range(2):
        archive.keep(batch([post(number)]))
        archive.settle()
    with pytest.raises(StoreError, match="at work on"):
        other.keep(batch([post(9)]))
    archive.close()
    other.keep(batch([post(2)]))
    other.close()

    assert [post(0), post(1), post(2)] == posts_in(archive)
    assert names(folder) == sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("damage", ["cut", "columns"])
def test_a_file_that_cannot_be_read_does_not_stop_the_keeping(archive, folder, caplog, damage):
    """Files are joined only where they can be; the odd one is named once, and everything new is kept."""
    archive.keep(batch([post(1)]))
    archive.settle()
    (odd,) = folder.glob("*.parquet")
    if damage == "cut":
        odd.write_bytes(odd.read_bytes()[:-20])
    else:
        pq.write_table(pa.table({"other": [1]}), odd)
    for number in range(2, 6):
        archive.keep(batch([post(number)]))
        archive.settle()
    archive.close()

    assert 1 == caplog.text.count(odd.name)
    with pytest.raises(StoreError, match=odd.name):
        posts_in(archive)
    odd.unlink()
    assert [post(number) for number in range(2, 6)] == posts_in(archive)


def test_what_is_not_the_archives_own_is_left_alone(archive, folder):
    """Only a file in the making of a killed process goes; others with such an end to their name stay."""
    killed, foreign = folder / ".0123456789abcdef.part", folder / ".letter.part"
    for path in (killed, foreign):
        path.write_text("half of it")
    archive.keep(batch([post(1)]))
    archive.close()

    assert not killed.exists()
    assert foreign.exists()


def test_a_file_is_no_archive(tmp_path):
    """Whoever names a file learns that, rather than of another process."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="is no folder"):
        ParquetArchive(tmp_path / "file")
