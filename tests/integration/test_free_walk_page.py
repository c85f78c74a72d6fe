"""The page of a free walk: its doors in order, to whom it may go, and every refusal in plain words."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from campaign.access import Role
from canvassing.allocation.forms import NAMES_SHOWN, HandOutForm, on_the_quarter
from tests.factories.canvassing import (
    AT,
    HOUR,
    BlockFactory,
    ElectorFactory,
    HouseholdFactory,
    StreetFactory,
    houses,
    walk_along,
    walk_of,
)
from tests.factories.volunteers import RoleGrantFactory, UserFactory, VolunteerFactory
from tests.factories.walk_pages import address_of, in_hours, out, page, said

pytestmark = pytest.mark.django_db


class TestAFreeWalk:
    def test_its_doors_stand_in_walking_order_without_a_name(self, organiser) -> None:
        doors = houses(3)
        ElectorFactory(household=doors[0], surname="Unmistakable")
        shown = page(organiser, address_of(walk_of(doors[0], doors[2], doors[1])))
        assert [part.split("<")[0] for part in shown.split('class="door">')[1:]] == ["1", "3", "2"]
        assert "Unmistakable" not in shown

    def test_flats_stand_under_their_block(self, organiser) -> None:
        block = BlockFactory(name="Rowan Court")
        flats = [HouseholdFactory(flat=True, street=block.street, block=block, number=n) for n in (1, 2)]
        shown = page(organiser, address_of(walk_of(*flats)))
        assert "<strong>Rowan Court</strong>" in shown
        assert 'class="door">Flat 1</li>' in shown

    def test_it_is_handed_to_somebody_until_a_time(self, organiser) -> None:
        walk, amira = walk_of(*houses(3)), VolunteerFactory(given_name="Amira", family_name="Khan")
        shown = said(
            organiser, reverse("canvassing:hand-out", args=[walk.pk]), {"holder": amira.pk, "until": in_hours(4)}
        )
        allocation = walk.allocations.get()
        assert allocation.holder == amira
        assert allocation.handed_out_by is not None
        assert f"{allocation.expires_at:%Y-%m-%d %H:%M}" == f"{now() + 4 * HOUR:%Y-%m-%d %H:%M}"
        assert "is with Amira K now" in shown
        assert "0 of 3 doors tried" in shown

    def test_three_hours_are_proposed_on_the_quarter(self) -> None:
        form = HandOutForm(at=AT + timedelta(minutes=7, seconds=1))
        assert f"{form['until'].value():%H:%M}" == "21:15"
        assert on_the_quarter(AT) == AT

    def test_doors_left_out_are_named_with_who_has_them(self, organiser) -> None:
        doors = houses(4)
        out(walk_of(*doors[:2], retired=True), holder=VolunteerFactory(given_name="Amira", family_name="Khan"))
        walk, ben = walk_of(*doors[1:]), VolunteerFactory()
        assert "1 door with Amira K since" in page(organiser, address_of(walk))
        shown = said(
            organiser, reverse("canvassing:hand-out", args=[walk.pk]), {"holder": ben.pk, "until": in_hours(1)}
        )
        assert "1 door was left out" in shown
        assert "1 door with Amira K since" in shown
        assert "<p>2</p>" in shown
        assert "0 of 2 doors tried" in shown

    def test_a_walk_of_which_every_door_is_elsewhere_says_so_and_leads_there(self, organiser) -> None:
        block = BlockFactory()
        flats = [HouseholdFactory(flat=True, street=block.street, block=block, number=n) for n in (1, 2)]
        door = HouseholdFactory(street=block.street)
        there = out(walk_of(door, *flats, retired=True))
        walk = walk_of(*flats, HouseholdFactory(street=block.street, nobody_left=True))
        shown = page(organiser, address_of(walk))
        assert "No door is free now" in shown
        assert address_of(there.walk) in shown
        shown = said(
            organiser,
            reverse("canvassing:hand-out", args=[walk.pk]),
            {"holder": VolunteerFactory().pk, "until": in_hours(1)},
        )
        assert f"No door of {walk} is free now: 2 with" in shown

    def test_flats_left_out_are_named_with_their_block(self, organiser) -> None:
        block = BlockFactory(name="Rowan Court")
        flats = [HouseholdFactory(flat=True, street=block.street, block=block, number=n) for n in (1, 2)]
        out(walk_of(*flats, retired=True))
        assert "<p>Rowan Court: Flat 1, Flat 2</p>" in page(
            organiser, address_of(walk_of(HouseholdFactory(street=block.street), *flats))
        )

    def test_what_was_typed_stays_when_something_is_wrong(self, organiser) -> None:
        walk, amira = walk_of(*houses(2)), VolunteerFactory()
        address = reverse("canvassing:hand-out", args=[walk.pk])
        shown = said(organiser, address, {"holder": amira.pk, "until": "soon"})
        assert "Enter a valid date/time" in shown
        assert f'<option value="{amira.pk}" selected>' in shown
        shown = said(organiser, address, {"holder": amira.pk, "until": in_hours(-1)})
        assert "has already passed" in shown
        assert not walk.allocations.exists()

    def test_a_walk_that_somebody_took_meanwhile_is_refused_with_who_has_it(self, organiser) -> None:
        walk = walk_of(*houses(2))
        out(walk, holder=VolunteerFactory(given_name="Amira", family_name="Khan"))
        answer = organiser.post(
            reverse("canvassing:hand-out", args=[walk.pk]), {"holder": VolunteerFactory().pk, "until": in_hours(1)}
        )
        assert "already out: with Amira K since" in answer.content.decode()
        assert walk.allocations.count() == 1

    def test_only_people_who_may_open_a_walk_can_take_it(self, organiser) -> None:
        allowed = VolunteerFactory(given_name="Amira")
        teller = VolunteerFactory(given_name="Tilda", user=UserFactory(teller=True))
        gone = VolunteerFactory(given_name="Gordon", user=UserFactory(volunteer=True, is_active=False))
        nobody = VolunteerFactory(given_name="Norma", user=None)
        walk = walk_of(*houses(2))
        shown = page(organiser, address_of(walk))
        assert [name for name in ("Amira", "Tilda", "Gordon", "Norma") if name in shown] == ["Amira"]
        for person in (teller, gone, nobody):
            said(organiser, reverse("canvassing:hand-out", args=[walk.pk]), {"holder": person.pk, "until": in_hours(1)})
        assert not walk.allocations.exists()
        RoleGrantFactory(user=allowed.user, role=Role.ORGANISER)
        assert page(organiser, address_of(walk)).count("Amira") == 1

    def test_somebody_who_has_a_walk_is_marked(self, organiser) -> None:
        out(walk_of(*houses(2)), holder=VolunteerFactory(given_name="Amira", family_name="Khan"))
        assert "Amira Khan (has a walk already)" in page(organiser, address_of(walk_of(*houses(2))))

    def test_a_long_list_of_names_is_searched(self, organiser) -> None:
        walk, amira = walk_of(*houses(2)), VolunteerFactory(given_name="Zara", family_name="Khan")
        assert "Find somebody" not in page(organiser, address_of(walk))
        VolunteerFactory.create_batch(NAMES_SHOWN)
        shown = page(organiser, address_of(walk))
        assert "Find somebody" in shown
        assert "Zara Khan" not in shown
        give = reverse("canvassing:hand-out", args=[walk.pk])
        shown = said(organiser, give, {"who": "khan zar", "find": "1"})
        assert "Zara Khan" in shown
        shown = said(
            organiser, reverse("canvassing:hand-out", args=[walk.pk]), {"holder": amira.pk, "until": in_hours(1)}
        )
        assert "is with Zara K now" in shown

    def test_what_cannot_be_a_name_or_a_key_is_answered_as_a_form__it_was_an_error_page(self, organiser) -> None:
        walk = walk_of(*houses(2))
        give = reverse("canvassing:hand-out", args=[walk.pk])
        assert "Hand it out" in said(organiser, give, {"who": "\0", "find": "1"})
        assert "Select a valid choice" in said(organiser, give, {"holder": "9" * 5000, "until": in_hours(1)})

    def test_a_walk_that_was_cut_anew_leads_to_those_that_replaced_it(self, organiser) -> None:
        walk = walk_of(*houses(2), retired=True)
        shown = page(organiser, address_of(walk))
        assert "it was cut into other walks since" in shown
        assert reverse("canvassing:hand-out", args=[walk.pk]) not in shown

    def test_a_street_without_doors_says_how_its_doors_are_found(self, organiser) -> None:
        assert "known by its name only" in page(organiser, address_of(walk_along(StreetFactory())))

    def test_a_walk_that_does_not_exist_is_not_found(self, organiser) -> None:
        assert organiser.get(reverse("canvassing:walk", args=[0])).status_code == 404
        assert organiser.post(reverse("canvassing:hand-out", args=[0])).status_code == 404
