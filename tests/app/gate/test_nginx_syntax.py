"""How the words of nginx are read: as nginx reads them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.gate.nginx.places import answering, site
from holdfast.app.gate.nginx.syntax import read
from holdfast.errors import UnreadableFileError


@pytest.fixture
def said(tmp_path):
    """What a text says."""

    def look(text, name="nginx.conf"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read(tmp_path / name)

    return look


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b c;", ("b", "c")),
        ("a b#c; # d\n", ("b#c",)),
        ("a 'b c' \"d;{}\";", ("b c", "d;{}")),
        (r'a "b\"c" b\"c \d "\d\n";', ('b"c', 'b"c', r"\d", "\\d\n")),
        ("a ${b}c$d;", ("${b}c$d",)),
        (r"a b\;c;", (r"b\;c",)),
        ("a 'b''; c;", None),
        ("a\n\tb\r\n;", ("b",)),
        ("a }b;", None),
    ],
)
def test_words_end_where_nginx_ends_them(text, words, said):
    """Quotes, escapes, variables in braces, comments; what nginx refuses is refused."""
    if words is None:
        with pytest.raises(UnreadableFileError):
            said(text)
    else:
        assert [words] == [each.words for each in said(text)]


@pytest.mark.parametrize(
    "text",
    [
        "a {",
        "a }",
        "}",
        ";",
        "{}",
        "a",
        "a 'b",
        "a 'b'c;",
        "a { b }",
        "l_by_lua_block { {",
        "proxy_pass;",
        "error_page;",
    ],
)
def test_what_nginx_would_refuse_is_refused(text, said):
    """With the file, and with advice."""
    with pytest.raises(UnreadableFileError) as raised:
        said(text)
    assert "nginx.conf" in str(raised.value)
    assert "nginx -t" in raised.value.advice


def test_includes_are_read_in_their_place_from_the_folder_of_the_main_file(said, tmp_path):
    """Patterns in order, names from where the main file lies, each directive with its own file and line."""
    (tmp_path / "sites").mkdir()
    for name in ("b", "a"):
        (tmp_path / "sites" / f"{name}.conf").write_text(f"\nserver {{ include more/{name}; }}", encoding="utf-8")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a").write_text("listen 1;", encoding="utf-8")
    (tmp_path / "more" / "b").write_text("listen 2;", encoding="utf-8")
    servers = said("http { include sites/*.conf; include none/*.conf; }")[0].block
    assert [("1",), ("2",)] == [each.block[0].words for each in servers]
    assert [("a.conf", 2), ("b.conf", 2)] == [(each.file.rpartition("/")[2], each.line) for each in servers]


def test_a_circle_or_a_missing_file_is_told(said, tmp_path):
    """Neither is followed for ever, nor passed over."""
    for text in ("include nginx.conf;", "include nowhere.conf;"):
        with pytest.raises(UnreadableFileError):
            said(text)


def test_a_program_in_lua_is_passed_over(said):
    """Its braces are counted, its words are not directives."""
    found = said("a_by_lua_block { if x then y = {1} end }\nb c;")
    assert [("a_by_lua_block", ()), ("b", ("c",))] == [(each.name, each.words) for each in found]
    assert 2 == found[1].line


@given(st.text(alphabet="ab{}$;\"'\\# \n", max_size=40))
def test_no_text_makes_it_fail_otherwise(tmp_path_factory, text):
    """It is read, or refused."""
    file = tmp_path_factory.mktemp("any") / "nginx.conf"
    file.write_text(text, encoding="utf-8")
    with contextlib.suppress(UnreadableFileError):
        assert all(each.line >= 1 for each in read(file))


SERVER = r"""
server {
    location / { }
    location = /exact { }
    location /a/ { location /a/b/ { } location ~ \.x$ { } }
    location ^~ /plain/ { }
    location ~ ^/(?<who>[a-z]+)/named$ { }
    location ~ \.php$ { }
    location ~* \.Css$ { }
    location @name { }
}
"""


ANSWERING = [
    ("/", "location /"),
    ("/exact", "location = /exact"),
    ("/exact/", "location /"),
    ("/a/", "location /a/"),
    ("/a/b/c", "location /a/b/"),
    ("/a/c.x", r"location ~ \.x$"),
    ("/a/b/c.php", r"location ~ \.php$"),
    ("/plain/c.php", "location ^~ /plain/"),
    ("/x/named", r"location ~ ^/(?<who>[a-z]+)/named$"),
    ("/c.PHP", "location /"),
    ("/a/c.CSS", r"location ~* \.Css$"),
    ("@name", "location @name"),
]


@pytest.mark.parametrize(("path", "title"), ANSWERING)
def test_a_path_is_answered_by_the_place_that_nginx_takes(path, title, said):
    """Exact, then the longest prefix, then the first expression unless the prefix forbids them."""
    (server,) = site(said(SERVER)).servers
    assert title == answering(server, path).title
