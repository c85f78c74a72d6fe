"""An import undone after somebody has changed by hand what it brought: nobody stands at a door that leads elsewhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaign.acts.merge_doors import merge_doors
from campaign.acts.streets import merge_streets
from campaign.acts.undo_import import undo_import
from canvassing.doorstep import rebuild
from canvassing.electorate.models import Elector, Household, Street
from canvassing.register.layouts import Change
from canvassing.register.models import RegisterImport
from tests.factories.register import AT, Person, bring_in, street_of, write
from tests.factories.register_layouts import Changed, eros_changes, write_rows
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

PEOPLE = street_of(10)


@pytest.fixture
def register(tmp_path: Path) -> Any:
    return lambda people, **wishes: bring_in(write(tmp_path / "register.tsv", people), **wishes)


def undo(record: RegisterImport) -> None:
    undo_import(import_id=record.pk, by=UserFactory(agent=True), at=AT)
    assert rebuild.differences() == []


def where() -> dict[str, tuple[str, str]]:
    """Where each living elector lives, by number; nobody lives at a signpost."""
    found = Elector.objects.living().select_related("household__street")
    assert not found.filter(household__merged_into__isnull=False).exists()
    assert not found.filter(household__street__merged_into__isnull=False).exists()
    return {one.number: (one.household.label, one.household.street.name) for one in found if one.household}


def test_bug_undoing_put_somebody_back_to_a_door_that_had_become_part_of_another(register: Any) -> None:
    register(PEOPLE)
    record = register([replace(PEOPLE[0], surname="Married"), *PEOPLE[1:]])
    door, next_door = Household.objects.order_by("sort_key")[:2]
    merge_doors(keep=next_door, other=door, by=None, at=AT)
    undo(record)
    assert (where()["1"], Elector.objects.get(number="1").surname) == (("2", "Test Street"), "Tester1")
    assert register(PEOPLE).report["electors"]["unchanged"] == 10


def test_bug_undoing_put_a_door_back_into_a_street_that_had_become_part_of_another(register: Any) -> None:
    people = [*PEOPLE, *street_of(4, first=20, street="High Street")]
    register(people)
    record = register([replace(one, postcode="N1 9ZZ") for one in people])
    test_street, high_street = Street.objects.get(name="Test Street"), Street.objects.get(name="High Street")
    merge_streets(keep=high_street, other=test_street, by=None, at=AT)
    undo(record)
    assert where()["9"] == ("5", "High Street")
    doors = Household.objects.count()
    assert register(people).report["electors"]["added"] == 0
    assert Household.objects.count() == doors
    assert where()["9"] == ("5", "High Street")


def test_bug_a_door_that_moved_stayed_there_when_a_later_update_of_the_import_had_filled_its_place(
    register: Any, tmp_path: Path
) -> None:
    def update(name: str, changes: list[Changed], uprn: str = "") -> Path:
        header, *rows = eros_changes(changes)
        return write_rows(tmp_path / name, [[*header, "UPRN"], *([*cells, uprn] for cells in rows)])

    register(PEOPLE)
    bring_in(update("first.csv", [(Change.AMEND, PEOPLE[0])], "100"))
    before = where()
    there = ("77 Test Street", "London")
    moved = update("moved.csv", [(Change.AMEND, replace(one, address=there)) for one in PEOPLE[:2]], "100")
    added = update("added.csv", [(Change.ADD, Person(60, "New", "Nell"))])
    record = bring_in(moved, added)
    assert (where()["1"], where()["60"]) == (("77", "Test Street"), ("1", "Test Street"))
    undo(record)
    assert where() == before
