"""rebuild_states: states and totals from contacts anew; --check finds what was tampered with, without it is mended."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from canvassing.doorstep import rebuild
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import Household
from canvassing.progress.models import DailyDelta, ElectorState, HouseholdState
from tests.factories.canvassing import AT, AllocationFactory
from tests.factories.doorstep import Clock, Phone, days, phone_of, phone_on_homes, totals
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def rebuild_states(*options: str) -> tuple[int, str]:
    """The status and what was printed."""
    out = StringIO()
    try:
        call_command("rebuild_states", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def an_evening() -> tuple[Phone, list[Household]]:
    """Contacts, corrections and undos at five doors, by two phones."""
    phone, doors = phone_on_homes(5)
    second = phone_of(phone.allocation)
    talk = phone.contact(doors[0], "answered", person=doors[0].electors.get())
    mistake = phone.contact(doors[1], "answered", person=doors[1].electors.get())
    phone.send(talk, mistake, phone.contact(doors[2]), phone.contact(doors[3], "no_access"))
    second.send(second.correct(mistake, "refused"), second.contact(doors[0]), second.void(second.contact(doors[4])))
    return phone, doors


def test_it_works() -> None:
    an_evening()
    assert rebuild_states("--check") == (0, "States and totals are what the contacts say.\n")
    assert json.loads(rebuild_states("--check", "--json")[1]) == {"differences": []}


def test_without_anything_at_all() -> None:
    assert rebuild_states("--check")[0] == 0
    assert rebuild_states()[0] == 0


TAMPERED = {
    "a door's attempts": (HouseholdState, {"attempts": F("attempts") + 1}),
    "a door's answers": (HouseholdState, {"answers": 0}),
    "a door's last outcome": (HouseholdState, {"last_outcome": "refused"}),
    "a door's last time": (HouseholdState, {"last_at": AT - timedelta(days=1)}),
    "whether a door stands": (HouseholdState, {"standing": False}),
    "a person's conversations": (ElectorState, {"conversations": 0, "reached_at": None}),
    "whether a person lives": (ElectorState, {"living": False}),
    "a day's attempts": (DailyDelta, {"attempts": F("attempts") + 1}),
    "a day's doors": (DailyDelta, {"doors": F("doors") - 1}),
    "a day's people reached": (DailyDelta, {"electors_reached": 7}),
}


@pytest.mark.parametrize(("table", "change"), TAMPERED.values(), ids=TAMPERED.keys())
def test_what_was_tampered_with_is_found_and_mended(table: Any, change: dict[str, Any]) -> None:
    _, doors = an_evening()
    right = totals(doors[0].street.polling_district)
    newest = {HouseholdState: {"household": doors[0]}, ElectorState: {"elector": doors[0].electors.get()}}
    assert table.objects.filter(**newest.get(table, {"day": AT.date()})).update(**change) == 1
    status, said = rebuild_states("--check")
    assert status == 1
    assert said.endswith("To correct them: manage.py rebuild_states\n")
    assert rebuild_states("--check")[0] == 1, "the check changes nothing"
    assert rebuild_states()[0] == 0
    assert rebuild_states("--check")[0] == 0
    assert totals(doors[0].street.polling_district) == right


def test_a_state_that_is_missing_is_made() -> None:
    _, doors = an_evening()
    HouseholdState.objects.filter(household=doors[0]).delete()
    ElectorState.objects.filter(elector__household=doors[1]).delete()
    assert {(found.what, found.key) for found in differences()} >= {
        ("door", doors[0].pk),
        ("elector", doors[1].electors.get().pk),
    }
    rebuild_states()
    assert differences() == []
    assert HouseholdState.objects.get(household=doors[0]).attempts == 2


def test_what_is_mended_is_counted() -> None:
    _, doors = an_evening()
    HouseholdState.objects.filter(household__in=doors[:2]).update(attempts=9)
    DailyDelta.objects.filter(day=AT.date()).update(attempts=9)
    assert json.loads(rebuild_states("--json")[1]) == {"corrected": {"doors": 2, "electors": 0, "districts": 1}}
    assert json.loads(rebuild_states("--json")[1]) == {"corrected": {"doors": 0, "electors": 0, "districts": 0}}


def test_days_that_were_right_are_left_alone() -> None:
    _, doors = an_evening()
    before = days(doors[0].street.polling_district)
    rebuild_states()
    assert days(doors[0].street.polling_district) == before


def test_differences_name_no_person() -> None:
    _, doors = an_evening()
    ElectorState.objects.update(conversations=5)
    said = rebuild_states("--check")[1]
    assert doors[0].electors.get().surname not in said


def test_many_differences_are_shown_in_part() -> None:
    phone_on_homes(60)
    HouseholdState.objects.update(attempts=1)
    assert "and 10 more" in rebuild_states("--check")[1]


def test_merged_doors_count_where_they_went() -> None:
    phone, doors = an_evening()
    doors[0].merged_into = doors[1]
    doors[0].save()
    rebuild_states()
    assert differences() == []
    assert HouseholdState.objects.get(household=doors[1]).attempts == 3
    phone.send(phone.contact(doors[0], "answered", person=doors[0].electors.get()))
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_it_mends_while_phones_go_on_sending() -> None:
    phone, doors = phone_on_homes(20)
    HouseholdState.objects.update(attempts=50)
    phones = [phone_of(phone.allocation) for _ in range(6)]

    def log(mine: Phone) -> None:
        for _ in range(5):
            mine.send(*(mine.contact(door, "answered") for door in doors))

    at_once(*[lambda one=one: log(one) for one in phones], *[lambda: rebuild.rebuild(at=AT)] * 2)
    rebuild_states()
    assert differences() == []
    assert totals(doors[0].street.polling_district)["attempts"] == 6 * 5 * 20


def test_a_walk_without_doors_changes_nothing() -> None:
    AllocationFactory()
    assert rebuild_states("--check")[0] == 0
