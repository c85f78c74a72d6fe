"""Looking through the register: a street door by door, a door with its people, and what an organiser may not see."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from campaign.audit.models import AuditEvent
from canvassing.doorstep.models import Contact
from canvassing.electorate.models import AbsentVote, Household, Objection, Street
from canvassing.insight import street_doors
from tests.factories.campaign import CampaignDetailsFactory, ConstituencyFactory, WardFactory
from tests.factories.canvassing import (
    AllocationFactory,
    BlockFactory,
    ElectorFactory,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    houses,
    walk_of,
)
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people import roles
from volunteers.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    organiser: User = UserFactory(organiser=True)
    return organiser


@pytest.fixture
def organiser(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def street_at(street: Street) -> str:
    return reverse("canvassing:street", args=[street.pk])


def door_at(door: Household) -> str:
    return reverse("canvassing:door", args=[door.pk])


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def log(door: Household, **facts: object) -> Contact:
    """A contact as a phone sends it."""
    allocation = AllocationFactory(walk=walk_of(door))
    same = uuid4()
    usual = {
        "id": same, "root": same, "kind": "contact", "outcome": "answered", "constituency": door.constituency,
        "allocation": allocation, "volunteer": VolunteerFactory(given_name="Robin", family_name="Sparrow"),
        "household": door, "legal_mode": "tally", "device": uuid4(), "seq": 1, "said_at": now(),
        "skew": timedelta(0), "happened_at": now(), "received_at": now(), "content_hash": b"",
    }  # fmt: skip
    return Contact.objects.create(**usual | facts)


# A street


def test_a_street_shows_its_doors_in_walking_order(organiser: Client) -> None:
    street = StreetFactory(name="Thorne Park")
    doors = houses(4, street)
    HouseholdFactory(street=street, number=5, nobody_left=True)
    ElectorFactory.create_batch(2, household=doors[0])
    ElectorFactory(household=doors[0], gone=True)
    assert [place.pk for place in street_doors.walking_order(street)] == [doors[place].pk for place in (0, 2, 3, 1)]
    lines = street_doors.lines(street_doors.walking_order(street), at=now())
    assert [(line.label, line.people) for line in lines] == [("1", 2), ("3", 0), ("4", 0), ("2", 0)]
    page = text_of(organiser, street_at(street))
    assert "Thorne Park" in page
    assert "4 doors" in page
    assert door_at(doors[0]) in page


def test_flats_stand_under_their_block_and_under_their_house() -> None:
    street = StreetFactory()
    block = BlockFactory(street=street, name="Fern Court")
    for number in (1, 2):
        HouseholdFactory(street=street, number=number, flat=True, block=block)
    for label in ("Flat A, 7", "Flat B, 7"):
        HouseholdFactory(street=street, number=7, label=label, sort_key=label)
    lines = street_doors.lines(street_doors.walking_order(street), at=now())
    assert [line.starts for line in lines] == ["Number 7", "", "Fern Court", ""]


def test_a_door_says_what_happened_last_and_who_has_it(organiser: Client) -> None:
    street = StreetFactory()
    held = HouseholdFactory(street=street, number=1, tried=True)
    HouseholdFactory(street=street, number=3)
    holder = VolunteerFactory(given_name="Robin", family_name="Sparrow")
    out = {"started_at": now() - timedelta(hours=1), "expires_at": now() + timedelta(hours=1), "holder": holder}
    AllocationFactory(walk=walk_of(held), **out)
    first, second = street_doors.lines(street_doors.walking_order(street), at=now())
    assert (first.tried, first.last, [holder.in_words for holder in first.holders]) == (1, "No answer", ["Robin S"])
    assert (second.tried, second.last, second.holders) == (0, "", [])
    assert "Robin S" in text_of(organiser, street_at(street))


def test_a_lease_that_is_over_is_nobody_s(organiser: Client) -> None:
    door = HouseholdFactory()
    over = {"started_at": now() - timedelta(hours=3), "expires_at": now() - timedelta(hours=1)}
    AllocationFactory(walk=walk_of(door), **over)
    assert street_doors.lines(street_doors.walking_order(door.street), at=now())[0].holders == []


def test_a_street_page_names_nobody_on_the_register(organiser: Client) -> None:
    person = ElectorFactory(surname="Quillfeather")
    assert "Quillfeather" not in text_of(organiser, street_at(person.household.street))
    assert not AuditEvent.objects.filter(act="door looked at").exists()


def test_a_street_without_doors_says_so(organiser: Client) -> None:
    assert "No doors yet" in text_of(organiser, street_at(StreetFactory()))


def test_signposts_lead_to_what_they_became_part_of(organiser: Client) -> None:
    door = HouseholdFactory()
    gone = HouseholdFactory(merged_into=door)
    old = StreetFactory(merged_into=door.street)
    assert organiser.get(door_at(gone))["Location"] == door_at(door)
    assert organiser.get(street_at(old))["Location"] == street_at(door.street)


def test_a_street_of_500_doors_comes_in_pages_that_stay_small(organiser: Client) -> None:
    street = StreetFactory()
    walk_of(*houses(40, street))
    for number in range(41, 501):
        HouseholdFactory(street=street, number=number, label=f"Flat {number}, Long Name Apartments, 127", tried=True)
    first, last = organiser.get(street_at(street)), organiser.get(street_at(street) + "?page=5")
    assert max(len(first.content), len(last.content)) <= 60 * 1024
    assert "Page 1 of 5" in first.content.decode()


def test_thirty_doors_cost_as_many_statements_as_one(
    organiser: Client, query_count: Callable[[Callable[[], object]], int]
) -> None:
    one, street = houses(1)[0], StreetFactory()
    out = {"started_at": now() - timedelta(hours=1), "expires_at": now() + timedelta(hours=1)}
    AllocationFactory(walk=walk_of(one), **out)
    for door in houses(30, street, tried=True):
        ElectorFactory(household=door)
        AllocationFactory(walk=walk_of(door), **out)
    single = query_count(lambda: organiser.get(street_at(one.street)))
    assert query_count(lambda: organiser.get(street_at(street))) == single <= 12


# A door


def test_a_door_shows_its_people_and_the_trail_says_who_looked(organiser: Client, user: User) -> None:
    CampaignDetailsFactory(polling_day=date(2027, 5, 6))
    door = HouseholdFactory(street__name="Thorne Park", label="14A", tried=True)
    district = door.street.polling_district
    facts = {"household": door, "edition": date(2026, 12, 1)}
    postal = ElectorFactory(forename="Tess", surname="Adams", number="203", suffix="1", marker="G", **facts)
    AbsentVote.objects.create(elector=postal, kind=AbsentVote.Kind.POSTAL)
    ElectorFactory(forename="Ivo", surname="Young", attains_on=date(2027, 5, 7), **facts)
    ElectorFactory(forename="Ada", surname="Ready", attains_on=date(2027, 5, 6), **facts)
    ElectorFactory(forename="Per", surname="Peer", may_vote=False, **facts)
    ElectorFactory(forename="Una", surname="Gone", gone=True, **facts)
    page = text_of(organiser, door_at(door))
    for said in (
        "14A, Thorne Park", "Tess Adams", f"{district.code}-203/1", "Marker G", "Postal vote",
        "Cannot vote: reaches voting age on 7 May 2027", "No vote at this election", "1 who left the register",
        "Una Gone", street_at(door.street),
    ):  # fmt: skip
        assert said in page
    assert page.count("Cannot vote") == 1
    event = AuditEvent.objects.get(act="door looked at")
    assert (event.actor, event.subject, event.facts) == (f"user:{user.pk}", f"household:{door.pk}", {})


def test_a_door_shows_what_stands_of_what_was_logged(organiser: Client) -> None:
    person = ElectorFactory(forename="Tess", surname="Adams")
    door = person.household
    spoke = log(door, elector=person, opinions={}, happened_at=now() - timedelta(days=1))
    contact_walks_are_over()
    undone = log(door, outcome="refused")
    undo = {"kind": "void", "root": undone.pk, "id": uuid4(), "outcome": "", "allocation": undone.allocation, "seq": 2}
    log_again(undone, **undo)
    log(HouseholdFactory(merged_into=door), outcome="no_access", volunteer=None)
    page = text_of(organiser, door_at(door))
    assert "<strong>Answered</strong>: Tess Adams" in page
    assert "by Robin S" in page
    assert "Refused" not in page
    assert "Could not get to the door" in page
    assert "by somebody who has left" in page
    assert spoke.household == door


def log_again(of: Contact, **facts: object) -> Contact:
    """Another event of the same phone about the same door."""
    kept = {
        field.attname: getattr(of, field.attname) for field in Contact._meta.concrete_fields if field.attname != "id"
    }
    kept.pop("root"), kept.pop("allocation_id")
    return Contact.objects.create(**kept | facts)


def test_a_door_nobody_lives_at_and_nobody_knocked_at_says_so(organiser: Client) -> None:
    page = text_of(organiser, door_at(HouseholdFactory()))
    assert "Nobody is registered at this door now" in page
    assert "Nothing yet" in page
    assert "Not tried yet" in page


def test_thirty_people_and_contacts_cost_as_many_statements_as_one(
    organiser: Client, query_count: Callable[[Callable[[], object]], int]
) -> None:
    one, many = HouseholdFactory(), HouseholdFactory()
    for door, times in ((one, 1), (many, 30)):
        for _ in range(times):
            log(door, elector=ElectorFactory(household=door))
            contact_walks_are_over()
    single = query_count(lambda: organiser.get(door_at(one)))
    assert query_count(lambda: organiser.get(door_at(many))) == single <= 12
    assert len(organiser.get(door_at(many)).content) <= 60 * 1024


def contact_walks_are_over() -> None:
    """Let the same door be in a walk and in a hand again."""
    for contact in Contact.objects.all():
        contact.allocation.walk.doors.update(live=False)
        contact.allocation.held_doors.update(released_at=now())


# Buttons


def test_a_person_and_a_door_are_left_alone_and_that_is_undone(organiser: Client) -> None:
    person = ElectorFactory(forename="Tess", surname="Adams")
    door = person.household
    stop, again = (reverse(f"canvassing:{name}", args=[door.pk]) for name in ("no-contact", "contact-again"))
    assert "Kept." in organiser.post(stop, {"elector": person.pk}, follow=True).content.decode()
    assert "No contact, since" in text_of(organiser, door_at(door))
    organiser.post(stop)
    assert "It is in no walk" in text_of(organiser, door_at(door))
    assert "No contact" in text_of(organiser, street_at(door.street))
    organiser.post(again, {"elector": person.pk})
    assert "Taken back." in organiser.post(again, follow=True).content.decode()
    assert not Objection.objects.standing().exists()
    assert "No objection stands here" in organiser.post(again, follow=True).content.decode()


def test_somebody_of_another_door_cannot_be_named_there(organiser: Client) -> None:
    stop = reverse("canvassing:no-contact", args=[HouseholdFactory().pk])
    assert organiser.post(stop, {"elector": ElectorFactory().pk}).status_code == 404
    assert not Objection.objects.exists()


# Limited to wards


def test_an_organiser_limited_to_wards_finds_only_theirs(organiser: Client, user: User) -> None:
    area = ConstituencyFactory()
    mine, other = WardFactory(constituency=area), WardFactory(constituency=area)
    here, there, nowhere = (
        HouseholdFactory(street__polling_district=PollingDistrictFactory(constituency=area, ward=ward))
        for ward in (mine, other, None)
    )
    roles.limit(user=user, wards=[mine], actor=None, at=now())
    text_of(organiser, door_at(here))
    district = text_of(organiser, reverse("canvassing:district", args=[here.street.polling_district_id]))
    assert street_at(here.street) in district
    for door in (there, nowhere):
        assert organiser.get(door_at(door)).status_code == 404
        assert organiser.get(street_at(door.street)).status_code == 404
        assert organiser.post(reverse("canvassing:no-contact", args=[door.pk])).status_code == 404
        page = text_of(organiser, reverse("canvassing:district", args=[door.street.polling_district_id]))
        assert street_at(door.street) not in page


def test_a_volunteer_sees_no_door(client: Client) -> None:
    client.force_login(VolunteerFactory().user)
    assert client.get(door_at(HouseholdFactory())).status_code == 403
    assert not AuditEvent.objects.exists()
