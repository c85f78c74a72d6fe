"""Undoing the latest import: the register is as it was before, and what phones logged since is still there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from campaign.acts.undo_import import undo_import
from campaign.audit.models import AuditEvent
from canvassing.doorstep import rebuild
from canvassing.doorstep.models import Contact
from canvassing.electorate.models import Block, Elector, Household, PollingDistrict, Street
from canvassing.progress.models import DailyDelta
from canvassing.register.models import RegisterImport, ReviewItem, RowBefore
from canvassing.register.undoing import UndoError
from canvassing.walks.cut import cut
from canvassing.walks.models import Purpose
from tests.factories.doorstep import Clock, phone_on, statuses
from tests.factories.register import AT, SAMPLE, Person, anonymous, bring_in, street_of, write
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

Import = Callable[..., RegisterImport]


@pytest.fixture
def give(tmp_path: Path) -> Import:
    return lambda people, **wishes: bring_in(write(tmp_path / "register.tsv", people), **wishes)


def register() -> dict[str, list[Any]]:
    """What the register says, with keys; not where rows lie on the disk."""
    with connection.cursor() as cursor:
        found = {}
        for model in (PollingDistrict, Street, Block, Household, Elector):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {model._meta.db_table} t ORDER BY id")
            found[model.__name__] = cursor.fetchall()
    return found


def undo(record: RegisterImport) -> None:
    undo_import(import_id=record.pk, by=UserFactory(agent=True), at=AT)


def assert_adds_up() -> None:
    assert rebuild.differences() == []


def test_the_first_import_undone_leaves_nothing() -> None:
    undo(bring_in(SAMPLE))
    assert register() == {"PollingDistrict": [], "Street": [], "Block": [], "Household": [], "Elector": []}
    assert not DailyDelta.objects.exists()
    assert not RowBefore.objects.exists()
    assert AuditEvent.objects.filter(act="register import undone").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda people: people[2:],
        lambda people: [replace(person, surname="Other") for person in people],
        lambda people: [replace(person, number=int(person.number) + 1) for person in people],
        lambda people: [replace(person, address=("5 Other Street", "London")) for person in people],
        lambda people: [*people[:-1], anonymous(people[-1].number)],
        lambda people: [
            *people,
            *street_of(10, district="TB"),
            Person(99, address=("Flat 1", "Rose House", "New Way")),
        ],
        lambda people: [replace(person, district="TC") for person in people],
        lambda people: [
            replace(person, address=(person.address[0].replace("Test", "New"), "London")) for person in people
        ],
    ],
    ids=["gone", "renamed", "renumbered", "moved", "hidden", "added", "recoded", "street renamed"],
)
def test_an_import_undone_is_as_if_it_had_never_been(give: Import, change: Any) -> None:
    people = street_of(20)
    give(people)
    before = register()
    record = give(change(people), accept_losses=True, edition=PollingDistrict.objects.get().edition)
    assert record.state == "done", record.report
    assert register() != before
    undo(record)
    assert register() == before
    assert_adds_up()
    record.refresh_from_db()
    assert record.state == "undone"
    assert give(people).report["electors"]["unchanged"] == 20


def test_what_was_logged_since_keeps_its_door_and_person(give: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    give(street_of(4))
    record = give([*street_of(4), *street_of(4, street="New Street", first=5)])
    door = Household.objects.get(street__name="New Street", label="1")
    contact = log(door, door.electors.order_by("pk")[0])
    undo(record)
    contact.refresh_from_db()
    assert (contact.household_id, contact.elector.gone_at) == (door.pk, AT)
    assert set(Household.objects.filter(street__name="New Street")) == {door}
    assert Elector.objects.living().count() == 4
    assert_adds_up()
    again = give([*street_of(4), *street_of(4, street="New Street", first=5)])
    assert again.report["electors"]["added"] == 4
    contact.refresh_from_db()
    assert (contact.elector.gone_at, contact.elector.household_id) == (None, door.pk)
    assert_adds_up()


def log(door: Household, elector: Elector) -> Contact:
    phone = phone_on(door)
    assert statuses(phone.send(phone.contact(door, "answered", person=elector))) == ["accepted"]
    return Contact.objects.get()


def test_doors_of_walks_stay_and_stand_no_more(give: Import) -> None:
    record = give(street_of(10))
    cut(district_ids=[PollingDistrict.objects.get().pk], purpose=Purpose.CANVASS, at=AT)
    undo(record)
    assert Household.objects.count() == 5
    assert not Household.objects.standing().exists()
    assert_adds_up()


def test_only_the_latest_import_can_be_undone_and_only_once(give: Import) -> None:
    first = give(street_of(10))
    second = give(street_of(9), accept_losses=True)
    for record, times in ((first, 1), (second, 2)):
        record.refresh_from_db()
        if times == 2:
            undo(record)
        with pytest.raises(UndoError, match="only the latest one can, and only once"):
            undo(record)
    assert Elector.objects.living().count() == 10


def test_what_was_only_tried_or_refused_cannot_be_undone(give: Import) -> None:
    done = give(street_of(10))
    tried = give(street_of(12), dry_run=True)
    refused = give(street_of(1))
    for record in (tried, refused):
        with pytest.raises(UndoError):
            undo(record)
    done.refresh_from_db()
    undo(done)
    assert not Elector.objects.exists()


def test_questions_of_an_undone_import_go_with_it(give: Import) -> None:
    people = street_of(10)
    give(people)
    married = [replace(people[0], number=99, surname="Married"), *people[1:]]
    record = give(married)
    assert (record.report["review"], ReviewItem.objects.open().count()) == (1, 1)
    undo(record)
    assert not ReviewItem.objects.exists()


def test_the_button_undoes_and_says_so(client: Client, give: Import) -> None:
    client.force_login(UserFactory(agent=True))
    record = give(street_of(10))
    page = f"/organise/register/{record.pk}/"
    assert "Undo this import" in client.get(page).content.decode()
    answer = client.post(f"{page}undo/", follow=True).content.decode()
    assert "The register is as it was before this import." in answer
    assert "Undo this import" not in answer
    assert "cannot be undone" in client.post(f"{page}undo/", follow=True).content.decode()
