"""The organiser's board of districts, and the list of walks under it: what is free and what is out."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from canvassing.progress.deltas import settle
from canvassing.walks.models import Walk
from tests.factories.canvassing import (
    AT,
    HOUR,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    WardFactory,
    houses,
    walk_along,
    walk_of,
)
from tests.factories.volunteers import VolunteerFactory
from tests.factories.walk_pages import BOARD, MOST_STATEMENTS, out, page, said

pytestmark = pytest.mark.django_db


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
