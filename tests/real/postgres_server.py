"""A PostgreSQL server of one's own, in a temporary directory, for as long as a test or a measurement lasts.

As a program it starts one, prints the address of its database, and stops it when its input ends:
python tests/real/postgres_server.py
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

COMMAND = "make test-real"
_PATIENCE = 60  # seconds that a busy machine may take to start or stop a server


def programs():
    """The folder of PostgreSQL's programs, or None when it is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def owner():
    """Whom the server runs as: PostgreSQL refuses root, and its package brings an account of its own."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def free_port():
    """A port of the loopback interface that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgresServer:
    """A server with a Unix socket that trusts its callers, and a loopback port that asks for a password."""

    PASSWORD = "not; a 'secret' @ all"

    def __init__(self, where=None):
        """Make its files, in the folder `where` or among the temporary ones; `start` starts it."""
        self.programs = programs()
        assert self.programs is not None, f"PostgreSQL is not installed; run `{COMMAND}`"
        self.folder = Path(tempfile.mkdtemp(prefix="hf-pg-", dir=where))  # short: a socket's path has at most 107 bytes
        self.owner, self.port, self.process = owner(), free_port(), None
        self.databases = 0
        self._own(self.folder)
        password = self._file("password", self.PASSWORD.encode())
        self._run("initdb", "-D", self._data, "-U", "holdfast", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                  "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}")  # fmt: skip
        self.certificate = self._certify()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()  # in order, so that no shared memory of the system is left behind
        shutil.rmtree(self.folder)

    @property
    def _data(self):
        return self.folder / "data"

    def start(self):
        """Start it, and wait until it answers."""
        settings = {
            "unix_socket_directories": self.folder, "listen_addresses": "127.0.0.1", "port": self.port, "ssl": "on",
            "ssl_cert_file": self.certificate, "ssl_key_file": self.folder / "server.key", "max_connections": 40,
            "dynamic_shared_memory_type": "mmap",
        }  # fmt: skip
        words = [str(self.programs / "postgres"), "-D", str(self._data)]
        words += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._as_owner())
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self.connect("postgres").close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < until, (self.folder / "log").read_text()
                time.sleep(0.02)  # the server says nowhere else that it is ready
            else:
                return

    def kill(self):
        """End it at once and all that it started, as a power cut does."""
        if self.process is not None:
            started = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for pid in (self.process.pid, *map(int, started)):  # the first starts no others any more
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self):
        """End it in order: its callers' transactions are rolled back."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(_PATIENCE)
        self.process = None

    def restart(self):
        """Start it again after `kill` or `stop`."""
        assert self.process is None
        self.start()

    def connect(self, database, **options):
        """A connection as anybody could make it, without Holdfast."""
        return psycopg.connect(
            host=str(self.folder), port=self.port, user="holdfast", dbname=database, autocommit=True, **options
        )

    def url(self, database, **query):
        """The address of a database by the socket."""
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return f"postgresql://holdfast@/{database}?host={self.folder}&port={self.port}{more}"

    def new_database(self, *words):
        """The name of a new database; `words` are more of CREATE DATABASE."""
        self.databases += 1
        name = f"store{self.databases}"
        with closing(self.connect("postgres")) as connection:
            connection.execute(" ".join(["CREATE DATABASE", name, *words]))
        return name

    def folder_on(self, name):
        """A new folder that belongs to the server."""
        folder = self.folder / name
        folder.mkdir()
        self._own(folder)
        return folder

    def _as_owner(self):
        return {"user": self.owner, "group": self.owner, "extra_groups": []} if os.geteuid() == 0 else {}

    def _own(self, path):
        if os.geteuid() == 0:
            shutil.chown(path, self.owner, self.owner)

    def _file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        self._own(path)
        return path

    def _run(self, program, *words):
        subprocess.run(
            [str(self.programs / program), *map(str, words)], check=True, capture_output=True, **self._as_owner()
        )

    def other_certificate(self):
        """A certificate that looks like the server's and was made by somebody else."""
        return _certificate()[1]

    def _certify(self):
        key, certificate = _certificate()
        self._file("server.key", key)
        path = self._file("server.crt", certificate)
        path.chmod(0o644)
        return path


def _certificate():
    """A key and a certificate for localhost that signs itself, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret, certificate.public_bytes(serialization.Encoding.PEM)


if __name__ == "__main__":
    with PostgresServer() as server:
        print(server.url(server.new_database()), flush=True)
        sys.stdin.read()
