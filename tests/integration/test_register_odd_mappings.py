"""Mappings and markers that led an import astray, one by one: read rightly now, or refused with a sentence."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.test import Client

from canvassing.electorate.models import Elector
from canvassing.register import known_layouts, runs
from canvassing.register.layouts import Change
from canvassing.register.mapping import MappingError
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source
from tests.factories.register import AT, Person, bring_in, street_of, write
from tests.factories.register_layouts import eros_changes, write_rows
from tests.factories.register_mapped import ANN, BOB, OURS, mapped
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


def reason(record: RegisterImport) -> tuple[int, str]:
    assert record.state == "refused", record.report
    assert not Elector.objects.exists()
    (problem,) = record.report["problems"]
    return problem["line"], problem["reason"]


def test_bug_a_column_without_heading_kept_a_mapped_file_from_being_recognised(tmp_path: Path) -> None:
    rows = [[*cells[:2], "", *cells[2:]] for cells in (ANN, BOB)]
    record = mapped(tmp_path / "ours.csv", rows, header=[*OURS["header"][:2], "", *OURS["header"][2:]])
    assert (record.report["layout"], record.report["electors"]["added"]) == ("ours", 2)


def test_bug_two_columns_of_one_heading_that_nobody_needs_kept_a_mapped_file_from_being_recognised(
    tmp_path: Path,
) -> None:
    record = mapped(tmp_path / "ours.csv", [[*ANN, "", ""]], header=[*OURS["header"], "Note", "Note"])
    assert record.report["electors"]["added"] == 1


def test_bug_a_mapping_of_a_heading_that_two_columns_have_was_kept() -> None:
    with pytest.raises(MappingError, match="two columns are called “Family”"):
        known_layouts.save(mapping=OURS | {"header": [*OURS["header"], "Family"]}, by=None, at=AT)


@pytest.mark.parametrize("part", [{"markers": ["G"]}, {"markers": {"G": ["EU citizen"]}}])
def test_bug_a_mapping_with_a_part_of_another_kind_broke_the_command(part: dict[str, Any]) -> None:
    with pytest.raises(MappingError, match="not what it should be"):
        known_layouts.save(mapping=OURS | part, by=None, at=AT)


@pytest.mark.parametrize("marker", ["None", "Commonwealth", "British", "UK"])
def test_bug_the_letters_of_a_word_were_read_as_markers(tmp_path: Path, marker: str) -> None:
    """ "None" made the whole register anonymous, and "UK" took the vote from everybody."""
    record = mapped(tmp_path / "ours.csv", [[*ANN[:6], marker], BOB])
    assert "is unknown here" in record.report["problems"][-1]["reason"]
    elector = Elector.objects.get(number="1")
    assert (elector.surname, elector.anonymous, elector.may_vote) == ("Smith", False, True)


@pytest.mark.parametrize("marker", ["N", "n", "GN", "G, N", "g/n"])
def test_a_letter_among_markers_still_says_anonymous(tmp_path: Path, marker: str) -> None:
    mapped(tmp_path / "ours.csv", [[*ANN[:6], marker], BOB])
    elector = Elector.objects.get(number="1")
    assert (elector.surname, elector.household, elector.anonymous) == ("", None, True)


@pytest.mark.parametrize("marker", ["Anonymous entry", "ANONYMOUS ENTRY"])
def test_bug_a_word_for_anonymous_entries_was_never_found(tmp_path: Path, marker: str) -> None:
    mapped(tmp_path / "ours.csv", [[*ANN[:6], marker], BOB], anonymous="Anonymous entry")
    elector = Elector.objects.get(number="1")
    assert (elector.surname, elector.anonymous) == ("", True)


def test_bug_what_a_mapping_said_of_a_marker_of_several_letters_was_not_heard(tmp_path: Path) -> None:
    said = {"EU": ["EU citizen", False], "Commonwealth": ["Commonwealth citizen", True]}
    rows = [[*ANN[:6], "EU"], [*BOB[:6], "Commonwealth"]]
    assert len(mapped(tmp_path / "ours.csv", rows, markers=said).report["problems"]) == 1  # that one was cut
    assert list(Elector.objects.order_by("number").values_list("may_vote", flat=True)) == [False, True]


def test_bug_a_column_of_names_taken_for_markers_put_the_names_into_the_report(tmp_path: Path) -> None:
    rows = [
        ["TA", str(number), "Smith", "Ann", "12 High Street", "N1 1AA", f"Name{number}"] for number in range(1, 300)
    ]
    record = mapped(tmp_path / "ours.csv", rows)
    line, why = reason(record)
    assert (line, "so it holds something else" in why, "Name" in str(record.report)) == (202, True, False)


def test_bug_confirming_a_marker_longer_than_we_keep_broke_the_page(client: Client, tmp_path: Path) -> None:
    client.force_login(UserFactory(agent=True))
    known_layouts.save(mapping=OURS, by=None, at=AT)
    path = write_rows(tmp_path / "ours.csv", [OURS["header"], [*ANN[:6], "Commonwealth"], BOB])
    with path.open("rb") as file:
        client.post("/organise/register/", {"file": file})
    record = RegisterImport.objects.get()
    source = Source(Path(record.upload.path), record.filename)
    assert runs.carry_out(import_id=record.pk, sources=[source], at=AT).state == "previewed"
    assert client.post(f"/organise/register/{record.pk}/confirm/", {"vote-": "on"}).status_code == 302
    assert runs.carry_out(import_id=record.pk, sources=[source], at=AT).state == "done"
    assert dict(Elector.objects.values_list("number", "may_vote")) == {"1": False, "2": True}


def test_bug_who_became_anonymous_without_a_marker_kept_the_row_that_has_a_history(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "register.tsv", street_of(30)))
    before = Elector.objects.get(number="5")
    bring_in(write_rows(tmp_path / "update.csv", eros_changes([(Change.AMEND, Person(5, "", "", ()))])))
    before.refresh_from_db()
    assert (before.gone_at, before.surname) == (AT, "Tester5")
    now = Elector.objects.get(number="5", gone_at=None)
    assert (now.pk != before.pk, now.anonymous, now.household) == (True, True, None)


def test_bug_a_row_taken_for_a_header_stayed_in_the_record_of_an_import_that_was_cancelled(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "bare.csv", [["TA-5", "Smith", "John", "1 High Street", "N1 1AA"]])
    with path.open("rb") as file:
        record = runs.ask(filename="bare.csv", upload=File(file, "bare.csv"), dry_run=True, at=AT)
    runs.carry_out(import_id=record.pk, sources=[Source(path, "bare.csv")], at=AT)
    record.refresh_from_db()
    assert (record.state, record.report["header"][1]) == ("previewed", "Smith")
    runs.cancel(import_id=record.pk, by=None, at=AT)
    record.refresh_from_db()
    assert (record.state, "Smith" in str(record.report)) == ("cancelled", False)


@pytest.mark.parametrize(
    ("name", "surname", "forename"),
    [
        ("Smith John", "Smith", "John"),
        ("De La Rosa, Ana", "De La Rosa", "Ana"),
        ("(z) O'Brien, Mary Ann", "O'Brien", "Mary Ann"),
        ("Smith (z) Bob", "Smith", "Bob"),
    ],
)
def test_bug_a_comma_in_a_whole_name_stayed_in_the_surname(
    tmp_path: Path, name: str, surname: str, forename: str
) -> None:
    columns = {"district": "Ward code", "number": "No", "name": "Name"}
    header = ["Ward code", "No", "Name", "Home"]
    mapped(tmp_path / "ours.csv", [["TA", "1", name, "12 High Street"]], columns=columns, header=header)
    elector = Elector.objects.get()
    assert (elector.surname, elector.forename) == (surname, forename)


@pytest.mark.parametrize("surname", ["(z) Smith", "Smith (z)", "(Z)Smith"])
def test_bug_a_mark_of_the_open_register_behind_a_surname_left_a_space_there(tmp_path: Path, surname: str) -> None:
    bring_in(write(tmp_path / "register.tsv", [Person(1, surname, "Bob")]))
    assert Elector.objects.get().surname == "Smith"


@pytest.mark.parametrize("number", ["KD-2/2-289/1", "KD-2/2 - 289 / 1"])
def test_bug_spaces_in_a_joined_number_left_the_row_out(tmp_path: Path, number: str) -> None:
    columns = {"number": "No", "surname": "Family", "forename": "Given"}
    header = ["No", "Family", "Given", "Home"]
    row = [number, "Smith", "Ann", "12 High Street"]
    mapped(tmp_path / "ours.csv", [row], columns=columns, header=header, numbers="joined")
    elector = Elector.objects.get()
    assert (elector.polling_district.code, elector.number, elector.suffix) == ("KD-2/2", "289", "1")
