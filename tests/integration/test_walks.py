"""Cutting districts into walks: every door once, again without a write, and anew only where a street has changed."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import F

from campaign.audit.models import AuditEvent
from canvassing.electorate.models import Household, Street
from canvassing.walks.cut import CutReport, cut
from canvassing.walks.models import Purpose, Walk, WalkDoor
from tests.factories.canvassing import (
    AT,
    HOUR,
    AllocationFactory,
    BlockFactory,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    houses,
)
from tests.races import at_once


def cut_streets(*streets: Street, purpose: Purpose = Purpose.CANVASS) -> CutReport:
    return cut(district_ids={street.polling_district_id for street in streets}, purpose=purpose, at=AT)


def numbers_of(walk: Walk) -> list[str]:
    return list(walk.doors.order_by("position").values_list("household__label", flat=True))


def live_walks(street: Street) -> list[Walk]:
    return list(Walk.objects.live().filter(walk_streets__street=street).order_by("pk"))


@pytest.mark.django_db
def test_a_street_becomes_one_walk_in_walking_order() -> None:
    street = houses(6)[0].street
    report = cut_streets(street)
    (walk,) = live_walks(street)
    assert numbers_of(walk) == ["1", "3", "5", "6", "4", "2"]
    assert (walk.name, walk.door_count, walk.polling_district) == (street.name, 6, street.polling_district)
    assert report == CutReport(made=1, retired=0, streets_kept=0, doors=6)


@pytest.mark.django_db
def test_a_street_of_106_doors_becomes_two_walks_of_53() -> None:
    street = houses(106)[0].street
    cut_streets(street)
    walks = live_walks(street)
    assert [(walk.door_count, walk.name) for walk in walks] == [
        (53, f"{street.name}, part 1 of 2"),
        (53, f"{street.name}, part 2 of 2"),
    ]
    doors = WalkDoor.objects.filter(walk__in=walks)
    assert doors.count() == doors.values("household").distinct().count() == 106


@pytest.mark.django_db
def test_the_flats_of_a_block_are_one_after_another() -> None:
    street = StreetFactory()
    houses(4, street)
    block = BlockFactory(street=street)
    for number in (10, 2, 1):
        HouseholdFactory(flat=True, street=street, block=block, number=number, postcode="N1 9ZZ")
    cut_streets(street)
    assert numbers_of(live_walks(street)[0])[4:] == [f"Flat {number}, {block.name}" for number in (1, 2, 10)]


@pytest.mark.django_db
def test_doors_that_do_not_count_are_left_out() -> None:
    kept, _gone, merged = (
        HouseholdFactory(number=1),
        HouseholdFactory(number=2, nobody_left=True),
        HouseholdFactory(number=3),
    )
    Household.objects.exclude(pk=kept.pk).update(street=kept.street)
    Household.objects.filter(pk=merged.pk).update(merged_into=kept)
    cut_streets(kept.street)
    assert numbers_of(live_walks(kept.street)[0]) == ["1"]


@pytest.mark.django_db
def test_a_street_known_only_by_name_becomes_a_walk_without_doors() -> None:
    street = StreetFactory()
    assert cut_streets(street) == CutReport(made=1, retired=0, streets_kept=0, doors=0)
    assert live_walks(street)[0].door_count == 0
    assert cut_streets(street).made == 0


def rows_written() -> int:
    """Rows inserted, updated and deleted so far in this test's transaction, as PostgreSQL counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_cutting_twice_writes_nothing() -> None:
    street = houses(70)[0].street
    StreetFactory(polling_district=street.polling_district)
    cut_streets(street)
    before = rows_written()
    assert cut_streets(street) == CutReport(made=0, retired=0, streets_kept=2, doors=0)
    assert rows_written() == before
    assert AuditEvent.objects.filter(act="walks cut").count() == 1


@pytest.mark.django_db
def test_a_new_door_recuts_its_street_and_leaves_the_others_alone() -> None:
    street, other = (
        houses(3)[0].street,
        houses(4, StreetFactory())[0].street,
    )
    Street.objects.filter(pk=other.pk).update(polling_district=street.polling_district)
    cut_streets(street)
    (old,), (kept,) = live_walks(street), live_walks(other)
    HouseholdFactory(street=street, number=5)
    assert cut_streets(street) == CutReport(made=1, retired=1, streets_kept=1, doors=4)
    old.refresh_from_db()
    assert old.retired_at == AT
    assert not old.doors.filter(live=True).exists()
    assert numbers_of(live_walks(street)[0]) == ["1", "3", "5", "2"]
    assert live_walks(other) == [kept]


@pytest.mark.django_db
def test_a_walk_that_is_out_is_retired_and_its_allocation_runs_on() -> None:
    street = houses(3)[0].street
    cut_streets(street)
    allocation = AllocationFactory(walk=live_walks(street)[0])
    HouseholdFactory(street=street, number=5)
    cut_streets(street)
    allocation.refresh_from_db()
    assert allocation.stands(AT)
    assert allocation.held_doors.filter(released_at=None).count() == 3


@pytest.mark.django_db
def test_purposes_have_walks_of_their_own() -> None:
    street = houses(3)[0].street
    cut_streets(street)
    cut_streets(street, purpose=Purpose.LEAFLET)
    assert sorted(walk.purpose for walk in live_walks(street)) == ["canvass", "leaflet"]


@pytest.mark.django_db
def test_only_the_districts_named_are_cut() -> None:
    street, other = houses(2)[0].street, houses(2, StreetFactory())[0].street
    cut_streets(street)
    assert live_walks(other) == []


@pytest.mark.django_db
def test_the_statements_do_not_grow_with_the_streets(query_count: Callable[..., int]) -> None:
    one = houses(3)[0].street
    many = PollingDistrictFactory()
    for _ in range(8):
        houses(3, StreetFactory(polling_district=many))
    assert query_count(lambda: cut_streets(one)) == query_count(
        lambda: cut(district_ids=[many.pk], purpose=Purpose.CANVASS, at=AT)
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_organisers_who_cut_at_once_one_cuts_and_the_other_finds_it_done() -> None:
    for _ in range(5):
        street = houses(70)[0].street
        reports = at_once(*[lambda street=street: cut_streets(street)] * 2)
        assert sorted(report.made for report in reports) == [0, 2]
        assert WalkDoor.objects.filter(household__street=street).count() == 70


@pytest.mark.django_db(transaction=True)
def test_a_cut_of_several_districts_and_cuts_of_each_do_not_wait_for_each_other_in_a_circle() -> None:
    districts = [houses(3, StreetFactory())[0].street.polling_district_id for _ in range(4)]
    orders = [districts, districts[::-1], districts[2:], districts[:2]] * 3
    at_once(*[lambda ids=ids: cut(district_ids=ids, purpose=Purpose.CANVASS, at=AT + HOUR) for ids in orders])
    assert WalkDoor.objects.filter(live=True).count() == 12


@pytest.mark.django_db
def test_bug_a_door_that_moved_to_another_street_could_not_be_cut_again() -> None:
    """A register that draws a border anew sends doors to the street of another district, and their walk stays live."""
    first, second = houses(3)[0].street, houses(2)[0].street
    cut_streets(first, second)
    Household.objects.filter(street=first, label="3").update(street=second)
    cut_streets(second)
    assert [numbers_of(walk) for walk in live_walks(second)] == [["1", "3", "2"]]
    cut_streets(first)
    assert [numbers_of(walk) for walk in live_walks(first)] == [["1", "2"]]


@pytest.mark.django_db
def test_bug_a_street_that_moved_kept_its_walks_in_its_old_district() -> None:
    street = houses(3)[0].street
    cut_streets(street)
    street.polling_district = PollingDistrictFactory(constituency=street.polling_district.constituency)
    street.save()
    assert cut_streets(street).made == 1
    assert [walk.polling_district for walk in live_walks(street)] == [street.polling_district]
    assert cut_streets(street).made == 0


# Streets and doors that were moved by hand


@pytest.mark.django_db
def test_a_street_that_lies_in_another_district_now_is_cut_there() -> None:
    street = houses(3)[0].street
    cut_streets(street)
    (old,) = live_walks(street)
    Street.objects.filter(pk=street.pk).update(polling_district=PollingDistrictFactory())
    HouseholdFactory(street=Street.objects.get(pk=street.pk), number=5)
    street.refresh_from_db()
    assert cut_streets(street).retired == 1
    (new,) = live_walks(street)
    assert (new.polling_district, new.door_count) == (street.polling_district, 4)
    old.refresh_from_db()
    assert old.retired_at == AT


@pytest.mark.django_db
def test_a_door_moved_to_a_street_of_another_district_leaves_the_walk_it_was_in() -> None:
    (moved, *_), other = houses(3), houses(2, StreetFactory())[0].street
    cut_streets(moved.street, other)
    (left,) = live_walks(moved.street)
    Household.objects.filter(pk=moved.pk).update(street=other, address_key="MOVED")
    cut_streets(other)
    assert numbers_of(live_walks(other)[0]) == ["1", "1", "2"]
    assert left.doors.filter(live=True).count() == 2
    cut_streets(left.walk_streets.get().street)
    assert WalkDoor.objects.filter(live=True).count() == 5


@pytest.mark.django_db
def test_a_street_that_became_part_of_another_has_no_walk() -> None:
    part, whole = houses(2)[0].street, houses(2, StreetFactory())[0].street
    cut_streets(part, whole)
    Household.objects.filter(street=part).update(street=whole, address_key=F("id"))
    Street.objects.filter(pk=part.pk).update(merged_into=whole)
    assert cut_streets(part, whole) == CutReport(made=1, retired=2, streets_kept=0, doors=4)
    assert (live_walks(part), len(live_walks(whole))) == ([], 1)
    assert cut_streets(part, whole).made == 0
