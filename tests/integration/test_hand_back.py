"""Ending and extending: doors are free at once, history stays, and of two who end it the second is told."""

from datetime import timedelta

import pytest

from campaign.audit.models import AuditEvent
from canvassing.allocation.hand_back import HandBackError, extend, hand_back, return_run_out, revoke
from canvassing.allocation.hand_out import hand_out
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.allocation.tasks import return_expired
from tests.factories.canvassing import AT, HOUR, AllocationFactory, houses, walk_of
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


def out(**facts) -> Allocation:
    """A walk of three doors in somebody's hands."""
    return AllocationFactory(walk=walk_of(*houses(3)), **facts)


def ended(allocation: Allocation) -> tuple[str, object, int]:
    """How and when it ended, and how many doors it still holds."""
    allocation.refresh_from_db()
    return allocation.end, allocation.ended_at, allocation.held_doors.filter(released_at=None).count()


@pytest.mark.parametrize(
    ("end", "how", "act"),
    [
        (hand_back, Allocation.End.HANDED_BACK, "walk handed back"),
        (revoke, Allocation.End.REVOKED, "walk taken back"),
    ],
)
def test_what_is_given_or_taken_back_is_free_at_once_and_its_history_stays(end, how, act) -> None:
    allocation, organiser = out(), UserFactory(organiser=True)
    end(allocation=allocation, by=organiser, at=AT)
    assert ended(allocation) == (how, AT, 0)
    assert allocation.held_doors.filter(released_at=AT).count() == 3
    line = AuditEvent.objects.get(act=act)
    assert (line.actor, line.subject) == (f"user:{organiser.pk}", f"allocation:{allocation.pk}")
    again = hand_out(walk=allocation.walk, holder=VolunteerFactory(), by=None, until=AT + HOUR, at=AT)
    assert again.held_elsewhere == ()


@pytest.mark.parametrize("end", [hand_back, revoke])
def test_what_is_no_longer_out_is_not_ended_again(end) -> None:
    allocation = out()
    hand_back(allocation=allocation, at=AT)
    with pytest.raises(HandBackError, match="no longer out: handed back at 18:00"):
        end(allocation=allocation, at=AT + HOUR)
    assert ended(allocation)[:2] == (Allocation.End.HANDED_BACK, AT)


@pytest.mark.parametrize("end", [hand_back, revoke])
def test_what_has_run_out_is_not_handed_back(end) -> None:
    with pytest.raises(HandBackError, match="ran out at 17:00, so its doors are free"):
        end(allocation=out(run_out=True), at=AT)


def test_the_moment_of_another_day_is_said_with_its_day() -> None:
    with pytest.raises(HandBackError, match="ran out at Sat 10 April 20:00"):
        hand_back(allocation=out(), at=AT + timedelta(days=2))


def test_more_time_is_given() -> None:
    allocation = out()
    extend(allocation=allocation, until=AT + 5 * HOUR, at=AT)
    allocation.refresh_from_db()
    assert allocation.expires_at == AT + 5 * HOUR
    assert AuditEvent.objects.filter(act="walk given more time", subject=f"allocation:{allocation.pk}").exists()


@pytest.mark.parametrize(
    ("facts", "until", "why"),
    [
        ({}, AT + 2 * HOUR, "It is out until then, or longer, already."),
        ({}, AT, "already passed"),
        ({}, AT + timedelta(days=8), "seven days"),
        ({"run_out": True}, AT + HOUR, "ran out at 17:00"),
        ({"handed_back": True}, AT + HOUR, "no longer out: handed back at 17:30"),
    ],
)
def test_more_time_is_refused(facts, until, why) -> None:
    allocation = out(**facts)
    with pytest.raises(HandBackError, match=why):
        extend(allocation=allocation, until=until, at=AT)
    assert not AuditEvent.objects.exists()


def test_what_has_run_out_is_returned_and_the_rest_stays_out() -> None:
    over, standing, back = out(run_out=True), out(), out(handed_back=True)
    assert return_run_out(at=AT) == 1
    assert ended(over) == (Allocation.End.EXPIRED, AT - HOUR, 0)
    assert ended(standing) == ("", None, 3)
    assert ended(back)[0] == Allocation.End.HANDED_BACK
    assert return_run_out(at=AT) == 0


def test_the_job_returns_what_has_run_out_by_the_clock() -> None:
    over = out(run_out=True, started_at=AT - timedelta(days=4000), expires_at=AT - timedelta(days=3999))
    assert return_expired() == 1
    assert ended(over)[2] == 0


def test_returning_takes_as_many_statements_for_thirty_as_for_one(query_count) -> None:
    out(run_out=True)
    one = query_count(lambda: return_run_out(at=AT))
    for _ in range(30):
        out(run_out=True)
    assert query_count(lambda: return_run_out(at=AT)) == one


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_it_at_once_one_does_and_the_other_is_told() -> None:
    def end_it(end, allocation) -> str:
        try:
            end(allocation=allocation, at=AT)
        except HandBackError as error:
            return str(error)
        return "done"

    for _ in range(8):
        allocation = out()
        said = at_once(*[lambda end=end, it=allocation: end_it(end, it) for end in (hand_back, revoke, hand_back)])
        assert said.count("done") == 1
        assert sum("no longer out" in each for each in said) == 2
        assert not HeldDoor.objects.filter(released_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_return_each_walk_once() -> None:
    for _ in range(4):
        for _ in range(6):
            out(run_out=True)
        assert sum(at_once(*[lambda: return_run_out(at=AT)] * 4)) == 6
        assert not HeldDoor.objects.filter(released_at=None).exists()
