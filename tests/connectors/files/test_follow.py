"""Streams and growing files, read as they come."""

import gzip
import io
import os
import threading

import pyarrow as pa
import pytest

from holdfast.connectors.files import FileSource, FollowFile, FollowStream
from holdfast.connectors.files.streams import PatientStream
from holdfast.errors import UnreadableFileError
from holdfast.events import Post, encode_line


def line(name):
    """A post with this id, as a line."""
    return encode_line(Post(id=name, time=1_594_840_380_000, account="a", text="t")) + b"\n"


class Script:
    """Does one thing after the other each time the follower has nothing to do, then ends the following."""

    def __init__(self, *deeds):
        self.deeds = list(deeds)
        self.seen = []  # what had been delivered at each wait

    def __call__(self):
        """Do the next thing."""
        self.seen.append(list(self.got))
        if self.deeds:
            self.deeds.pop(0)()
            return True
        return False

    def run(self, path):
        """Follow `path` through the script; what was delivered: ids, and the lines of rejects."""
        self.got = []
        for delivery in FollowFile(path, wait=self):
            self.got += delivery.batch.posts.column("id").to_pylist()
            self.got += [reject.line for reject in delivery.rejects]
        return self.got


def append(path, data):
    """Write at the end of a file."""
    with path.open("ab") as file:
        file.write(data)


@pytest.fixture
def growing(tmp_path):
    """A file with one post."""
    path = tmp_path / "live.jsonl"
    path.write_bytes(line("1"))
    return path


def test_lines_are_delivered_as_they_are_added(growing):
    """Each new line is there before the next wait, and not before its end has been written."""
    script = Script(
        lambda: append(growing, line("2") + line("3")[:10]),
        lambda: append(growing, line("3")[10:]),
        lambda: append(growing, b"bad\n"),
    )
    assert script.run(growing) == ["1", "2", "3", 4]
    assert script.seen == [["1"], ["1", "2"], ["1", "2", "3"], ["1", "2", "3", 4]]


def test_an_unfinished_last_line_is_read_when_the_following_ends(growing):
    """Nothing that was written is lost for want of a line break."""
    assert Script(lambda: append(growing, line("2").rstrip())).run(growing) == ["1", "2"]
    assert Script(lambda: append(growing, b'{"id"')).run(growing)[-1] == 2


def test_a_file_cut_short_is_read_from_its_start(growing):
    """After a truncation, what is written anew is delivered, and line numbers go on."""

    def cut():
        growing.write_bytes(b"")

    script = Script(lambda: append(growing, line("2")), cut, lambda: append(growing, line("3") + b"bad\n"))
    assert script.run(growing) == ["1", "2", "3", 4]


def test_a_file_that_is_replaced_is_read_to_its_end_first(growing):
    """Rotation loses nothing: not the old file's last lines, not an unfinished one, not the new file's first."""

    def rotate():
        append(growing, line("2") + line("3").rstrip())
        growing.rename(growing.with_suffix(".1"))

    def begin():
        growing.write_bytes(line("4"))

    assert Script(rotate, lambda: None, begin, lambda: append(growing, line("5"))).run(growing) == list("12345")


def test_a_file_must_be_there_at_the_beginning(tmp_path):
    """A misspelt name is told at once instead of waited for."""
    with pytest.raises(UnreadableFileError, match="does not exist"):
        list(FollowFile(tmp_path / "absent", wait=lambda: False))


def test_a_pipe_delivers_what_is_there_without_waiting_for_more():
    """Lines are delivered while the other end still holds the pipe open."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as stream:
        deliveries = iter(FollowStream(stream))
        for name in "123":
            os.write(writer, line(name) + line("x")[:5])
            assert next(deliveries).batch.posts.column("id").to_pylist() == [name]
            os.write(writer, b"\n")
            assert len(next(deliveries).rejects) == 1
        os.write(writer, line("4").rstrip())
        os.close(writer)
        [last] = deliveries
    assert last.batch.posts.column("id").to_pylist() == ["4"]
    assert last.bytes_total is None


def test_a_stream_that_breaks_is_told_as_unreadable():
    """A foreign error never leaves the connector."""

    class Broken(io.RawIOBase):
        def read1(self, _size, /):
            raise OSError(5, "Input/output error")

    with pytest.raises(UnreadableFileError, match="Input/output error"):
        list(FollowStream(Broken(), source="the wire"))


class Hesitant:
    """A pipe whose other end writes only after it has been found empty."""

    def __init__(self, data):
        """Write `data` then, and close."""
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._data = data

    def fileno(self):
        """The end that is read."""
        return self._reader

    def read(self, size):
        """None when there is nothing yet, as Python's own non-blocking streams say."""
        try:
            return os.read(self._reader, size)
        except BlockingIOError:
            os.write(self._writer, self._data)
            os.close(self._writer)
            return None


def test_nothing_yet_is_not_the_end():
    """A stream that was made non-blocking, as some shells and supervisors do, is waited for."""
    assert line("1") + line("2") == PatientStream(Hesitant(line("1") + line("2"))).read()
    [delivery] = FollowStream(PatientStream(Hesitant(line("1"))))
    assert ["1"] == delivery.batch.posts.column("id").to_pylist()
    [delivery] = FileSource(["-"], standard_input=Hesitant(line("1")))
    assert ["1"] == delivery.batch.posts.column("id").to_pylist()


def test_a_pipe_with_a_name_is_followed_to_its_end(tmp_path):
    """It has no beginning to look at again."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(line("1") + line("2"),))
    writer.start()
    [delivery] = FollowFile(tmp_path / "pipe", wait=lambda: False)
    writer.join()
    assert ["1", "2"] == delivery.batch.posts.column("id").to_pylist()


@pytest.mark.parametrize("data", [gzip.compress(line("1")), pa.compress(line("1"), "zstd", asbytes=True), b"PAR1..."])
def test_a_stream_of_another_kind_is_told_by_its_first_bytes(data):
    """Better than a reject for each line break among the packed bytes."""
    for read in (FollowStream(io.BytesIO(data)), FileSource(["-"], standard_input=io.BytesIO(data))):
        with pytest.raises(UnreadableFileError, match=r"(gzip|zstd|parquet) file, and of streams only JSON") as refusal:
            list(read)
        assert "zcat" in refusal.value.advice
