"""The harness keeps its word: a GET that writes fails, statements are counted, the worker works."""

import subprocess
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils.timezone import now

from campaign.audit import trail
from canvassing.allocation.models import Allocation
from canvassing.allocation.tasks import return_expired
from tests.factories.canvassing import AllocationFactory
from volunteers.people.models import User

pytestmark = pytest.mark.urls(__name__)


@login_not_required
def make_user(request: HttpRequest) -> HttpResponse:
    User.objects.create_user("jo@example.org")
    return HttpResponse("made")


@login_not_required
def read(request: HttpRequest) -> HttpResponse:
    with_lock = User.objects.select_for_update().filter(email="jo@example.org")
    trail.record(act="looked", actor=None, subject="nobody", at=now(), facts={})
    return HttpResponse(str(with_lock.exists()))


urlpatterns = [path("make", make_user), path("read", read)]


@pytest.mark.django_db
def test_a_get_that_writes_fails(client: Client) -> None:
    with pytest.raises(AssertionError, match="A GET wrote to volunteers_user"):
        client.get("/make")


@pytest.mark.django_db
def test_a_post_may_write_and_a_get_may_read_and_leave_a_trail(client: Client) -> None:
    assert client.post("/make").content == b"made"
    assert client.get("/read").content == b"True"


@pytest.mark.django_db
def test_statements_are_counted(query_count: Callable[[Callable[[], object]], int]) -> None:
    assert query_count(lambda: [User.objects.count(), User.objects.first()]) == 2


def test_a_real_worker_does_what_is_rung(celery_worker: subprocess.Popen[bytes]) -> None:
    run_out = AllocationFactory(started_at=now() - timedelta(hours=9), expires_at=now() - timedelta(hours=1))
    return_expired.delay()
    patience = time.monotonic() + 30
    while run_out.ended_at is None and time.monotonic() < patience:
        time.sleep(0.1)
        run_out.refresh_from_db()
    assert run_out.end == Allocation.End.EXPIRED
