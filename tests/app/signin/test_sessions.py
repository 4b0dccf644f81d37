"""Sessions say who asks, for as long as they should, and only to pages of ours."""

import msgspec
import pytest

from holdfast.app.signin.place import Place
from holdfast.app.signin.sessions import KEPT_EVERY_MS, Sessions, csrf_of, new_session, set_cookie
from holdfast.errors import SignInError
from holdfast.guard import Passkey, Person, Role, SessionLimits, Via

NOW = 1_700_000_000_000
LIMITS = SessionLimits()
HERE = Place(origin="https://holdfast.example", rp_id="holdfast.example")
ALICE = Person(id="alice", roles=(Role.APPROVER,))
KEY = Passkey(id="k", person="alice", public_key=b"", added_at=0)


class Desk:
    """Alice's session, and a clock that is set by hand."""

    def __init__(self):
        session, self.secret = new_session(ALICE, Via.PASSKEY, NOW, credential="k")
        self.kept, self.people, self.keys = {session.id: session}, {"alice": ALICE}, {"k": KEY}
        self.now, self.used = NOW, []
        self.sessions = Sessions(
            HERE, LIMITS, kept=self.kept, person=self.people.get, passkeys=self.keys,
            now=lambda: self.now, used=lambda *told: self.used.append(told),
        )  # fmt: skip

    def who(self, method="GET", cookies=None, **headers):
        """Who asks with these headers."""
        cookie = f"__Host-holdfast={self.secret}" if cookies is None else cookies
        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        return self.sessions.who({"method": method, "headers": [(b"cookie", cookie.encode()), *named]})

    def ours(self, **other):
        """The headers that a page of ours sends."""
        usual = {
            "origin": HERE.origin, "host": HERE.host, "sec_fetch_site": "same-origin",
            "x_holdfast_csrf": csrf_of(self.secret),
        }  # fmt: skip
        return {name: value for name, value in {**usual, **other}.items() if value is not None}


def test_a_session_says_who_asks():
    """With their roles of now, and when they proved to be there."""
    found = Desk().who()
    assert (ALICE, NOW, Via.PASSKEY) == (found.person, found.caller.signed_in_at, found.caller.via)
    assert (Role.APPROVER,) == found.caller.roles


@pytest.mark.parametrize("cookies", ["", "__Host-holdfast=other", "holdfast=x", "__Host-holdfast=a; __Host-holdfast=b"])
def test_without_the_secret_it_is_nobody(cookies):
    """No cookie, another one, or two of the name: somebody else has set one."""
    assert Desk().who(cookies=cookies) is None


def test_only_the_hash_of_the_secret_is_kept():
    """Who reads the store cannot sign in with what stands there."""
    desk = Desk()
    assert desk.secret.encode() not in msgspec.json.encode(list(desk.kept.values()))
    (id_,) = desk.kept
    assert desk.who(cookies=f"__Host-holdfast={id_}") is None


def test_it_ends_when_idle_and_when_old():
    """Half an hour without a request, or twelve hours in any case."""
    desk = Desk()
    desk.now = NOW + LIMITS.idle - 1
    assert desk.who()
    desk.now += LIMITS.idle
    assert desk.who() is None
    desk = Desk()
    while desk.now < NOW + LIMITS.longest:
        assert desk.who()
        desk.now += LIMITS.idle // 2
    assert desk.who() is None


def test_the_store_hears_of_uses_once_a_minute():
    """So that a new start does not end sessions that are in use."""
    desk = Desk()
    for _ in range(3):
        desk.who()
    assert [] == desk.used
    desk.now = NOW + KEPT_EVERY_MS
    desk.who()
    assert [NOW + KEPT_EVERY_MS] == [at for _, at in desk.used]


@pytest.mark.parametrize(
    "changed",
    [
        {"people": {}},
        {"people": {"alice": msgspec.structs.replace(ALICE, until=NOW)}},
        {"people": {"alice": msgspec.structs.replace(ALICE, roles=(), revision=2)}},
        {"keys": {"k": msgspec.structs.replace(KEY, revoked_at=NOW)}},
        {"keys": {}},
        {"now": NOW - 1},
    ],
    ids=["forgotten", "taken out", "other roles", "revoked", "no key", "clock set back"],
)
def test_it_ends_with_what_it_stands_on(changed):
    """Whoever is taken out, gets other roles, or whose passkey is revoked, is signed out at once."""
    desk = Desk()
    for name, value in changed.items():
        known = getattr(desk, name)
        if isinstance(known, dict):
            known.clear()
            known.update(value)
        else:
            setattr(desk, name, value)
    assert desk.who() is None


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": None},
        {"host": "evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"x_holdfast_csrf": None},
        {"x_holdfast_csrf": "0" * 64},
    ],
    ids=str,
)
def test_what_changes_something_comes_from_our_pages(other):
    """Each of these alone is enough to refuse it."""
    desk = Desk()
    assert desk.who("POST", **desk.ours())
    with pytest.raises(SignInError):
        desk.who("POST", **desk.ours(**other))


def test_the_token_of_a_page_is_no_way_to_the_cookie():
    """It belongs to the session, differs from its secret, and tells nothing of it."""
    desk = Desk()
    assert desk.who().csrf == csrf_of(desk.secret) != desk.secret
    assert csrf_of("a") != csrf_of("b")


def test_cookies_are_for_this_host_and_no_script():
    """`__Host-` by TLS; on loopback, where there is none, a plain one."""
    assert "x=y; Path=/; HttpOnly; SameSite=Strict; Secure" == set_cookie("x", "y", secure=True)
    assert "x=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" == set_cookie("x", "", secure=False, seconds=0)
    assert "holdfast" == Place(origin="http://localhost:1", rp_id="localhost").cookie


def test_a_page_that_asks_for_itself_anew_does_not_use_the_session():
    """A screen that nobody sits at is signed out after half an hour, however often its list refreshes."""
    desk = Desk()
    while desk.now < NOW + LIMITS.idle - 1_000:
        assert desk.who(x_holdfast_refresh="1")
        desk.now += 1_000
    desk.now = NOW + LIMITS.idle
    assert desk.who(x_holdfast_refresh="1") is None
    assert [] == desk.used


def test_what_changes_something_is_a_use_whatever_it_says_of_itself():
    """Only what looks can be a refresh."""
    desk = Desk()
    desk.now = NOW + KEPT_EVERY_MS
    assert desk.who("POST", **desk.ours(), x_holdfast_refresh="1")
    assert 1 == len(desk.used)
