"""From a link to a carried-out plan, over HTTP, with an authenticator in software."""

import pytest

from holdfast.response import RequestState


@pytest.fixture(scope="module")
def request_(house):
    """A request that waits for a signed approval."""
    return house.attack()


@pytest.fixture(scope="module")
def anna(house):
    """An approver who has signed in with a passkey."""
    browser = house.browser(seed=11)
    assert 200 == house.enrol(browser, "anna").status_code
    assert 200 == browser.sign_in().status_code
    return browser


def seen(house, request):
    """The request as it stands."""
    return house.ask("GET", f"/v1/requests/{request['id']}", token=house.requester)


def test_an_approval_by_token_does_not_count_where_it_must_be_signed(house, request_):
    """It is written down, and the refusal says what is missing."""
    assert request_["signed"]
    token = house.token("carl", ["read", "decide"])
    body = {"action_hash": request_["action_hash"]}
    answer = house.ask("POST", f"/v1/requests/{request_['id']}/approvals", body, token=token)
    assert ("open", "signature_missing") == (answer["state"], answer["code"])
    assert "with a passkey" in answer["allowed_when"]


def test_a_plain_approval_from_a_page_does_not_count_either(house, request_, anna):
    """Being signed in with a passkey is no signature over this."""
    path = f"/console/requests/{request_['id']}/approve"
    assert 200 == anna.post(path, {"action_hash": request_["action_hash"]}).status_code
    assert "open" == seen(house, request_)["state"]


def test_whoever_asked_cannot_approve_with_a_passkey(house, request_):
    """Their signature is written down, and does not count."""
    rita = house.browser(seed=12)
    house.enrol(rita, "rita")
    rita.sign_in()
    assert 200 == rita.approve(request_["id"], request_["action_hash"]).status_code
    told = seen(house, request_)
    assert ("open", 1) == (told["state"], told["missing"])


def test_without_a_role_no_signature_helps(house, request_):
    """The policies decide first."""
    adam = house.browser(seed=13)
    house.enrol(adam, "adam")
    adam.sign_in()
    answer = adam.approve(request_["id"], request_["action_hash"])
    assert (403, "role_missing") == (answer.status_code, answer.json()["code"])


def test_a_signature_over_another_action_is_refused(house, request_, anna):
    """What the page showed must be what lies on the desk."""
    answer = anna.approve(request_["id"], "0" * 64)
    assert (403, "approved_another_plan") == (answer.status_code, answer.json()["code"])


def test_a_signature_for_signing_in_approves_nothing(house, request_, anna):
    """Challenges are for one purpose."""
    options = anna.post("/console/signin/options", {}).json()["options"]
    body = {"action_hash": request_["action_hash"], "credential": anna.device.get(options)}
    assert 403 == anna.post(f"/console/requests/{request_['id']}/approve", body).status_code


def test_somebody_elses_passkey_approves_nothing(house, request_, anna):
    """The session and the signature must be of one person."""
    path = f"/console/requests/{request_['id']}"
    options = anna.post(f"{path}/options", {"action_hash": request_["action_hash"]}).json()["options"]
    other = house.browser(seed=14)
    house.enrol(other, "carl")
    body = {"action_hash": request_["action_hash"], "credential": other.device.get(options)}
    assert 403 == anna.post(f"{path}/approve", body).status_code


def test_a_passkey_by_one_administrators_link_looks_and_no_more(house, request_):
    """Whoever steals that administrator's sign-in signs in as anybody, and approves, asks and adds nothing."""
    thief = house.browser(seed=31)
    assert 200 == thief.enrol(house.link("anna")).status_code
    assert 200 == thief.sign_in().status_code
    assert "This decides nothing yet" in thief.page("/console/passkeys").text
    before = seen(house, request_)
    answer = thief.approve(request_["id"], request_["action_hash"])
    assert (403, "unconfirmed") == (answer.status_code, answer.json()["code"])
    answer = thief.post(f"/console/requests/{request_['id']}/deny", {"why": "no"})
    assert (403, "unconfirmed") == (answer.status_code, answer.json()["code"])
    assert 403 == thief.post("/console/passkeys/options", {}).status_code
    for path, body in {
        "/v1/requests": {"plan": "x"},
        "/v1/people/anna/confirmation": {"credentials": []},
        "/v1/tokens": {"person": "anna"},
    }.items():
        told = thief.post(path, body)
        assert (403, "unconfirmed") == (told.status_code, told.json()["code"]), path
    assert before == seen(house, request_)


def test_a_signed_approval_carries_it_out_and_cannot_be_replayed(house, request_, anna):
    """The same answer a second time finds no challenge, and holds are in force."""
    path = f"/console/requests/{request_['id']}"
    options = anna.post(f"{path}/options", {"action_hash": request_["action_hash"]}).json()["options"]
    body = {"action_hash": request_["action_hash"], "credential": anna.device.get(options)}
    assert 200 == anna.post(f"{path}/approve", body).status_code
    told = seen(house, request_)
    assert RequestState.DONE == told["state"]
    assert [("anna", True)] == [(each["by"], each["signed"]) for each in told["approvals"] if each["counts"]]
    assert 403 == anna.post(f"{path}/approve", body).status_code
    assert house.ask("GET", "/v1/holds", token=house.requester)["items"]
