"""Two doors that are one become one: people, walk and hold go over, phones go on, and nothing logged is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q

from campaign.acts.by_hand import DoorError
from campaign.acts.merge_doors import join, make_ready, merge_doors
from campaign.audit.models import AuditEvent
from canvassing.allocation import hand_back
from canvassing.allocation.hand_out import HandOutError, hand_out
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.doorstep import rebuild
from canvassing.doorstep.models import Contact
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import Elector, Household
from canvassing.progress.models import ElectorState, HouseholdState
from canvassing.register import locks
from canvassing.walks.models import Purpose, WalkDoor
from tests.factories.canvassing import AT, HOUR, AllocationFactory, ElectorFactory, walk_of
from tests.factories.doorstep import Clock, homes, phone_of, phone_on, phone_on_homes, statuses, totals
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once
from volunteers.people.models import Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def one_door(keep: Household, other: Household) -> None:
    merge_doors(keep=keep, other=other, by=UserFactory(organiser=True), at=AT)
    for door in (keep, other):
        door.refresh_from_db()


def held_by(door: Household, purpose: str = Purpose.CANVASS) -> Allocation | None:
    hold = HeldDoor.objects.filter(household=door, purpose=purpose, released_at=None).select_related("allocation")
    return next((row.allocation for row in hold), None)


def in_hands_of(name: str, *doors: Household, **facts: Any) -> Allocation:
    return AllocationFactory(walk=walk_of(*doors), holder=VolunteerFactory(given_name=name), **facts)


def test_what_was_logged_at_both_counts_at_the_one_that_stays() -> None:
    phone, (keep, other, _) = phone_on_homes()
    person = other.electors.get()
    phone.send(phone.contact(keep), phone.contact(other, "answered", person=person))
    one_door(keep, other)
    assert other.merged_into == keep
    state = HouseholdState.objects.get(household=keep)
    assert (state.attempts, state.answers, state.last_outcome) == (2, 1, "answered")
    assert not HouseholdState.objects.get(household=other).standing
    assert set(Contact.objects.values_list("household", flat=True)) == {keep.pk, other.pk}, "contacts stay as logged"
    assert totals(keep.street.polling_district) == {
        "doors": 2, "electors": 3, "attempts": 2, "doors_tried": 1, "doors_answered": 1, "electors_reached": 1,
    }  # fmt: skip
    assert differences() == []
    assert AuditEvent.objects.get(act="doors merged").facts == {"merged": other.pk}


def test_people_live_at_the_door_that_stays_and_what_it_lacked_is_filled_in() -> None:
    keep, other, _ = homes(3)
    Household.objects.filter(pk=keep.pk).update(postcode="", origin="hand")
    Household.objects.filter(pk=other.pk).update(uprn="100")
    one_door(keep, other)
    assert Elector.objects.filter(household=keep).count() == 2
    assert (keep.postcode, keep.uprn, keep.origin) == ("N1 1AA", "100", "hand")
    assert differences() == []


def test_a_door_that_somebody_saw_goes_on_standing_when_nobody_is_registered_there() -> None:
    keep, other, _ = homes(3)
    Elector.objects.filter(household__in=[keep, other]).update(gone_at=AT)
    Household.objects.filter(pk=other.pk).update(origin="door")
    one_door(keep, other)
    assert keep.state.standing
    assert differences() == []


def test_a_chain_of_merges_is_one_step_long() -> None:
    first, second, third = homes(3)
    one_door(second, third)
    one_door(first, second)
    assert set(Household.objects.filter(merged_into=first)) == {second, third}
    assert HouseholdState.objects.filter(standing=True).count() == 1
    assert differences() == []


def test_twice_changes_nothing() -> None:
    keep, other, _ = homes(3)
    one_door(keep, other)
    one_door(keep, other)
    assert AuditEvent.objects.filter(act="doors merged").count() == 1


def test_one_door_twice_and_doors_that_are_part_of_others_are_refused() -> None:
    keep, other, third = homes(3)
    with pytest.raises(DoorError, match="two different"):
        one_door(keep, keep)
    one_door(keep, other)
    for pair in ((other, third), (third, other), (other, keep)):
        with pytest.raises(DoorError, match="already"):
            one_door(*pair)
    with pytest.raises(DoorError, match="two constituencies"):
        one_door(keep, homes(1)[0])


@pytest.mark.django_db(transaction=True)
def test_while_a_register_is_brought_in_it_is_refused() -> None:
    keep, other = homes(2)

    def merge() -> str:
        try:
            one_door(keep, other)
        except DoorError as error:
            return str(error)
        return "done"

    with transaction.atomic():
        assert locks.take(locks.ALL_IMPORTS)
        assert at_once(merge) == ["A register is being brought in just now. Try again when that has ended."]
    assert at_once(merge) == ["done"]


# Walks and hands


def test_the_place_in_the_walk_goes_over() -> None:
    keep, other, _ = homes(3)
    walk = walk_of(other)
    one_door(keep, other)
    assert list(walk.doors.filter(live=True).values_list("household", flat=True)) == [keep.pk]


def test_a_door_that_has_a_place_keeps_it_and_the_others_falls() -> None:
    keep, other, _ = homes(3)
    walk_of(keep), walk_of(other)
    one_door(keep, other)
    assert list(WalkDoor.objects.filter(live=True).values_list("household", flat=True)) == [keep.pk]


def test_the_hold_goes_over() -> None:
    keep, other, _ = homes(3)
    allocation = in_hands_of("Anna", other)
    one_door(keep, other)
    assert (held_by(keep), held_by(other)) == (allocation, None)
    hand_back.hand_back(allocation=allocation, at=AT)
    assert held_by(keep) is None


def test_two_people_who_hold_the_two_are_named_until_one_is_back() -> None:
    keep, other, _ = homes(3)
    in_hands_of("Anna", keep)
    theirs = in_hands_of("Ben", other)
    with pytest.raises(DoorError, match=r"with Anna.*, the other with Ben") as refused:
        one_door(keep, other)
    assert "become one as soon as one of the two walks is back" in str(refused.value)
    assert (held_by(other), other.merged_into) == (theirs, None)
    hand_back.hand_back(allocation=theirs, at=AT)
    one_door(keep, other)
    assert other.merged_into == keep


def test_one_person_may_hold_both_and_two_people_for_two_purposes() -> None:
    keep, other, third, fourth = homes(4)
    anna = in_hands_of("Anna", keep)
    AllocationFactory(walk=walk_of(other), holder=anna.holder)
    one_door(keep, other)
    assert held_by(keep) == anna
    in_hands_of("Ben", third)
    leaflets = AllocationFactory(walk=walk_of(fourth, purpose=Purpose.LEAFLET))
    one_door(third, fourth)
    assert held_by(third, Purpose.LEAFLET) == leaflets


def test_a_lease_that_is_over_holds_nothing() -> None:
    keep, other, _ = homes(3)
    in_hands_of("Anna", keep)
    over = in_hands_of("Ben", other, run_out=True)
    one_door(keep, other)
    over.refresh_from_db()
    assert over.end == "expired"


def test_a_door_that_was_held_before_in_the_same_hands_is_held_again() -> None:
    keep, other, _ = homes(3)
    allocation = in_hands_of("Anna", other)
    HeldDoor.objects.create(allocation=allocation, household=keep, purpose=Purpose.CANVASS, released_at=AT)
    one_door(keep, other)
    assert held_by(keep) == allocation


def test_a_hold_that_a_phone_takes_between_is_not_left_behind() -> None:
    keep, other, _ = homes(3)
    make_ready(doors={keep.pk, other.pk}, pairs=[(keep, other)], at=AT)
    in_hands_of("Anna", other)
    with pytest.raises(DoorError, match="A phone has taken one of the doors this moment"):
        join(keep=keep, other=other)


# Phones


def test_a_phone_that_lists_the_merged_door_goes_on_and_the_one_that_stays_gets_it() -> None:
    keep, other, _ = homes(3)
    phone = phone_on(other)
    person = other.electors.get()
    first = phone.contact(other, "no_answer")
    phone.send(first)
    one_door(keep, other)
    answer = phone.send(phone.contact(other, "answered", person=person), phone.void(first))
    assert statuses(answer) == ["accepted", "accepted"]
    state = HouseholdState.objects.get(household=keep)
    assert (state.attempts, state.last_outcome) == (1, "answered")
    assert ElectorState.objects.get(elector=person).conversations == 1
    assert differences() == []


def test_a_phone_that_asks_again_lists_the_door_that_stays_with_everybody() -> None:
    keep, other, _ = homes(3)
    phone = phone_on(other)
    second = phone_of(phone.allocation)
    one_door(keep, other)
    (door,) = phone.get("walk").json()["doors"]
    assert (door["id"], len(door["people"])) == (f"d{keep.pk}", 2)
    phone.send(phone.contact(other))
    assert [event["door"] for event in second.get("changes").json()["events"]] == [f"d{keep.pk}"]


# Races


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_in_opposite_directions_one_wins() -> None:
    for _ in range(4):
        one, other, _third = homes(3)

        def merge(keep: Household, gone: Household) -> str:
            try:
                merge_doors(keep=keep, other=gone, by=None, at=AT)
            except DoorError as error:
                return str(error)
            return "done"

        results = at_once(lambda a=one, b=other: merge(a, b), lambda a=one, b=other: merge(b, a))
        assert sorted(results) == ["One of the two has become part of another door already.", "done"]
        assert Household.objects.filter(pk__in=[one.pk, other.pk], merged_into=None).count() == 1
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_a_merge_while_both_walks_are_handed_out_leaves_no_door_in_two_hands() -> None:
    for _ in range(5):
        keep, other, third = homes(3)
        walks = [walk_of(keep, third), walk_of(other)]
        people = [VolunteerFactory(), VolunteerFactory()]

        def give(walk: Any, holder: Volunteer) -> str:
            try:
                hand_out(walk=walk, holder=holder, by=None, until=AT + HOUR, at=AT)
            except HandOutError:
                return "refused"
            return "out"

        def merge(keep: Household, other: Household) -> str:
            try:
                merge_doors(keep=keep, other=other, by=None, at=AT)
            except DoorError:
                return "refused"
            return "merged"

        result = at_once(
            lambda k=keep, o=other: merge(k, o),
            *[lambda w=walk, p=person: give(w, p) for walk, person in zip(walks, people, strict=True)],
        )
        other.refresh_from_db()
        assert (result[0] == "merged") == (other.merged_into_id is not None)
        on_signposts = HeldDoor.objects.filter(Q(household__merged_into__isnull=False), released_at=None)
        assert not on_signposts.exists()
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_merges_while_phones_send_lose_no_contact_and_make_no_error() -> None:
    doors = homes(16)
    phone = phone_on(*doors)
    phones = [phone_of(phone.allocation) for _ in range(4)]
    people = {door.pk: ElectorFactory(household=door) for door in doors}

    def send(mine: Any, turn: int) -> set[str]:
        order = doors if turn % 2 else doors[::-1]
        seen: set[str] = set()
        for _ in range(4):
            answer = mine.send(*(mine.contact(door, "answered", person=people[door.pk]) for door in order))
            seen |= set(statuses(answer))
        return seen

    def merge() -> set[str]:
        for keep, other in zip(doors[::2], doors[1::2], strict=True):
            merge_doors(keep=keep, other=other, by=None, at=AT + timedelta(minutes=1))
        return set()

    rebuild.rebuild(at=AT)
    results = at_once(merge, *[lambda one=one, turn=turn: send(one, turn) for turn, one in enumerate(phones)])
    assert set().union(*results) == {"accepted"}
    assert Contact.objects.count() == 4 * 4 * 16
    assert HouseholdState.objects.filter(standing=True).count() == 8
    assert {state.attempts for state in HouseholdState.objects.filter(standing=True)} == {32}
    assert differences() == []
