"""Streets by hand: added, renamed, split, moved to another district; doors go along, signposts stay."""

import pytest

from campaign.acts.by_hand import DoorError
from campaign.acts.move_door import move_door
from campaign.acts.streets import add_street, merge_streets, move_street, rename_street, split_street
from campaign.audit.models import AuditEvent
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import Household, Street
from canvassing.walks.models import Walk, WalkDoor
from tests.factories.canvassing import AT, AllocationFactory, PollingDistrictFactory, StreetFactory, houses, walk_of
from tests.factories.doorstep import Phone, phone_of, statuses, totals
from tests.factories.streets import cut_all, doors_of, merge, street_of
from tests.factories.volunteers import VolunteerFactory
from tests.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# Adding


def test_a_street_is_added_once() -> None:
    district = PollingDistrictFactory()
    added = add_street(district=district, name="  new ROAD ", by=None, at=AT)
    again = add_street(district=district, name="New Rd", by=None, at=AT)
    assert (added.street.origin, added.made, again.street, again.made) == ("hand", True, added.street, False)
    assert AuditEvent.objects.filter(act="street added").count() == 1


@pytest.mark.parametrize(("name", "why"), [("", "Type the name"), ("- -", "Type the name"), ("x" * 121, "at most 120")])
def test_a_name_that_is_none_is_refused(name: str, why: str) -> None:
    with pytest.raises(DoorError, match=why):
        add_street(district=PollingDistrictFactory(), name=name, by=None, at=AT)


# Renaming


def test_a_renamed_street_leaves_a_signpost_and_its_walks_are_renamed() -> None:
    street = street_of(2, "Old Lane")
    cut_all(street)
    renamed = rename_street(street=street, name="New Lane", by=None, at=AT)
    assert (renamed.pk, renamed.name, renamed.name_key) == (street.pk, "New Lane", "newlane")
    signpost = Street.objects.get(merged_into=street)
    assert (signpost.name, signpost.name_key, signpost.polling_district) == (
        "Old Lane", "oldlane", street.polling_district,
    )  # fmt: skip
    assert Walk.objects.live().get().name == "New Lane"
    cut_all(street)
    assert Walk.objects.live().count() == 1


def test_a_street_renamed_there_and_back_is_what_it_was() -> None:
    street = street_of(1, "Old Lane")
    rename_street(street=street, name="New Lane", by=None, at=AT)
    again = rename_street(street=street, name="Old Lane", by=None, at=AT)
    assert (again.name_key, Street.objects.get(merged_into=street).name_key) == ("oldlane", "newlane")


def test_another_spelling_leaves_no_signpost() -> None:
    street = street_of(1, "St Marys Road")
    Street.objects.filter(pk=street.pk).update(name_key="stmarysroad")
    assert rename_street(street=street, name="St Mary's Road", by=None, at=AT).name == "St Mary's Road"
    assert not Street.objects.filter(merged_into=street).exists()


def test_the_name_of_another_street_is_refused() -> None:
    street = street_of(1, "Old Lane")
    street_of(1, "New Lane", street.polling_district)
    with pytest.raises(DoorError, match="of that name in this polling district already"):
        rename_street(street=street, name="New Lane", by=None, at=AT)
    street.refresh_from_db()
    assert street.name == "Old Lane"


def test_a_walk_with_a_name_of_its_own_keeps_it() -> None:
    street = street_of(1, "Old Lane")
    walk = walk_of(*street.households.all(), name="Round the green")
    rename_street(street=street, name="New Lane", by=None, at=AT)
    walk.refresh_from_db()
    assert walk.name == "Round the green"


# Splitting


def test_some_doors_become_a_street_of_their_own_and_each_leaves_a_signpost() -> None:
    street = street_of(4, "High Street")
    chosen = list(street.households.filter(label__in=["3", "4"]))
    new = split_street(street=street, name="High Street North", doors=chosen, by=None, at=AT)
    assert (doors_of(street), doors_of(new)) == (["1", "2"], ["3", "4"])
    signposts = Household.objects.filter(street=street, merged_into__in=chosen)
    assert set(signposts.values_list("address_key", "merged_into__address_key")) == {("3", "3"), ("4", "4")}
    assert differences() == []
    merge(street, new)
    assert doors_of(street) == ["1", "2", "3", "4"]
    assert {door.pk for door in chosen} <= set(street.households.filter(merged_into=None).values_list("pk", flat=True))
    assert differences() == []


def test_no_door_a_door_of_another_street_and_the_streets_own_name_are_refused() -> None:
    street, other = street_of(2, "High Street"), street_of(1, "Other Street")
    for name, doors, why in [
        ("North Street", [], "Choose the doors"),
        ("North Street", list(other.households.all()), "Choose the doors"),
        ("High Street", list(street.households.all()), "the same street"),
    ]:
        with pytest.raises(DoorError, match=why):
            split_street(street=street, name=name, doors=doors, by=None, at=AT)
    assert len(doors_of(street)) == 2


# Moving to another polling district


def test_a_moved_street_keeps_its_row_and_takes_figures_and_walks_along() -> None:
    street = street_of(2, "High Street")
    left = street.polling_district
    there = PollingDistrictFactory(constituency=left.constituency)
    cut_all(street)
    moved = move_street(street=street, district=there, by=None, at=AT)
    assert (moved.pk, moved.polling_district) == (street.pk, there)
    signpost = Street.objects.get(merged_into=street)
    assert (signpost.polling_district, signpost.name_key) == (left, "highstreet")
    assert (totals(left), totals(there)) == ({"electors": 2}, {"doors": 2})
    assert Walk.objects.live().get().polling_district == there
    cut_all(moved)
    assert WalkDoor.objects.filter(live=True).count() == 2
    assert differences() == []


def test_where_one_of_its_name_is_known_there_the_two_become_one() -> None:
    street = street_of(2, "High Street")
    there = PollingDistrictFactory(constituency=street.polling_district.constituency)
    known = StreetFactory(polling_district=there, name="High Street", name_key="highstreet")
    assert move_street(street=street, district=there, by=None, at=AT) == known
    street.refresh_from_db()
    assert (street.merged_into, doors_of(known)) == (known, ["1", "2"])
    assert move_street(street=known, district=there, by=None, at=AT) == known
    assert differences() == []


def test_a_district_of_another_constituency_is_refused() -> None:
    with pytest.raises(DoorError, match="another constituency"):
        move_street(street=houses(1)[0].street, district=PollingDistrictFactory(), by=None, at=AT)


# Everything at once


@pytest.mark.django_db(transaction=True)
def test_changes_by_hand_cuts_and_phones_at_once_make_no_error_and_lose_nothing() -> None:
    street = street_of(12, "High Street")
    other = street_of(6, "High St", street.polling_district)
    doors = list(Household.objects.filter(street__in=[street, other]).order_by("pk"))
    walks = [walk_of(*street.households.all()), walk_of(*other.households.all())]
    anna = VolunteerFactory()
    phones = [phone_of(out) for walk in walks for out in [AllocationFactory(walk=walk, holder=anna)] * 2]

    def send(mine: Phone, turn: int) -> set[str]:
        held = [hold.household for hold in mine.allocation.held_doors.select_related("household").order_by("pk")]
        typed = {"street": f"s{held[0].street_id}", "label": f"{90 + turn}"}
        batch = [mine.contact(door) for door in (held if turn % 2 else held[::-1])]
        return {status for _ in range(4) for status in statuses(mine.send(*batch[:6], mine.contact(typed)))} | {
            status for event in batch[6:] for status in statuses(mine.send(event))
        }

    def by_hand() -> set[str]:
        rename_street(street=street, name="Higher Street", by=None, at=AT)
        for door in doors[:4]:
            move_door(door=door, street=door.street, label=f"{door.label}Z", by=None, at=AT)
        merge_streets(keep=street, other=other, by=None, at=AT)
        split_street(street=street, name="North Street", doors=doors[8:12], by=None, at=AT)
        return set()

    def cut_again() -> set[str]:
        for _ in range(4):
            cut_all(street)
        return set()

    results = at_once(
        by_hand, cut_again, *[lambda one=one, turn=turn: send(one, turn) for turn, one in enumerate(phones)]
    )
    assert set().union(*results) == {"accepted"}
    assert not Household.objects.filter(merged_into__merged_into__isnull=False).exists()
    assert not Household.objects.filter(street__merged_into__isnull=False, state__standing=True).exists()
    cut_all(street)
    standing = Household.objects.standing().count()
    assert WalkDoor.objects.filter(live=True).count() == standing
    assert differences() == []
