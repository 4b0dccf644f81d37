"""TLS: what is spoken, what is looked at before, and what is refused."""

import json
import socket
import ssl
from contextlib import nullcontext

import httpx2
import pytest

from holdfast.app.server.certificate import certificate
from holdfast.app.server.finding import Health
from holdfast.app.server.listening import tls_of
from holdfast.app.server.settings import Server, Settings
from holdfast.client import GuardClient
from holdfast.errors import SettingsError

from .pairs import pair
from .running import PATIENCE


def of(certificate_, key, **more):
    """Settings with this pair."""
    return Settings(server=Server(tls_certificate=str(certificate_), tls_key=str(key), **more))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_real_handshake_takes_tls_1_2_or_newer(tmp_path, version):
    """An older one is refused, whatever the client would do."""
    context = tls_of(of(*pair(tmp_path)))
    asks = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asks.set_ciphers("ALL:@SECLEVEL=0")
    asks.load_verify_locations(tmp_path / "server.pem")
    with pytest.warns(DeprecationWarning, match="TLS") if version < ssl.TLSVersion.TLSv1_2 else nullcontext():
        asks.minimum_version = asks.maximum_version = version
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(ours, theirs, server_side=True)
    client = asks.wrap_bio(theirs, ours, server_hostname="127.0.0.1")

    def shake():
        for _ in range(4):
            for side in (client, server):
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    continue

    if version < ssl.TLSVersion.TLSv1_2:
        with pytest.raises(ssl.SSLError):
            shake()
    else:
        shake()
        assert client.version() == {771: "TLSv1.2", 772: "TLSv1.3"}[version]


def test_beyond_loopback_tls_or_a_proxy_must_speak_for_it(tmp_path):
    """Neither: refused, with both ways named; half a pair is none."""
    with pytest.raises(SettingsError) as raised:
        tls_of(Settings(server=Server(host="0.0.0.0")))
    assert "behind_proxy" in raised.value.advice
    assert tls_of(Settings(server=Server(host="0.0.0.0", behind_proxy=True))) is None
    assert tls_of(Settings()) is None
    with pytest.raises(SettingsError, match="and its key"):
        tls_of(Settings(server=Server(tls_certificate="x.pem")))


def test_the_doctor_looks_at_certificate_and_key(tmp_path):
    """Another's key, none, one that everybody may read, run out, not begun, soon to run out: each is told."""
    good, key = pair(tmp_path)
    assert Health.WELL is certificate(of(good, key)).health
    _, other = pair(tmp_path, "other")
    for wrong in (other, tmp_path / "none.key", good):
        with pytest.raises(SettingsError):
            certificate(of(good, wrong))
    key.chmod(0o644)
    assert Health.ILL is certificate(of(good, key)).health
    for name, times, health in (
        ("old", {"begins": -9, "days": -1}, Health.ILL),
        ("early", {"begins": 2}, Health.ILL),
        ("soon", {"days": 3}, Health.WARNING),
    ):
        assert health is certificate(of(*pair(tmp_path, name, **times))).health


def test_the_service_speaks_tls_and_nothing_else(served, tmp_path):
    """A client that trusts the certificate is answered, also by the copy of the holds; one that does not is refused."""
    file, key = pair(tmp_path)
    environment = {"HOLDFAST_SERVER_TLS_CERTIFICATE": str(file), "HOLDFAST_SERVER_TLS_KEY": str(key)}
    server = served(environment=environment)
    trusting = ssl.create_default_context(cafile=file)
    url = "https://{}:{}".format(*server.address)
    with httpx2.Client(base_url=url, verify=trusting, timeout=PATIENCE) as client:
        assert "allow" == client.post("/v1/guard/posts", json={"account": "a"}).json()["verdict"]
        assert 200 == client.get("/ready").status_code
    with GuardClient(url, verify=trusting) as guard:
        assert guard.wait(PATIENCE)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/health")
    with socket.create_connection(server.address, timeout=PATIENCE) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert not plain.recv(1_000).startswith(b"HTTP/1.1 200")
    assert json.loads(server.raw[0])["tls"] is True
