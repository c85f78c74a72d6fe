"""Handing out: a door is in one hand for one purpose, whoever presses when. What is out is named, what ran out free."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from django.db.models import Count

from campaign.audit.models import AuditEvent
from canvassing.allocation.hand_back import HandBackError, hand_back, return_run_out
from canvassing.allocation.hand_out import HandOut, HandOutError, hand_out
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose, Walk
from tests.factories.canvassing import (
    AT,
    HOUR,
    AllocationFactory,
    HouseholdFactory,
    StreetFactory,
    houses,
    walk_along,
    walk_of,
)
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once

TIMES = 8


def give(walk: Walk, **facts) -> HandOut:
    return hand_out(
        **{"walk": walk, "holder": VolunteerFactory(), "by": None, "until": AT + 3 * HOUR, "at": AT} | facts
    )


def try_to_give(walk: Walk, **facts) -> HandOut | HandOutError:
    try:
        return give(walk, **facts)
    except HandOutError as error:
        return error


def try_to_hand_back(allocation: Allocation) -> None:
    with suppress(HandBackError):
        hand_back(allocation=allocation, at=AT - HOUR / 2)


def held_by(allocation: Allocation) -> set[int]:
    return set(allocation.held_doors.filter(released_at=None).values_list("household", flat=True))


def doors_in_two_hands() -> int:
    held = HeldDoor.objects.filter(released_at=None).values("household", "purpose")
    return held.annotate(hands=Count("pk")).filter(hands__gt=1).count()


@pytest.mark.django_db
def test_a_walk_and_its_doors_go_to_a_person() -> None:
    doors = houses(3)
    organiser, holder = UserFactory(organiser=True), VolunteerFactory()
    given = give(walk_of(*doors), holder=holder, by=organiser)
    allocation = given.allocation
    assert (allocation.holder, allocation.handed_out_by) == (holder, organiser)
    assert (allocation.started_at, allocation.expires_at, allocation.ended_at) == (AT, AT + 3 * HOUR, None)
    assert held_by(allocation) == {door.pk for door in doors}
    assert given.held_elsewhere == ()


@pytest.mark.django_db
def test_the_trail_says_who_handed_out_what_without_a_name() -> None:
    organiser = UserFactory(organiser=True)
    walk = walk_of(*houses(3))
    allocation = give(walk, by=organiser).allocation
    line = AuditEvent.objects.get(act="walk handed out")
    assert (line.actor, line.subject, line.at) == (f"user:{organiser.pk}", f"walk:{walk.pk}", AT)
    assert line.facts == {"allocation": allocation.pk, "doors": 3, "left_out": 0}


@pytest.mark.django_db
def test_a_walk_without_doors_is_handed_out_by_itself() -> None:
    walk = walk_along(StreetFactory())
    assert held_by(give(walk).allocation) == set()
    with pytest.raises(HandOutError, match="already out"):
        give(walk)


@pytest.mark.django_db
def test_a_door_where_nobody_is_left_is_not_held() -> None:
    street = StreetFactory()
    standing, empty = HouseholdFactory(street=street), HouseholdFactory(street=street, nobody_left=True)
    assert held_by(give(walk_of(standing, empty)).allocation) == {standing.pk}


@pytest.mark.django_db
def test_a_walk_whose_doors_have_all_lost_their_electors_is_refused__it_went_out_empty() -> None:
    walk = walk_of(HouseholdFactory(nobody_left=True))
    with pytest.raises(HandOutError, match="Nobody is registered behind any door"):
        give(walk)
    assert not walk.allocations.exists()


@pytest.mark.django_db
def test_a_walk_that_is_out_is_refused_with_who_has_it_and_since_when() -> None:
    walk = walk_of(*houses(2))
    amira = VolunteerFactory(given_name="Amira", family_name="Example")
    give(walk, holder=amira)
    with pytest.raises(HandOutError) as refused:
        give(walk, at=AT + HOUR)
    assert str(refused.value) == f"{walk} is already out: with Amira E since 18:00, until 21:00."


@pytest.mark.django_db
def test_doors_in_other_hands_are_left_out_and_named() -> None:
    first, shared, last = houses(3)
    amira = VolunteerFactory(given_name="Amira", family_name="Example")
    give(walk_of(first, shared, retired=True), holder=amira)
    given = give(walk_of(shared, last), at=AT + HOUR)
    assert held_by(given.allocation) == {last.pk}
    (left_out,) = given.held_elsewhere
    assert (left_out.household_id, left_out.label, left_out.holder, left_out.since) == (shared.pk, "2", "Amira E", AT)


@pytest.mark.django_db
def test_when_no_door_is_left_it_is_refused_and_nothing_is_kept() -> None:
    doors = houses(3)
    amira = VolunteerFactory(given_name="Amira", family_name="Example")
    give(walk_of(*doors, retired=True), holder=amira)
    recut = walk_of(*doors[:2])
    with pytest.raises(HandOutError) as refused:
        give(recut, at=AT + HOUR)
    assert str(refused.value) == f"No door of {recut} is free now: 2 with Amira E since 18:00."
    assert not recut.allocations.exists()


@pytest.mark.django_db
def test_the_same_doors_can_be_out_for_another_purpose() -> None:
    doors = houses(2)
    give(walk_of(*doors))
    leaflets = give(walk_of(*doors, purpose=Purpose.LEAFLET))
    assert held_by(leaflets.allocation) == {door.pk for door in doors}
    assert leaflets.held_elsewhere == ()


@pytest.mark.django_db
def test_a_walk_whose_lease_has_run_out_is_free_before_any_job_has_tidied() -> None:
    walk = walk_of(*houses(2))
    old = AllocationFactory(walk=walk, run_out=True)
    new = give(walk).allocation
    old.refresh_from_db()
    assert (old.end, old.ended_at) == (Allocation.End.EXPIRED, old.expires_at)
    assert held_by(old) == set()
    assert len(held_by(new)) == 2


@pytest.mark.django_db
def test_a_lease_ends_on_the_second_and_not_before() -> None:
    walk = walk_of(*houses(1))
    until = give(walk).allocation.expires_at
    with pytest.raises(HandOutError, match="already out"):
        give(walk, at=until - timedelta(seconds=1), until=until + HOUR)
    assert give(walk, at=until, until=until + HOUR).allocation.stands(until)


@pytest.mark.django_db
def test_doors_of_another_walk_that_has_run_out_are_free_and_all_of_it_ends() -> None:
    first, shared, last = houses(3)
    old = AllocationFactory(walk=walk_of(first, shared, retired=True), run_out=True)
    given = give(walk_of(shared, last))
    assert held_by(given.allocation) == {shared.pk, last.pk}
    old.refresh_from_db()
    assert old.end == Allocation.End.EXPIRED
    assert held_by(old) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(("until", "why"), [(AT, "already passed"), (AT + timedelta(days=7, seconds=1), "seven days")])
def test_a_lease_that_is_over_or_longer_than_a_week_is_refused(until, why) -> None:
    walk = walk_of(*houses(1))
    with pytest.raises(HandOutError, match=why):
        give(walk, until=until)
    assert not walk.allocations.exists()


@pytest.mark.django_db
def test_a_lease_of_a_whole_week_is_given() -> None:
    assert give(walk_of(*houses(1)), until=AT + timedelta(days=7)).allocation.stands(AT + timedelta(days=6))


@pytest.mark.django_db
def test_the_statements_do_not_grow_with_the_doors(query_count) -> None:
    short, long = walk_of(*houses(1)), walk_of(*houses(40))
    amira = VolunteerFactory()
    assert query_count(lambda: give(short, holder=amira)) == query_count(lambda: give(long, holder=amira))


@pytest.mark.django_db(transaction=True)
def test_a_walk_and_its_recut_handed_out_at_once_never_share_a_door() -> None:
    for _ in range(TIMES):
        street = houses(6)[0].street
        cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT)
        HouseholdFactory(street=street, number=7)
        cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT)
        walks = Walk.objects.filter(walk_streets__street=street)
        assert len(walks) == 2
        outcomes = at_once(*[lambda walk=walk: try_to_give(walk) for walk in walks])
        given = [outcome for outcome in outcomes if isinstance(outcome, HandOut)]
        refused = [outcome for outcome in outcomes if isinstance(outcome, HandOutError)]
        assert doors_in_two_hands() == 0
        assert len(given) + len(refused) == 2
        if refused:  # the recut took all seven first
            assert "is free now: 6 with " in str(refused[0])
            assert len(held_by(given[0].allocation)) == 7
        else:  # the old walk took its six, the recut the new one
            assert sorted(len(held_by(each.allocation)) for each in given) == [1, 6]
            assert sorted(len(each.held_elsewhere) for each in given) == [0, 6]
            assert all(door.holder for each in given for door in each.held_elsewhere)


@pytest.mark.django_db(transaction=True)
def test_two_walks_with_some_doors_in_common_handed_out_at_once_the_second_names_what_it_leaves_out() -> None:
    for _ in range(TIMES):
        first, second, third, fourth, fifth = houses(5)
        walks = [walk_of(first, second, third, retired=True), walk_of(fourth, third, second, fifth)]
        given = at_once(*[lambda walk=walk: give(walk) for walk in walks])
        assert doors_in_two_hands() == 0
        assert set().union(*(held_by(each.allocation) for each in given)) == {
            d.pk for d in (first, second, third, fourth, fifth)
        }
        left_out = sorted(given, key=lambda each: len(each.held_elsewhere))
        assert left_out[0].held_elsewhere == ()
        assert {door.household_id for door in left_out[1].held_elsewhere} == {second.pk, third.pk}
        winner = left_out[0].allocation.holder.known_as
        assert {door.holder for door in left_out[1].held_elsewhere} == {winner}


@pytest.mark.django_db(transaction=True)
def test_the_same_walk_handed_out_twice_at_once_goes_to_one_and_the_other_is_refused() -> None:
    for _ in range(TIMES):
        walk = walk_of(*houses(4))
        outcomes = at_once(*[lambda walk=walk: try_to_give(walk)] * 2)
        (given,) = [outcome for outcome in outcomes if isinstance(outcome, HandOut)]
        (refused,) = [outcome for outcome in outcomes if isinstance(outcome, HandOutError)]
        assert f"with {given.allocation.holder.known_as} since 18:00" in str(refused)
        assert walk.allocations.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_run_out_walk_wanted_by_two_at_once_goes_to_one_of_them() -> None:
    for _ in range(TIMES):
        walk = walk_of(*houses(4))
        AllocationFactory(walk=walk, run_out=True)
        outcomes = at_once(*[lambda walk=walk: try_to_give(walk)] * 2)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["HandOut", "HandOutError"]


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_over_walks_that_overlap_neither_deadlock_nor_share_a_door() -> None:
    dice = Random(2027)
    for some_ran_out in [False, True] * (TIMES // 2):
        doors = houses(24)
        walks = [walk_of(*dice.sample(doors, 8), retired=True) for _ in range(16)]
        if some_ran_out:
            AllocationFactory(walk=walk_of(*doors[::2], retired=True), run_out=True)
        outcomes = at_once(*[lambda walk=walk: try_to_give(walk) for walk in walks])
        assert doors_in_two_hands() == 0
        given = [outcome for outcome in outcomes if isinstance(outcome, HandOut)]
        held = [held_by(each.allocation) for each in given]
        assert sum(map(len, held)) == len(set().union(*held))
        assert all(held_by(each.allocation) for each in given)


@pytest.mark.django_db(transaction=True)
def test_handing_out_handing_back_and_tidying_at_once_on_clocks_that_differ_makes_no_deadlock() -> None:
    dice = Random(2028)
    for _ in range(TIMES):
        streets = [houses(8), houses(8), houses(8)]
        old = [
            AllocationFactory(walk=walk_of(*doors[:6], retired=True), expires_at=AT + dice.randint(-30, 30) * HOUR / 60)
            for doors in streets
        ]
        wanted = [walk_of(*dice.sample(dice.choice(streets), 6), retired=True) for _ in range(8)]
        clocks = [AT + dice.randint(-30, 30) * HOUR / 60 for _ in range(14)]
        at_once(
            *[lambda walk=w, at=t: try_to_give(walk, at=at) for w, t in zip(wanted, clocks[:8], strict=True)],
            *[lambda at=t: return_run_out(at=at) for t in clocks[8:11]],
            *[lambda each=a: try_to_hand_back(each) for a in old],
        )
        assert doors_in_two_hands() == 0


@pytest.mark.django_db(transaction=True)
def test_two_whose_clocks_disagree_on_whether_a_walk_has_run_out_do_not_wait_for_each_other() -> None:
    for _ in range(3 * TIMES):
        doors = houses(12)
        AllocationFactory(walk=walk_of(*doors[6:], retired=True), expires_at=AT)
        clocks = [AT - HOUR / 60, AT]
        walks = [walk_of(*doors, retired=True) for _ in clocks]
        at_once(*[lambda walk=w, at=t: try_to_give(walk, at=at) for w, t in zip(walks, clocks, strict=True)])
        assert doors_in_two_hands() == 0
