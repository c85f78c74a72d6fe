"""A street known by its name and a count only: cut, handed out, its doors added by number at the door."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from canvassing.allocation.hand_back import hand_back
from canvassing.allocation.hand_out import hand_out
from canvassing.doorstep import rebuild
from canvassing.electorate.models import Household, Street
from canvassing.register.opening import Source
from canvassing.register.streets import import_streets
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose, Walk
from tests.factories.canvassing import AT, HOUR
from tests.factories.doorstep import Clock, phone_of, statuses, totals
from tests.factories.register import bring_in, street_of, write
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def listed(tmp_path: Any) -> Any:
    """`listed(text)`: the walks of a street list, cut."""

    def bring(text: str) -> list[Walk]:
        file = tmp_path / "streets.csv"
        file.write_text(text)
        import_streets([Source(file, file.name)], at=AT)
        districts = Street.objects.values_list("polling_district", flat=True)
        cut(district_ids=set(districts), purpose=Purpose.CANVASS, at=AT)
        return list(Walk.objects.live().order_by("pk"))

    return bring


def test_a_street_with_a_count_is_walked_and_its_doors_are_added_by_number(listed: Any) -> None:
    (walk,) = listed("street,polling_district,ward,doors\nAcorn Lane,AA,North,82\n")
    assert (walk.name, walk.door_count) == ("Acorn Lane", 0)
    volunteer = VolunteerFactory()
    out = hand_out(walk=walk, holder=volunteer, by=None, until=AT + 2 * HOUR, at=AT - HOUR)
    phone = phone_of(out.allocation)
    street = Street.objects.get()
    assert [one["id"] for one in phone.get("walk").json()["streets"]] == [f"s{street.pk}"]
    answer = phone.send(
        phone.contact({"street": f"s{street.pk}", "label": "14a"}, "answered"),
        phone.contact({"street": f"s{street.pk}", "label": "16"}),
    )
    assert statuses(answer) == ["accepted", "accepted"]
    assert list(street.households.order_by("sort_key").values_list("label", "origin")) == [
        ("14A", Household.Origin.DOOR),
        ("16", Household.Origin.DOOR),
    ]
    assert totals(street.polling_district) == {"doors": 2, "attempts": 2, "doors_tried": 2, "doors_answered": 1}
    assert rebuild.differences() == []
    hand_back(allocation=out.allocation, by=None, at=AT)
    cut(district_ids={street.polling_district_id}, purpose=Purpose.CANVASS, at=AT)
    assert Walk.objects.live().get().door_count == 2


def test_a_list_with_numbers_finds_the_doors_that_were_added_meanwhile(listed: Any, tmp_path: Any) -> None:
    (walk,) = listed("street,polling_district,doors\nAcorn Lane,AA,82\n")
    out = hand_out(walk=walk, holder=VolunteerFactory(), by=None, until=AT + 2 * HOUR, at=AT - HOUR)
    phone = phone_of(out.allocation)
    street = Street.objects.get()
    phone.send(phone.contact({"street": f"s{street.pk}", "label": "14"}))
    made = Household.objects.get()
    file = tmp_path / "numbers.csv"
    file.write_text("street,polling_district,doors\nAcorn Lane,AA,10-20 even\n")
    report = import_streets([Source(file, file.name)], at=AT)
    assert (report.doors.added, report.doors.total) == (5, 6)
    assert Household.objects.get(label="14") == made
    assert rebuild.differences() == []


def test_a_list_of_names_alone_is_walked_too(listed: Any) -> None:
    walks = listed("Acorn Lane\nBirch Lane\n")
    assert [(walk.name, walk.polling_district.code) for walk in walks] == [("Acorn Lane", ""), ("Birch Lane", "")]


def test_the_pages_name_a_district_without_a_code(listed: Any, client: Client) -> None:
    walk, _ = listed("Acorn Lane\nBirch Lane\n")
    client.force_login(UserFactory(organiser=True))
    district = walk.polling_district_id
    for page in (
        reverse("canvassing:walks"),
        reverse("canvassing:walks") + f"?district={district}",
        reverse("canvassing:walks") + "?show=all",
        reverse("canvassing:walk", args=[walk.pk]),
        reverse("canvassing:coverage"),
        reverse("canvassing:district", args=[district]),
    ):
        assert "not known yet" in client.get(page).content.decode(), page


def test_the_walks_say_how_many_doors_are_expected(listed: Any, client: Client) -> None:
    (walk,) = listed("street,polling_district,doors\nAcorn Lane,AA,82\n")
    client.force_login(UserFactory(organiser=True))
    page = client.get(reverse("canvassing:walk", args=[walk.pk])).content.decode()
    assert "No doors known yet, about 82 expected" in page


def test_the_districts_page_counts_streets_without_doors(listed: Any, client: Client) -> None:
    listed("street,polling_district,doors\nAcorn Lane,AA,82\nBirch Lane,AA,\nElm Lane,AA,1-3\n")
    client.force_login(UserFactory(organiser=True))
    page = client.get(reverse("canvassing:district", args=[Street.objects.order_by("pk")[0].polling_district_id]))
    assert "2 streets without a known door; about 82 doors are expected there." in page.content.decode()


def test_bug_a_waiting_street_that_the_register_placed_could_not_be_cut_again(listed: Any, tmp_path: Path) -> None:
    """Its live walk stayed in the district without a code, and its doors would have been in two live walks."""
    (walk,) = listed("Test Street\n")
    street = Street.objects.get()
    phone = phone_of(hand_out(walk=walk, holder=VolunteerFactory(), by=None, until=AT + HOUR, at=AT - HOUR).allocation)
    phone.send(phone.contact({"street": f"s{street.pk}", "label": "1"}))
    cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT)
    bring_in(write(tmp_path / "register.tsv", street_of(6)))
    street.refresh_from_db()
    assert street.polling_district.code == "TA"
    cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT)
    assert [live.door_count for live in Walk.objects.live()] == [3]
    assert cut(district_ids=[street.polling_district_id], purpose=Purpose.CANVASS, at=AT).made == 0
    assert rebuild.differences() == []
