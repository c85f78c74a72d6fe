"""The organiser's pages of walks: what stands on them, what each button does, and every refusal in plain words."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime, now

from campaign.access import Role
from canvassing.allocation.forms import NAMES_SHOWN, HandOutForm, on_the_quarter
from canvassing.allocation.models import Allocation, WalkCode
from canvassing.progress.deltas import settle
from canvassing.walks.models import Walk
from tests.factories.canvassing import (
    AT,
    HOUR,
    AllocationFactory,
    BlockFactory,
    ElectorFactory,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    WardFactory,
    houses,
    walk_along,
    walk_of,
)
from tests.factories.volunteers import RoleGrantFactory, UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db
BOARD = "/organise/walks/"
MOST_STATEMENTS = 12
MOST_BYTES = 60_000


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory(organiser=True))
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert len(answer.content) <= MOST_BYTES
    return answer.content.decode()


def said(client: Client, address: str, data: dict[str, object] | None = None) -> str:
    """What stands on the page a POST leads to."""
    answer = client.post(address, data or {}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def address_of(walk: Walk) -> str:
    return reverse("canvassing:walk", args=[walk.pk])


def out(walk: Walk, **facts) -> Allocation:
    return AllocationFactory(**{"walk": walk, "started_at": now() - HOUR, "expires_at": now() + HOUR} | facts)


def in_hours(hours: int) -> str:
    return f"{localtime(now() + hours * HOUR):%Y-%m-%dT%H:%M}"


class TestTheBoard:
    def test_it_shows_each_district_under_its_ward_with_doors_walks_and_what_is_out(self, organiser) -> None:
        district = PollingDistrictFactory(code="AA", ward=WardFactory(name="Alderbrook"))
        doors = houses(3, StreetFactory(polling_district=district))
        settle(districts=[district.pk], day=AT.date())
        out(walk_of(*doors))
        walk_along(StreetFactory(polling_district=district))
        shown = page(organiser, BOARD)
        assert "Alderbrook" in shown
        for label, count in [("Doors", 3), ("Walks", 2)]:
            assert f'data-label="{label}">{count}<' in shown
        assert f'data-label="Out now"><a href="?district={district.pk}&amp;show=out">1</a>' in shown

    def test_a_district_without_a_ward_stands_under_no_ward_yet_and_leads_to_where_it_is_set(self, organiser) -> None:
        district = PollingDistrictFactory()
        shown = page(organiser, BOARD)
        assert "No ward yet" in shown
        assert reverse("canvassing:district", args=[district.pk]) in shown

    def test_a_district_without_walks_can_be_cut_there(self, organiser) -> None:
        district = houses(3)[0].street.polling_district
        assert f'value="{district.pk}">Cut into walks' in page(organiser, BOARD)
        shown = said(organiser, reverse("canvassing:cut-walks"), {"district": district.pk})
        assert "1 walks made with 3 doors" in shown
        assert f"Walks of {district.code}" in shown
        assert "Cut into walks" not in page(organiser, BOARD)

    def test_every_district_is_cut_at_once(self, organiser) -> None:
        houses(2), houses(2)
        said(organiser, reverse("canvassing:cut-walks"))
        assert Walk.objects.count() == 2
        assert "Nothing to cut anew" in said(organiser, reverse("canvassing:cut-walks"))

    def test_a_district_that_does_not_exist_is_not_cut(self, organiser) -> None:
        houses(2)
        assert "not here any more" in said(organiser, reverse("canvassing:cut-walks"), {"district": 0})
        assert not Walk.objects.exists()

    def test_without_a_register_it_says_what_comes_first(self, organiser) -> None:
        assert "As soon as an agent has brought in" in page(organiser, BOARD)

    def test_it_takes_as_many_statements_for_thirty_districts_as_for_one(self, organiser, query_count) -> None:
        ward = WardFactory()
        PollingDistrictFactory(constituency=ward.constituency, ward=ward)
        organiser.get(BOARD)
        one = query_count(lambda: organiser.get(BOARD))
        for _ in range(32):
            street = StreetFactory(
                polling_district__ward=WardFactory(), polling_district__constituency=ward.constituency
            )
            out(walk_along(street))
        assert query_count(lambda: page(organiser, BOARD)) == one <= MOST_STATEMENTS
        assert "Page 1 of 2" in page(organiser, BOARD)
        assert "Page 2 of 2" in page(organiser, f"{BOARD}?page=2")


class TestTheList:
    def test_filters_tell_free_walks_from_those_that_are_out(self, organiser) -> None:
        free, gone, lapsed = (walk_of(*houses(2), name=name) for name in ("Free Road", "Gone Road", "Lapsed Road"))
        out(gone, holder=VolunteerFactory(given_name="Amira"))
        out(lapsed, expires_at=now() - HOUR / 2)
        shown = {show: page(organiser, f"{BOARD}?show={show}") for show in ("all", "free", "out")}
        there = {
            show: {walk.name for walk in (free, gone, lapsed) if walk.name in text} for show, text in shown.items()
        }
        assert there == {
            "all": {"Free Road", "Gone Road", "Lapsed Road"},
            "free": {"Free Road", "Lapsed Road"},
            "out": {"Gone Road"},
        }
        assert "Amira" in shown["out"]

    def test_one_district_is_listed_by_itself(self, organiser) -> None:
        here, there = walk_of(*houses(2), name="Here Road"), walk_of(*houses(2), name="There Road")
        shown = page(organiser, f"{BOARD}?district={here.polling_district_id}")
        assert here.name in shown
        assert there.name not in shown

    def test_a_walk_cut_anew_while_out_stands_in_the_list_until_it_is_back(self, organiser) -> None:
        allocation = out(walk_of(*houses(2), retired=True, name="Old Road"))
        assert "Cut anew since" in page(organiser, f"{BOARD}?show=out")
        said(organiser, reverse("canvassing:hand-back", args=[allocation.pk]))
        assert "Old Road" not in page(organiser, f"{BOARD}?show=all")

    def test_how_many_of_its_doors_were_ever_tried_is_shown(self, organiser) -> None:
        street = StreetFactory()
        walk_of(HouseholdFactory(street=street), HouseholdFactory(street=street, tried=True))
        assert 'data-label="Ever tried">1<' in page(organiser, f"{BOARD}?show=all")

    @pytest.mark.parametrize("query", ["show=free", "show=out", "show=all"])
    def test_an_empty_list_says_what_to_do_next(self, organiser, query) -> None:
        assert 'class="empty"' in page(organiser, f"{BOARD}?{query}")

    @pytest.mark.parametrize("query", ["show=nonsense", "district=0", "district=x", "page=x", "page=99"])
    def test_an_address_that_makes_no_sense_shows_the_board(self, organiser, query) -> None:
        assert "Walks" in page(organiser, f"{BOARD}?{query}")

    def test_it_takes_as_many_statements_for_thirty_walks_as_for_one(self, organiser, query_count) -> None:
        out(walk_of(*houses(2)))
        address = f"{BOARD}?show=out"
        organiser.get(address)
        one = query_count(lambda: organiser.get(address))
        for _ in range(31):
            out(walk_of(*houses(2)))
        assert query_count(lambda: page(organiser, address)) == one <= MOST_STATEMENTS
        assert "?show=out&amp;page=2" in page(organiser, address)


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


class TestAWalkThatIsOut:
    @pytest.fixture
    def allocation(self) -> Allocation:
        street = StreetFactory()
        doors = [HouseholdFactory(street=street, number=1), HouseholdFactory(street=street, number=3, tried=True)]
        holder = VolunteerFactory(given_name="Amira", family_name="Khan")
        allocation = out(walk_of(*doors), holder=holder)
        doors[1].state.last_at = now()
        doors[1].state.save()
        return allocation

    def test_it_shows_who_has_it_since_when_and_how_far(self, organiser, allocation) -> None:
        shown = page(organiser, address_of(allocation.walk))
        assert "With Amira K" in shown
        assert f"{localtime(allocation.started_at):%H:%M}, until" in shown
        assert "1 of 2 doors tried" in shown
        assert 'class="door door-tried">3<' in shown

    def test_doors_tried_before_it_was_handed_out_do_not_count(self, organiser, allocation) -> None:
        Allocation.objects.filter(pk=allocation.pk).update(started_at=now() + timedelta(minutes=1))
        assert "0 of 2 doors tried" in page(organiser, address_of(allocation.walk))

    @pytest.mark.parametrize(
        ("button", "end", "words"),
        [
            ("hand-back", Allocation.End.HANDED_BACK, "is handed back"),
            ("take-back", Allocation.End.REVOKED, "is taken back"),
        ],
    )
    def test_it_is_ended_by_a_button_and_then_free(self, organiser, allocation, button, end, words) -> None:
        address = reverse(f"canvassing:{button}", args=[allocation.pk])
        shown = said(organiser, address)
        assert words in shown
        assert "Hand it out" in shown
        assert end.label in shown
        allocation.refresh_from_db()
        assert allocation.end == end
        assert "no longer out" in said(organiser, address)

    def test_more_time_is_given_and_refused_with_what_was_typed(self, organiser, allocation) -> None:
        address = reverse("canvassing:extend", args=[allocation.pk])
        assert "Amira K has more time" in said(organiser, address, {"until": in_hours(5)})
        for until, why in [(in_hours(1), "until then, or longer, already"), ("x", "Enter a valid date/time")]:
            shown = said(organiser, address, {"until": until})
            assert why in shown
            assert f'value="{until}"' in shown

    def test_a_code_is_shown_once_as_letters_link_and_picture(self, organiser, allocation) -> None:
        answer = organiser.post(reverse("canvassing:make-code", args=[allocation.pk]))
        shown = answer.content.decode()
        letters = shown.split('class="walk-code">')[1].split("<")[0]
        assert len(letters) == 9
        assert f"http://testserver/d/#{letters}" in shown
        assert 'src="data:image/svg+xml' in shown
        assert "no-store" in answer["Cache-Control"]
        assert WalkCode.objects.filter(allocation=allocation).count() == 1
        assert letters not in page(organiser, address_of(allocation.walk))

    def test_a_walk_that_has_run_out_is_free_and_gets_no_code(self, organiser, allocation) -> None:
        Allocation.objects.filter(pk=allocation.pk).update(expires_at=now())
        assert "Hand it out" in page(organiser, address_of(allocation.walk))
        assert "no code was made" in said(organiser, reverse("canvassing:make-code", args=[allocation.pk]))
        assert not WalkCode.objects.exists()

    @pytest.mark.parametrize("button", ["hand-back", "take-back", "extend", "make-code"])
    def test_what_does_not_exist_is_not_found(self, organiser, button) -> None:
        assert organiser.post(reverse(f"canvassing:{button}", args=[0])).status_code == 404

    def test_the_page_takes_as_many_statements_for_thirty_doors_and_hands_as_for_one(
        self, organiser, query_count
    ) -> None:
        small, large = walk_of(*houses(1)), walk_of(*houses(60))
        for walk in (small, large):
            out(walk)
        for walk in [small] + [large] * 25:
            AllocationFactory(walk=walk, handed_back=True)
        organiser.get(address_of(small))
        one = query_count(lambda: organiser.get(address_of(small)))
        assert query_count(lambda: page(organiser, address_of(large))) == one <= MOST_STATEMENTS


def test_no_page_has_an_inline_style_or_script(organiser) -> None:
    walk = walk_of(*houses(2))
    free = page(organiser, address_of(walk))
    allocation = out(walk)
    code = organiser.post(reverse("canvassing:make-code", args=[allocation.pk])).content.decode()
    for shown in (page(organiser, BOARD), page(organiser, f"{BOARD}?show=all"), free, code):
        assert " style=" not in shown
        assert "<script" not in shown
        assert " onclick=" not in shown
