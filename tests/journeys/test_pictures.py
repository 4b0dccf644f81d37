"""A lure that is only a picture: what `scan` and `watch` make of it, and of pictures made to hurt."""

import base64
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import zxingcpp
from PIL import Image

from holdfast.app.cli.main import main

from .stories import ADDRESS, NOON, lines, talk

GREETINGS = ("good morning", "wow", "so proud of this", "big day")


def drawn(number):
    """A scene with a QR code, a little different for every number: turned, rescaled, compressed."""
    coarse = np.random.default_rng(1).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    scene = Image.fromarray(coarse).resize((480, 320), Image.Resampling.BICUBIC)
    made = zxingcpp.create_barcode(f"bitcoin:{ADDRESS}", zxingcpp.BarcodeFormat.QRCode)
    scene.paste(Image.fromarray(np.asarray(made.to_image(scale=5))), (120, 60))
    scene = scene.rotate(30 * number, Image.Resampling.BICUBIC, expand=True, fillcolor=(0, 60, 90))
    held = io.BytesIO()
    factor = 0.8 + 0.1 * number
    scene.resize((int(scene.width * factor), int(scene.height * factor))).save(held, "JPEG", quality=90 - 5 * number)
    return held.getvalue()


def shown(count, media):
    """Accounts with everyday posts behind them show a picture each, half a minute apart."""
    return [
        {
            "id": f"x{n}",
            "time": NOON + 30_000 * n,
            "account": f"u{n}",
            "text": GREETINGS[n % len(GREETINGS)],
            "media": [media(n)],
        }
        for n in range(count)
    ]


@pytest.fixture
def scan(tmp_path, capsys):
    """Scan posts in this process; answer with the exit code, the campaigns, the summary and the rejects."""

    def run(posts, *words, name="posts.jsonl"):
        file, rejects = tmp_path / name, tmp_path / "rejects.jsonl"
        if name.endswith(".parquet"):
            pyarrow.parquet.write_table(pa.Table.from_pylist([{"media": None} | post for post in posts]), file)
        else:
            file.write_bytes(lines(posts))
        code = main(["scan", "--json", str(file), "--rejects", str(rejects), *words])
        *campaigns, last = map(json.loads, capsys.readouterr().out.splitlines())
        refused = [json.loads(line) for line in rejects.read_text().splitlines()] if rejects.exists() else []
        return code, campaigns, last["summary"], refused

    return run


@pytest.fixture
def folder(tmp_path):
    """A folder with eight lure pictures, a bomb and a stump."""
    root = tmp_path / "uploads"
    root.mkdir()
    for number in range(8):
        (root / f"{number}.jpg").write_bytes(drawn(number))
    (root / "stump.jpg").write_bytes(drawn(0)[:900])
    (root / "bomb.gif").write_bytes(b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\0" * 6 + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;")
    return root


@pytest.mark.parametrize("name", ["posts.jsonl", "posts.parquet"])
def test_an_address_in_qr_codes_is_a_campaign_at_the_third_post(scan, folder, name):
    """Words mean nothing, pictures are turned and rescaled, and the address is named."""
    posts = talk() + shown(8, lambda n: {"path": f"{n}.jpg"})
    _, [campaign], summary, refused = scan(posts, "--media-root", str(folder), name=name)
    assert campaign["detected_after_posts"] == 3
    assert {"kind": "address", "value": ADDRESS, "valid": True} in campaign["lures"]
    assert [f"x{n}" for n in range(8)] == campaign["posts"]
    assert summary["pictures"] == {"looked_at": 8, "refused": 0, "elsewhere": 0, "left_out": 0}
    assert refused == []


def test_without_being_asked_nothing_is_looked_at(scan, folder):
    """Pictures are looked at where the command says so, and nowhere else."""
    _, campaigns, summary, _ = scan(talk() + shown(8, lambda n: {"path": f"{n}.jpg"}))
    assert campaigns == []
    assert "pictures" not in summary


def test_a_bad_picture_is_a_reject_with_its_line_and_its_post_still_counts(scan, folder):
    """A bomb, a stump, a path that leads out: each is told, and the campaign among their posts is found."""
    bad = ["bomb.gif", "stump.jpg", "../posts.jsonl", "nowhere.png"]
    posts = talk() + [post | {"text": f"send to {ADDRESS} today"} for post in shown(4, lambda n: {"path": bad[n]})]
    code, [campaign], summary, refused = scan(posts, "--media-root", str(folder))
    first = len(talk()) + 1
    assert code == 0
    assert campaign["detected_after_posts"] == 3
    assert [entry["line"] for entry in refused] == list(range(first, first + 4))
    for entry, why in zip(refused, ("pixels", "broken JPEG", "leads out", "does not exist"), strict=True):
        assert entry["reason"].startswith("media: ")
        assert why in entry["reason"]
    assert json.loads(refused[0]["text"]) == {"id": "x0", "media": {"path": "bomb.gif"}}
    assert summary["rejects"] == summary["pictures"]["refused"] == 4


def test_pictures_in_the_event_and_from_a_server_of_this_machine(scan, folder):
    """Bytes in a data: URL, and what a loopback server has, are looked at alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / self.path[1:]).read_bytes())

        def log_message(self, *words):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    origin = f"http://127.0.0.1:{server.server_port}"

    def media(n):
        data = base64.b64encode(drawn(n)).decode()
        return {"url": f"{origin}/{n}.jpg"} if n % 2 else {"url": f"data:image/jpeg;base64,{data}"}

    try:
        _, [campaign], summary, _ = scan(talk() + shown(6, media), "--media", "--media-origin", origin)
        _, others, elsewhere, _ = scan(talk() + shown(6, media), "--media")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert campaign["detected_after_posts"] == 3
    assert summary["pictures"]["looked_at"] == 6
    assert elsewhere["pictures"] == {"looked_at": 3, "refused": 0, "elsewhere": 3, "left_out": 0}
    assert others[0]["detected_after_posts"] == 3


def test_ready_made_hashes_need_no_option(scan):
    """Established accounts that show nearly one picture, their first, are an alert by the fourth post."""
    hashes = ["8f63c1553fc2f705", "8f23c1553f42f705", "8f63c1553f42f785", "8f63c5553f42f705"]
    _, [campaign], _, _ = scan(talk() + shown(8, lambda n: {"phash": hashes[n % 4]}))
    assert campaign["detected_after_posts"] <= 4
    assert campaign["tier"] == "alert"
    assert {"kind": "picture", "value": hashes[0], "valid": True} in campaign["lures"]


def test_watch_looks_too(tmp_path, folder, capsys):
    """The same options, the same answer, and the counts at the end."""
    events = tmp_path / "events.jsonl"
    events.write_bytes(lines(talk() + shown(8, lambda n: {"path": f"{n}.jpg"})))
    assert 0 == main(["watch", "--events", str(events), "--once", "--json", "--media-root", str(folder)])
    *told, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert end["pictures"] == {"looked_at": 8, "refused": 0, "elsewhere": 0, "left_out": 0}
    assert any(each["type"] == "happening" and each["kind"] == "campaign" for each in told), told


@pytest.mark.parametrize(
    ("words", "why"),
    [(["--media-root", "nowhere"], "no folder"), (["--media-origin", "http://example.org"], "this machine")],
)
def test_places_that_cannot_be_are_told_at_once(tmp_path, capsys, words, why):
    """A mistyped folder, or another machine, is a mistake in the words."""
    (tmp_path / "posts.jsonl").write_bytes(lines(talk()))
    assert 2 == main(["scan", str(tmp_path / "posts.jsonl"), *words])
    assert why in capsys.readouterr().err


def test_without_the_extra_the_options_say_what_to_install(tmp_path, capsys, monkeypatch):
    """Whoever asks for pictures without the extra is told its name."""
    monkeypatch.setattr("holdfast.connectors.pictures.keeper._NEEDED", ("a_package_that_nobody_made",))
    (tmp_path / "posts.jsonl").write_bytes(lines(talk()))
    assert 2 == main(["scan", str(tmp_path / "posts.jsonl"), "--media"])
    assert "holdfast[media]" in capsys.readouterr().err
