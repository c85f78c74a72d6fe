"""Fixtures for every test: a browser, a real worker, statement counts, and the rule that a GET writes nothing."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from campaign import supervisor
from campaign.celery import app
from campaign.foundation.processes import tied_to_this_process
from tests import services
from tests.mail_server import MailServer

# A property that holds slowly, on a machine that does other things as well, still holds.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

BASE_DIR = Path(__file__).resolve().parent.parent
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

WRITE = re.compile(r'\b(?:INSERT INTO|DELETE FROM|(?<!FOR )(?<!NO KEY )(?<!DO )UPDATE)\s+"?(\w+)', re.IGNORECASE)
# The audit trail, the sign-in session, and the counters of tries in the cache.
A_GET_MAY_WRITE = {"campaign_auditevent", "django_session", "cache"}


@pytest.fixture(autouse=True)
def a_get_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefetchers, mail scanners and the Back button send GETs: one that changes anything fails the test."""
    get = Client.get

    def guarded(self: Client, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as guards:
            for alias in connections:
                guards.enter_context(connections[alias].execute_wrapper(refuse_to_write))
            return get(self, *args, **kwargs)

    monkeypatch.setattr(Client, "get", guarded)


def refuse_to_write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    tables = {table.lower() for table in WRITE.findall(sql)} - A_GET_MAY_WRITE
    if tables:
        raise AssertionError(f"A GET wrote to {', '.join(sorted(tables))}: {sql[:200]}")
    return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def static_files_under_their_own_names(settings: Any) -> None:
    """Pages are rendered without collecting static files first; the browser tests serve the hashed ones."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def query_count() -> Callable[[Callable[[], object]], int]:
    """`query_count(lambda: client.get(url))`: the statements it took; a list takes as many for 1 row as for 30."""

    def count(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as statements:
            act()
        return len(statements)

    return count


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium. Without one the test is skipped, and fails where CI is set."""
    path = services.chromium_path()
    if path is None:
        no_browser = pytest.fail if os.environ.get("CI") else pytest.skip
        no_browser("No Chromium: set CHROMIUM to its path, or install it.")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread; Django would refuse the ORM in it, and nothing here is async.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """The mail server that the worker and the web server of this session hand their messages to."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def worker_process(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, mail_server: MailServer
) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as in production, on the test database, the test broker and a mail server of ours."""
    name = connection.settings_dict["NAME"]
    database_url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    log = tmp_path_factory.mktemp("worker") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            supervisor.commands()["worker"],
            cwd=BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": database_url, "LOG_LEVEL": "INFO", "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}"},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=tied_to_this_process(),  # noqa: PLW1509
        )
    try:
        services.wait_for_line(log, " ready.", process)
        yield process
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def celery_worker(worker_process: subprocess.Popen[bytes], transactional_db: None) -> subprocess.Popen[bytes]:
    """The worker, with bells of earlier tests taken away."""
    app.control.purge()
    return worker_process
