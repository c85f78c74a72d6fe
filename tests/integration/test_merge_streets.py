"""Two streets become one: doors of the same address are one, walks and hands go along, signposts stay."""

import pytest

from campaign.acts.by_hand import DoorError
from campaign.acts.merge_doors import merge_doors
from campaign.acts.streets import merge_streets
from campaign.audit.models import AuditEvent
from canvassing.allocation.models import HeldDoor
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import Elector, Household, Street
from canvassing.progress.models import HouseholdState
from canvassing.walks.models import Walk, WalkDoor
from tests.factories.canvassing import (
    AT,
    AllocationFactory,
    BlockFactory,
    ElectorFactory,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    walk_of,
)
from tests.factories.doorstep import homes, phone_on, statuses, totals
from tests.factories.streets import cut_all, doors_of, merge, street_of
from tests.factories.volunteers import VolunteerFactory
from tests.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_doors_of_the_same_address_become_one_and_the_others_go_over() -> None:
    keep = street_of(2, "High Street")
    other = street_of(3, "High St", keep.polling_district)
    phone = phone_on(*other.households.all())
    phone.send(*(phone.contact(door) for door in other.households.all()))
    merge(keep, other)
    assert (doors_of(keep), doors_of(other), other.merged_into) == (["1", "2", "3"], [], keep)
    assert Elector.objects.filter(household__street=keep).count() == 5
    assert totals(keep.polling_district) == {"doors": 3, "electors": 5, "attempts": 3, "doors_tried": 3}
    assert statuses(phone.send(*(phone.contact(hold.household) for hold in HeldDoor.objects.filter(
        allocation=phone.allocation).order_by("pk")))) == ["accepted"] * 5  # fmt: skip
    assert differences() == []


def test_blocks_of_flats_go_along() -> None:
    keep = street_of(1, "High Street")
    other = StreetFactory(polling_district=keep.polling_district)
    block = BlockFactory(street=other, name="Test Court", name_key="testcourt")
    flat = HouseholdFactory(flat=True, street=other, block=block, number=9)
    merge(keep, other)
    flat.refresh_from_db()
    assert (flat.street, flat.block.street, flat.block.name) == (keep, keep, "Test Court")


def test_walks_of_both_are_cut_as_one_and_a_street_of_another_district_goes_over() -> None:
    keep = street_of(2, "High Street")
    district = PollingDistrictFactory(constituency=keep.polling_district.constituency)
    other = StreetFactory(polling_district=district, name="High St")
    homes(2, street=other)
    Household.objects.filter(street=other, label="2").update(label="4", address_key="4", sort_key="000004")
    Household.objects.filter(street=other).update(constituency=keep.polling_district.constituency)
    cut_all(keep, other)
    merge(keep, other)
    cut_all(keep)
    walk = Walk.objects.live().get()
    assert (walk.polling_district, walk.door_count) == (keep.polling_district, 3)
    assert WalkDoor.objects.filter(live=True).count() == 3
    assert totals(district) == {"electors": 2}, "people count where their number does"
    assert differences() == []


def test_one_street_twice_and_streets_that_are_part_of_others_are_refused() -> None:
    keep, other = street_of(1, "High Street"), street_of(1, "Other Street")
    with pytest.raises(DoorError, match="two different"):
        merge(keep, keep)
    with pytest.raises(DoorError, match="two constituencies"):
        merge(keep, other)
    third = street_of(1, "High St", keep.polling_district)
    merge(keep, third)
    merge(keep, third)
    with pytest.raises(DoorError, match="already"):
        merge(third, other)
    assert AuditEvent.objects.filter(act="streets merged").count() == 1


def test_nothing_is_merged_while_two_people_hold_doors_of_one_address() -> None:
    keep = street_of(2, "High Street")
    other = street_of(2, "High St", keep.polling_district)
    for name, street in (("Anna", keep), ("Ben", other)):
        AllocationFactory(walk=walk_of(*street.households.all()), holder=VolunteerFactory(given_name=name))
    with pytest.raises(DoorError, match=r"with Anna.*with Ben"):
        merge(keep, other)
    other.refresh_from_db()
    assert (other.merged_into, len(doors_of(other))) == (None, 2)
    assert HeldDoor.objects.filter(released_at=None).count() == 4


def test_pointers_of_streets_are_one_step_long() -> None:
    first = street_of(1, "High Street")
    second, third = (street_of(1, name, first.polling_district) for name in ("High St", "Hi Street"))
    merge(second, third)
    merge(first, second)
    assert set(Street.objects.filter(merged_into=first)) == {second, third}
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_of_streets_in_opposite_directions_one_wins() -> None:
    one = street_of(4, "High Street")
    other = street_of(4, "High St", one.polling_district)

    def attempt(keep: Street, gone: Street) -> str:
        try:
            merge_streets(keep=keep, other=gone, by=None, at=AT)
        except DoorError:
            return "refused"
        return "done"

    assert sorted(at_once(lambda: attempt(one, other), lambda: attempt(other, one))) == ["done", "refused"]
    assert HouseholdState.objects.filter(standing=True).count() == 4
    assert differences() == []


def test_a_door_that_stays_in_one_pair_and_goes_in_another_takes_both_along() -> None:
    keep = street_of(1, "High Street")
    other = StreetFactory(polling_district=keep.polling_district)
    stays = keep.households.get()
    first, second = (HouseholdFactory(street=other, number=number) for number in (1, 2))
    HouseholdFactory(street=keep, number=2, merged_into=first, nobody_left=True)
    for door in (first, second):
        ElectorFactory(household=door)
    allocation = AllocationFactory(walk=walk_of(second))
    merge(keep, other)
    assert set(Household.objects.filter(merged_into=stays).values_list("pk", flat=True)) >= {first.pk, second.pk}
    assert HeldDoor.objects.get(released_at=None).household == stays
    assert HeldDoor.objects.filter(allocation=allocation, household=second).exists()
    assert differences() == []


def test_where_one_door_of_two_streets_leads_to_the_other_both_are_one() -> None:
    keep = street_of(1, "High Street")
    other = street_of(1, "High St", keep.polling_district)
    door, printed = other.households.get(), keep.households.get()
    merge_doors(keep=door, other=printed, by=None, at=AT)
    merge(keep, other)
    door.refresh_from_db()
    assert (door.street, doors_of(keep), differences()) == (keep, ["1"], [])


def test_a_point_on_the_map_is_filled_in_and_never_overwritten() -> None:
    keep = street_of(1, "High Street")
    for name, latitude in (("High St", 51.5), ("Hi Street", 51.6)):
        other = street_of(1, name, keep.polling_district)
        Street.objects.filter(pk=other.pk).update(latitude=latitude, longitude=-0.1)
        merge(keep, other)
    assert keep.latitude == 51.5
