"""The census counts what its names say, by detection's own passes, and leaves out what attackers did."""

from __future__ import annotations

import pytest

from holdfast.detection import Count, take_census
from holdfast.detection.census import Census
from holdfast.events import CredentialChange

from .conftest import SMALL, Stream, chatter

HOUR, DAY = 3_600_000, 86_400_000


def census(stream: Stream, attacks=(), cuts=()) -> Census:
    """Of a stream in which the posts with the ids in `attacks` are part of an attack."""
    batches = stream.batches(cuts)
    labels = ([name in attacks for name in batch.posts.column("id").to_pylist()] for batch in batches)
    return take_census(zip(batches, labels, strict=True), SMALL)


def share(stream: Stream, account: str, page: str, **more) -> str:
    """One post with a link in words of its own."""
    return stream.wait(HOUR).say(account, f"{chatter(stream.drawn)} https://{page}", [f"https://{page}"], **more)


@pytest.fixture
def stream() -> Stream:
    """Nothing yet."""
    return Stream()


def test_takers_are_counted_once_each_and_without_who_remarks(stream):
    """One page by three accounts, one of them twice, and one page by one: two further takers of four, one key shared."""
    for account in ("a", "b", "b", "c"):
        share(stream, account, "one.example.org/x")
    share(stream, "d", "two.example.net/y")
    share(stream, "e", "two.example.net/y", quote_of="p4")
    counts = census(stream).counts
    assert counts["shared_copyable"] == Count(seen=2, of=4)
    assert counts["trials"] == Count(seen=2, of=6)  # the page and its site


def test_addresses_count_by_what_proves_them(stream, wallet):
    """A proved address that two accounts post, and one that one does."""
    for account, number in (("a", 1), ("b", 1), ("c", 2)):
        stream.wait(HOUR).say(account, f"{chatter(stream.drawn)} {wallet(number)}")
    counts = census(stream).counts
    assert counts["shared_address"] == Count(seen=1, of=3)
    assert counts["shared_address_shape"] == Count(seen=0, of=0)


def test_a_site_has_a_past_from_the_next_day_on(stream):
    """Of two further takers of a site one comes a day later."""
    for account, wait in (("a", 0), ("b", HOUR), ("c", 2 * DAY)):
        stream.wait(wait)
        share(stream, account, f"site.example.org/{account}")
    assert census(stream).counts["has_a_past"] == Count(seen=1, of=2)


def test_a_popular_site_is_named_thrice_with_three_pages_at_once(stream):
    """Within half an hour; of two new sites one is."""
    for account in "abc":
        stream.wait(60_000).say(account, f"https://new.example.org/{account}", [f"https://new.example.org/{account}"])
    share(stream, "a", "old.example.net/1")
    assert census(stream).counts["popular"] == Count(seen=1, of=2)


def test_novices_are_takers_of_shared_lures_by_their_posts_before(stream):
    """One had three posts and no link, the other its tenth link; a link that nobody shares is not asked about."""
    for _ in range(3):
        stream.wait(HOUR).say("new", chatter(stream.drawn))
    for number in range(10):
        share(stream, "old", f"own{number}.example.org/")
    share(stream, "new", "one.example.net/x")
    share(stream, "old", "one.example.net/x")
    told = census(stream)
    link = told.novices["link"]
    assert (link[3], link[10]) == (Count(seen=2, of=2), Count(seen=0, of=2))  # the page and its site
    assert sum(count.of for count in link) == 4
    assert told.counts["habit_link_takers"] == Count(seen=2, of=2)
    assert told.counts["habit_link_accounts"] == Count(seen=1, of=1)


def test_what_attackers_posted_from_an_account_is_not_its_past(stream):
    """From an account's first attack on, none of its posts is ordinary; other accounts' posts are."""
    share(stream, "a", "one.example.org/x")
    share(stream, "b", "one.example.org/x", id="attack")
    share(stream, "b", "one.example.org/x")
    share(stream, "c", "one.example.org/x")
    assert census(stream, {"attack"}).counts["trials"] == Count(seen=2, of=2)
    assert census(stream).counts["trials"] == Count(seen=2, of=4)


def test_departures_count_where_there_is_something_to_depart_to(stream):
    """Twelve posts in one language, then one in another; while all posts are in one language nothing is counted."""
    for _ in range(12):
        stream.wait(HOUR).say("a", chatter(stream.drawn), lang="de")
    assert census(stream).counts["departure_lang"] == Count(seen=0, of=0)
    stream.wait(HOUR).say("a", chatter(stream.drawn), lang="en")
    assert census(stream).counts["departure_lang"] == Count(seen=1, of=3)


def test_disguise_and_conversation_are_counted_by_their_kinds(stream):
    """Hidden characters in the text, and links told to somebody, in attacks and outside."""
    stream.say("a", "h\u200bello to ev\u200beryone who reads this")
    share(stream, "b", "one.example.org/x")
    stream.wait(HOUR).say("c", "@b look https://two.example.org/", ["https://two.example.org/"])
    stream.wait(HOUR).say("d", "@b take https://evil.example.org/", ["https://evil.example.org/"], id="attack")
    counts = census(stream, {"attack"}).counts
    assert counts["obfuscated_text"] == Count(seen=1, of=3)
    assert counts["obfuscated_lure"] == Count(seen=0, of=2)
    assert counts["conversation"] == Count(seen=1, of=2)
    assert counts["conversation_attacks"] == Count(seen=1, of=1)


def test_words_are_shared_with_an_earlier_account(stream):
    """A text said again by another account; said again by the same it is nobody else's."""
    text = chatter(stream.drawn, 15)
    for account in ("a", "b", "a"):
        stream.wait(HOUR).say(account, text)
    stream.wait(HOUR).say("c", chatter(stream.drawn, 15))
    assert census(stream).counts["shared_text"] == Count(seen=1, of=4)


def test_precursors_are_counted_where_any_is_told(stream):
    """Of two ordinary posts one came after a change by staff, and the attack did; without any event nothing is counted."""
    for name, account in (("p", "a"), ("q", "b"), ("attack", "c")):
        stream.wait(HOUR).say(account, chatter(stream.drawn), id=name)
    assert "precursor_reset" not in census(stream, {"attack"}).counts
    for account in ("a", "c"):
        stream.happen(CredentialChange(account=account, time=stream.now - 3 * HOUR, what="email", by="staff"))
    counts = census(stream, {"attack"}).counts
    assert counts["precursor_credential_by_staff"] == Count(seen=1, of=2)
    assert counts["precursor_credential_by_staff_attacks"] == Count(seen=1, of=1)
    assert counts["precursor_reset"] == Count(seen=0, of=2)


def test_cuts_and_order_within_a_batch_do_not_matter(stream):
    """The same posts in other batches, and turned round within them, give the same counts."""
    stream.ordinary(posts=120)
    attacks = {f"p{number}" for number in range(0, 120, 17)}
    whole = census(stream, attacks)
    assert census(stream, attacks, cuts=(5, 40, 41)) == whole
    stream.posts.reverse()
    assert census(stream, attacks) == whole


def test_nothing_to_count():
    """No batch, and an empty one, make an empty census."""
    empty = census(Stream())
    assert empty == Census(counts={}, novices={}) == take_census([], SMALL)
