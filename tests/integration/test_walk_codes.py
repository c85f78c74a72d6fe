"""Codes: eight clear letters, one phone, once; a wrong one tells nothing."""

from dataclasses import replace
from datetime import timedelta
from time import sleep

import pytest
from django.core.cache.backends.db import DatabaseCache

from campaign.audit.models import AuditEvent
from campaign.foundation import limits
from campaign.foundation.limits import FailureLimit
from canvassing.allocation.codes import ALPHABET, CodeError, issue, redeem, spelled
from canvassing.allocation.hand_back import extend, hand_back
from canvassing.allocation.models import Allocation, WalkCode
from tests.factories.canvassing import AT, HOUR, AllocationFactory, houses, walk_of
from tests.factories.volunteers import VolunteerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
Reason = CodeError.Reason


def out(**facts) -> Allocation:
    return AllocationFactory(walk=walk_of(*houses(2)), **facts)


def refusal(code: str, *volunteers: int, at=AT) -> Reason:
    with pytest.raises(CodeError) as refused:
        redeem(code=code, volunteer_ids=volunteers, at=at)
    return refused.value.reason


def test_a_code_opens_its_walk_for_its_holder() -> None:
    allocation = out()
    code = issue(allocation=allocation, at=AT)
    assert redeem(code=code, volunteer_ids=[0, allocation.holder_id], at=AT) == allocation


def test_a_code_is_eight_letters_that_cannot_be_mistaken_and_is_read_out_in_two_halves() -> None:
    code = issue(allocation=out(), at=AT)
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("ILOU01")
    assert spelled("ABCDEFGH") == "ABCD-EFGH"


def test_small_letters_spaces_and_the_dash_are_forgiven() -> None:
    allocation = out()
    code = issue(allocation=allocation, at=AT)
    assert redeem(code=f" {spelled(code).lower()} ", volunteer_ids=[allocation.holder_id], at=AT) == allocation


def test_only_a_keyed_hash_is_kept_and_the_trail_has_no_code(settings) -> None:
    allocation = out()
    code = issue(allocation=allocation, at=AT)
    kept = WalkCode.objects.get()
    assert len(kept.code_hash) == 32
    assert code not in str(WalkCode.objects.values()) + str(AuditEvent.objects.values())
    assert AuditEvent.objects.get(act="walk code made").subject == f"allocation:{allocation.pk}"
    settings.SECRET_KEY = "another key of another campaign"
    assert refusal(code, allocation.holder_id) == Reason.UNKNOWN


def test_a_code_opens_once() -> None:
    allocation = out()
    code = issue(allocation=allocation, at=AT)
    redeem(code=code, volunteer_ids=[allocation.holder_id], at=AT)
    assert refusal(code, allocation.holder_id) == Reason.USED


def test_each_phone_of_a_walk_gets_a_code_of_its_own() -> None:
    allocation = out()
    for code in [issue(allocation=allocation, at=AT) for _ in range(3)]:
        assert redeem(code=code, volunteer_ids=[allocation.holder_id], at=AT) == allocation


def test_a_code_lives_a_day_and_not_longer_than_its_walk_is_out() -> None:
    allocation = out(expires_at=AT + timedelta(days=3))
    code = issue(allocation=allocation, at=AT)
    assert refusal(code, allocation.holder_id, at=AT + timedelta(days=1)) == Reason.EXPIRED
    assert redeem(code=code, volunteer_ids=[allocation.holder_id], at=AT + timedelta(hours=23, minutes=59))
    short = out()
    code = issue(allocation=short, at=AT)
    extend(allocation=short, until=AT + 5 * HOUR, at=AT)
    assert refusal(code, short.holder_id, at=AT + 2 * HOUR) == Reason.EXPIRED


def test_a_code_of_a_walk_that_has_ended_says_so_to_its_holder() -> None:
    allocation, lapsed = out(), out()
    code, late = issue(allocation=allocation, at=AT), issue(allocation=lapsed, at=AT)
    hand_back(allocation=allocation, at=AT)
    assert refusal(code, allocation.holder_id) == Reason.ENDED
    assert refusal(late, lapsed.holder_id, at=AT + 2 * HOUR) == Reason.ENDED


def test_somebody_elses_code_is_answered_as_a_code_that_does_not_exist() -> None:
    allocation, stranger = out(), VolunteerFactory()
    code = issue(allocation=allocation, at=AT)
    answers = []
    for wrong in (code, "ABCDEFGH", "", "ABC", "ÄÖ❤" * 100):
        with pytest.raises(CodeError) as refused:
            redeem(code=wrong, volunteer_ids=[stranger.pk], at=AT)
        answers.append((refused.value.reason, str(refused.value)))
    assert len(set(answers)) == 1
    assert answers[0][0] == Reason.UNKNOWN
    assert redeem(code=code, volunteer_ids=[allocation.holder_id], at=AT)


def test_no_code_is_made_for_a_walk_that_is_no_longer_out() -> None:
    for facts in ({"run_out": True}, {"handed_back": True}):
        with pytest.raises(CodeError, match="no longer out"):
            issue(allocation=out(**facts), at=AT)
    assert not WalkCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_eight_phones_with_one_code_at_once_one_opens_it() -> None:
    def answer(code: str, volunteer: int) -> str:
        try:
            redeem(code=code, volunteer_ids=[volunteer], at=AT)
        except CodeError as error:
            return error.reason
        return "opened"

    for _ in range(8):
        allocation = out()
        code = issue(allocation=allocation, at=AT)
        answers = at_once(*[lambda code=code, who=allocation.holder_id: answer(code, who)] * 8)
        assert sorted(answers) == ["opened", *[Reason.USED] * 7]


@pytest.fixture(params=["shared", "database"])
def limit(request, monkeypatch) -> FailureLimit:
    """Three failures, counted in the cache the settings name and in Django's database cache."""
    if request.param == "database":
        monkeypatch.setattr(limits, "cache", DatabaseCache("cache", {}))
    limits.cache.clear()
    return FailureLimit("test", most=3, within=timedelta(minutes=10))


def test_failures_are_limited_for_each_person_apart(limit) -> None:
    for _ in range(3):
        assert not limit.reached("user:1")
        limit.count("user:1")
    assert limit.reached("user:1")
    assert not limit.reached("user:2")
    limit.count("user:1")
    assert limit.reached("user:1")


def test_failures_are_forgotten_after_a_while(limit) -> None:
    brief = replace(limit, most=1, within=timedelta(seconds=1))
    brief.count("user:1")
    assert brief.reached("user:1")
    sleep(1.1)
    assert not brief.reached("user:1")


@pytest.mark.django_db(transaction=True)
def test_failures_at_once_are_all_counted(limit) -> None:
    at_once(*[lambda: limit.count("user:1")] * 3)
    assert limit.reached("user:1")
