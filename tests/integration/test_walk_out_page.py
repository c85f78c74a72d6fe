"""The page of a walk that is out: who has it, how far, and every button that ends or lengthens it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localtime, now

from canvassing.allocation.models import Allocation, WalkCode
from tests.factories.canvassing import AllocationFactory, HouseholdFactory, StreetFactory, houses, walk_of
from tests.factories.volunteers import VolunteerFactory
from tests.factories.walk_pages import BOARD, MOST_STATEMENTS, address_of, in_hours, out, page, said

pytestmark = pytest.mark.django_db


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
