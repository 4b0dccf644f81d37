"""Who sees what takes a second person, what the page says of it, and how it is answered there."""

import html

import pytest
from tests.app.console.browser import words
from tests.app.server.staffhouse import StaffHouse

PAGE = "/console/second"
HOSTILE = "<script>alert(1)</script>\u202e'\"`{{7*7}}\u200b"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with members of staff, and an account that takes a signature."""
    house = StaffHouse(tmp_path_factory.mktemp("second"))
    put = {"tier": "official", "why": "head of an agency"}
    house.ask("PUT", "/v1/gate/protected/agency", put, token=house.tokens["cora"])
    yield house
    house.end()


def asked(house, target="agency", **more):
    """Sam asks for somebody else to agree."""
    body = {
        "tool": "support_desk",
        "function": "account.email.replace",
        "target": target,
        "payload": {"email": "press@example.org"},
        "reason": "they moved",
        "ticket": "T-9",
        **more,
    }
    return house.ask("POST", "/v1/gate/requests", body, token=house.tokens["sam"])


def signs(house, person, asking, hash_=None):
    """Somebody signs on the page that they agree."""
    browser, seen = house.of[person], {"action_hash": hash_ or asking["action_hash"]}
    path = f"{PAGE}/{asking['id']}"
    options = browser.post(f"{path}/options", seen)
    if 200 != options.status_code:
        return options
    return browser.post(f"{path}/approve", {**seen, "credential": browser.device.get(options.json()["options"])})


def test_whoever_may_agree_sees_exactly_what_is_asked_and_signs_it(house):
    """From the list to the page of one, to a signature, and what came of it: it counts once."""
    asking = asked(house)
    listed = words(house.signed_in("cora").page(PAGE))
    for said in (
        "account.email.replace on agency",
        "official",
        "they moved",
        "ticket T-9",
        "Asked by sam",
        "stands until",
    ):
        assert said in listed
    page = f"{PAGE}/{asking['id']}"
    text = house.signed_in("cora").page(page).text
    assert '"email": "press@example.org"' in html.unescape(text)
    assert 'data-approve="passkey"' in text
    assert asking["action_hash"] in text
    assert 403 == signs(house, "cora", asking, "sha256:" + "0" * 64).status_code
    answer = signs(house, "cora", asking)
    assert (200, page) == (answer.status_code, answer.json()["next"]), answer.text
    after = words(house.of["cora"].page(page))
    assert "cora agreed" in after
    assert "signed with a passkey" in after
    assert "counts once, for sam alone, until" in after
    secret = house.sign_in("sam")
    house.step_up("sam", secret, "credentials")
    ask = {"function": "account.email.replace", "target": "agency", "payload": asking["payload"]}
    assert [True, False] == [house.asks(secret, **ask)["allowed"] for _ in range(2)]
    assert "counts no more" in words(house.of["cora"].page(page))


def test_whoever_asked_is_told_that_they_cannot_agree(house):
    """Before they try; they can take it back, and no button to agree is there."""
    asking = asked(house, payload={"email": "two@example.org"})
    answer = house.signed_in("sam").page(f"{PAGE}/{asking['id']}")
    assert "You asked for this, so you cannot agree to it" in words(answer)
    assert "data-approve" not in answer.text
    assert "yours" in words(house.signed_in("sam").page(PAGE))
    assert 403 == signs(house, "sam", asking).status_code
    said = {"why": "I was wrong"}
    assert 200 == house.of["sam"].post(f"{PAGE}/{asking['id']}/deny", said).status_code
    assert "sam said no: I was wrong" in words(house.of["sam"].page(f"{PAGE}/{asking['id']}"))


def test_an_agreement_that_would_not_count_is_refused_and_leaves_it_open(house):
    """A token's word about an official account closes nothing; a passkey can still sign it, and is named."""
    asking = asked(house, payload={"email": "three@example.org"})
    seen = {"action_hash": asking["action_hash"]}
    headers = {"authorization": f"Bearer {house.tokens['cora']}"}
    answer = house.founder.post(f"/v1/gate/requests/{asking['id']}/approvals", json=seen, headers=headers)
    assert (403, "signature_missing") == (answer.status_code, answer.json()["code"])
    assert f"{PAGE}/{asking['id']}" in answer.json()["advice"]
    assert 200 == signs(house, "cora", asking).status_code


def test_somebody_whom_a_lockdown_shuts_out_is_told_so(house):
    """Their word would count for nothing."""
    asking = asked(house, payload={"email": "four@example.org"})
    lock = {"level": 4, "person": "carl", "minutes": 5, "why": "his login is used from two places"}
    house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    answer = house.signed_in("carl").page(f"{PAGE}/{asking['id']}")
    assert "You cannot agree to this. A lockdown shuts you out" in words(answer)
    assert "data-approve" not in answer.text


def test_hostile_text_is_inert_and_seen(house):
    """In each field that somebody writes; what cannot be seen is written out."""
    asking = asked(
        house,
        target=f"a{HOSTILE}",
        payload={f"k{HOSTILE}": HOSTILE, "email": "p\u0430y@example.org"},
        reason=f"r{HOSTILE}",
        ticket=f"t{HOSTILE}",
    )
    for path in (PAGE, f"{PAGE}/{asking['id']}"):
        text = house.signed_in("cora").page(path).text
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert "{{7*7}}" in html.unescape(text)
    assert "\\u{202e}" in text
    assert "cyrillic small letter a (U+0430)" in text


def test_whoever_sees_no_response_comes_here_first(house):
    """Where staff sign in who work with the tools; whoever takes part in a response sees the requests."""
    assert (303, PAGE) == ((sent := house.signed_in("sam").page("/console")).status_code, sent.headers["location"])
    assert "Nothing waits for an answer" in words(house.signed_in("cora").page("/console"))


def test_others_see_nothing_of_it(house):
    """An auditor has no business with it, support none with an official account, and nobody is sent to sign in."""
    asking = asked(house, payload={"email": "five@example.org"})
    for person in ("olga", "bob"):
        assert asking["id"] not in house.signed_in(person).page(PAGE).text
        assert 404 == signs(house, person, asking).status_code
        assert 404 == house.of[person].post(f"{PAGE}/{asking['id']}/deny", {"why": "no"}).status_code
        assert 404 == house.of[person].page(f"{PAGE}/{asking['id']}").status_code
    for path in (PAGE, f"{PAGE}/{asking['id']}"):
        answer = house.browser().page(path)
        assert (303, f"/console/signin#{path}") == (answer.status_code, answer.headers["location"])
