"""Links are known by who registered their domain, and by where exactly they lead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.reading import Flag, Lure, LureKind, lure_key, read_text


def links(text: str) -> list[str]:
    """The links and domains of a text."""
    kinds = (LureKind.DOMAIN, LureKind.LINK, LureKind.SHORT_LINK)
    return [f"{x.kind}:{x.value}" for x in read_text(text).lures if x.kind in kinds]


REGISTRABLE = {
    "https://example.com": "example.com",
    "http://a.b.example.co.uk/x": "example.co.uk",
    "https://shop.example.kobe.jp": "shop.example.kobe.jp",  # *.kobe.jp
    "https://www.city.kobe.jp/x": "city.kobe.jp",  # !city.kobe.jp
    "https://a.b.something.ck": "b.something.ck",  # *.ck
    "https://x.www.ck": "www.ck",  # !www.ck
    "https://one.github.io/page": "one.github.io",
    "https://two.github.io/page": "two.github.io",
    "https://github.io": "github.io",
    "https://www.食狮.公司.cn": "xn--85x722f.xn--55qx5d.cn",
    "https://xn--85x722f.xn--55qx5d.cn": "xn--85x722f.xn--55qx5d.cn",
    "https://user:word@example.com:8443/p": "example.com",
    "https://bank.com@evil.example.net/login": "example.net",
    "HTTPS://EXAMPLE.COM/A": "example.com",
    "https://192.0.2.7/x": "192.0.2.7",
    "https://a.b.no-such-ending": "b.no-such-ending",
    "ftp://files.example.org/x": "example.org",
}


@pytest.mark.parametrize(("link", "domain"), REGISTRABLE.items())
def test_the_domain_is_the_part_that_somebody_registered(link, domain):
    """By the rules of the public suffix list: plain, wildcard, exception, private."""
    assert f"domain:{domain}" in links(f"go to {link} today")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.Example.com/A/b?c=D#e.", ["link:example.com/A/b?c=D", "domain:example.com"]),
        ("(https://example.com/a_(b)), then", ["link:example.com/a_(b)", "domain:example.com"]),
        ("https://example.com/", ["domain:example.com"]),
        ("https://t.co/AbC123見て", ["short_link:t.co/AbC123"]),
        ("bit.ly/x?utm=1", ["short_link:bit.ly/x"]),
        ("https://bit.ly", []),
        ("example.com and www.example.com", ["domain:example.com"]),
        ("mail me: first.last@example.com", []),
        ("見てexample.comです", ["domain:example.com"]),
        ("http://t.c… http://example.com/pa…", []),
        ("https://example.com:443/a", ["link:example.com/a", "domain:example.com"]),
    ],
)
def test_a_link_is_cut_out_of_its_sentence(text, expected):
    """Without scheme, port, fragment, closing punctuation; the path as it was written."""
    assert links(text) == expected


@pytest.mark.parametrize(
    "text",
    ["setup.py", "it works.so what", "done.It was", "3.14", "v1.2.3", "e.g. this", "...", "a.b", "No.1", "etc.pp"],
)
def test_a_dot_alone_makes_no_link(text):
    """File names, numbers and sentences without a space are left alone."""
    assert links(text) == []


@pytest.mark.parametrize(
    "text",
    ["hxxp://evil.example.com/x", "evil[.]example[.]com", "https://evil(.)example(.)com/", "evil[dot]example.com"],
)
def test_a_link_made_harmless_is_found_and_flagged(text):
    """People who warn write links like this; it is the same domain."""
    assert "domain:example.com" in links(text)
    assert read_text(text).flags & Flag.DEFANGED
    assert not read_text("https://evil.example.com/x").flags & Flag.DEFANGED


def test_foreign_names_are_one_in_all_spellings():
    """Composed, decomposed, capital and in punycode, a name is the same; without its marks it is another."""
    spellings = ["bücher.de", "bu\u0308cher.de", "BÜCHER.DE", "xn--bcher-kva.de", "b\u200bücher.de", "bücher。de"]
    assert {tuple(links(f"https://{x}/")) for x in spellings} == {("domain:xn--bcher-kva.de",)}
    assert links("https://bucher.de/") == ["domain:bucher.de"]


def test_a_label_of_mixed_scripts_is_read_as_it_looks():
    """No registry takes such a name: it stands for the one it imitates. A name all in Cyrillic may exist."""
    assert links("https://pаypаl.com/") == ["domain:paypal.com"]
    assert read_text("https://pаypаl.com/").flags & Flag.OBFUSCATED_LURE
    assert links("https://яндекс.рф/") == ["domain:xn--d1acpjx3f.xn--p1ai"]
    assert links("https://сосо.com/") == ["domain:xn--n1aahb.com"]


label = st.text("abcdefäöüßéçñøłčž", min_size=1, max_size=9) | st.text("яжщפגあ한漢字", min_size=1, max_size=20)


@settings(deadline=None)
@given(st.lists(label, min_size=1, max_size=3))
def test_punycode_is_that_of_the_standard_library(labels):
    """Each label that is not ASCII becomes what RFC 3492 says."""
    name = [x if x.isascii() else "xn--" + x.encode("punycode").decode() for x in [*labels, "example"]]
    assert f"domain:{'.'.join(name[-2:])}" in links(f"https://{'.'.join(labels)}.example/")


@pytest.mark.parametrize(
    "dress",
    [
        "https://Shop.Example.com/Path",
        "http://shop.example.com/Path/",
        "shop.example.com/Path",
        "https://me@shop.example.com:80/Path#top",
        "https://shop.exam\u200bple.com/Path",
        "hxxps://shop[.]example[.]com/Path",
    ],
)
def test_equal_links_have_equal_keys(dress):
    """Scheme, case of the host, port, credentials, fragment and disguise are dress."""
    keys = {(x.kind, x.key) for x in read_text(dress).lures}
    assert keys == {
        (k, lure_key(Lure(kind=k, value=v)))
        for k, v in ((LureKind.LINK, "shop.example.com/Path"), (LureKind.DOMAIN, "example.com"))
    }


def test_kinds_do_not_share_keys():
    """A domain and a link of the same letters are two lures."""
    assert lure_key(Lure(kind=LureKind.DOMAIN, value="example.com")) != lure_key(
        Lure(kind=LureKind.LINK, value="example.com")
    )


def test_links_beside_the_text_count_once():
    """What stands in the text and in the list of links as well is one lure."""
    text, url = "look https://example.com/a", "https://example.com/a"
    assert read_text(text, [url]).lures == read_text(text).lures
    assert [x.value for x in read_text("look", [url, "https://t.co/x"]).lures] == [
        "example.com/a",
        "example.com",
        "t.co/x",
    ]
    assert read_text("look", [url]).bands == read_text("look").bands
