"""The real web server on the test database, and phones that visit it, one of them with a walk open."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from campaign import supervisor
from campaign.foundation.processes import tied_to_this_process
from tests import services
from tests.browser.doorstep import NewPhone, Walk, open_walk, walk_in_hand
from tests.mail_server import MailServer
from volunteers.people.models import User

BASE_DIR = Path(__file__).resolve().parents[2]
BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()
"""
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "locale": "en-GB"}


@pytest.fixture(scope="session")
def web_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, mail_server: MailServer
) -> Iterator[str]:
    """gunicorn with hashed static files, as in production; gives its address."""
    call_command("collectstatic", interactive=False, verbosity=0)
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    port = services.free_port()
    with (tmp_path_factory.mktemp("web") / "log").open("wb") as log:
        process = subprocess.Popen(
            supervisor.commands()["web"],
            cwd=BASE_DIR,
            env=os.environ
            | {
                "DATABASE_URL": database,
                "PORT": str(port),
                "WEB_WORKERS": "1",
                "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=tied_to_this_process(),  # noqa: PLW1509
        )
        services.wait_for_port(port, seconds=30)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait()


@pytest.fixture
def site(web_server: str, transactional_db: None) -> Iterator[str]:
    """The address of the site; its tables are empty."""
    yield web_server
    wait_until_the_server_rests()


def wait_until_the_server_rests(checks: int = 3, seconds: float = 10) -> None:
    """A page that closes may have one more request on its way, and emptying the tables under it is a deadlock."""
    patience, quiet = time.monotonic() + seconds, 0
    while quiet < checks and time.monotonic() < patience:
        time.sleep(0.03)
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            quiet = quiet + 1 if cursor.fetchone() == (0,) else 0


@pytest.fixture
def new_phone(chromium: Browser, site: str) -> Iterator[Callable[..., BrowserContext]]:
    """`new_phone(user)`: a browser of its own, the size of a phone, where `user` is signed in.

    An error in a page, or anything written to its console, fails the test: a console may be read by others.
    """
    heard: list[str] = []
    with ExitStack() as phones:

        def make(user: User | None = None, **options: object) -> BrowserContext:
            context = chromium.new_context(base_url=site, **(PHONE | options))
            phones.callback(context.close)
            context.set_default_timeout(10_000)
            context.on("weberror", lambda error: heard.append(str(error.error)))
            context.on("console", lambda message: heard.append(message.text))
            if user is not None:
                sign_in(context, user, site)
            return context

        yield make
    assert [line for line in heard if not line.startswith("Failed to load resource")] == []


@pytest.fixture
def walk(site: str) -> Walk:
    return walk_in_hand()


@pytest.fixture
def phone(new_phone: NewPhone, walk: Walk) -> BrowserContext:
    return new_phone(walk.user)


@pytest.fixture
def page(phone: BrowserContext, walk: Walk) -> Page:
    """The walk is open at its first door."""
    page = phone.new_page()
    open_walk(page, walk)
    return page


def sign_in(context: BrowserContext, user: User, site: str) -> None:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
