"""Street lists: a table with doors, one name a line, Open Names; written whole, or refused."""

import json
import random
import zipfile
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from campaign.areas.models import Constituency, PostcodePoint, Ward
from campaign.audit.models import AuditEvent
from canvassing.doorstep import rebuild
from canvassing.electorate.models import Block, Household, PollingDistrict, Street
from canvassing.progress.models import HouseholdState
from canvassing.register.opening import Source
from canvassing.register.report import RegisterRefused
from canvassing.register.streets import StreetsReport, import_streets
from tests.factories.campaign import SQUARE
from tests.factories.canvassing import (
    AT,
    ConstituencyFactory,
    PollingDistrictFactory,
    StreetFactory,
    WardFactory,
)
from tests.factories.doorstep import totals
from tests.factories.register import bring_in, import_running, street_of, write, written_rows
from tests.races import at_once

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "streets.csv"
HEADER = "street,polling_district,ward,postcodes,doors\n"


@pytest.fixture
def lists(tmp_path: Path) -> Any:
    """`lists(text)`: import a list of this text."""

    def bring(text: str | bytes, **wishes: Any) -> StreetsReport:
        file = tmp_path / "streets.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_streets([Source(file, file.name)], at=AT, **wishes)

    return bring


def run(*arguments: Any) -> dict[str, Any]:
    """The command's JSON."""
    output = StringIO()
    call_command("import_streets", *map(str, arguments), "--json", stdout=output)
    answer: dict[str, Any] = json.loads(output.getvalue())
    return answer


def street(name: str, code: str = "AA") -> Street:
    return Street.objects.get(name=name, polling_district__code=code)


def labels(of: Street) -> list[str]:
    return list(of.households.order_by("sort_key").values_list("label", flat=True))


# A table with doors


def test_it_works() -> None:
    report = run(SAMPLE)
    assert report.pop("seconds") >= 0
    assert report == {
        "rows": 30,
        "streets": {"added": 30, "changed": 0, "total": 30},
        "doors": {"added": 0, "total": 0},
        "polling_districts": 4,
        "wards": 4,
        "problems": [],
    }
    lane = street("Rushmere Lane")
    assert (lane.origin, lane.expected_doors, lane.polling_district.ward) == (
        Street.Origin.STREETS,
        82,
        Ward.objects.get(name="Alderbrook"),
    )
    assert street("Rushmere Lane", "AB").expected_doors == 6
    assert Constituency.objects.get().name == "Constituency"
    assert AuditEvent.objects.get(act="streets imported").facts == {"rows": 30, "streets": 30, "doors": 0}


def test_the_same_list_again_or_shuffled_writes_nothing(tmp_path: Path) -> None:
    header, *rows = SAMPLE.read_text().splitlines()
    rows += ["Acorn Lane,AA,,N1 1AA,1-45 odd; Flat 1-6, Rose Court".replace(", R", " R"), "Acorn Ln,AA,,,2-40 even"]
    rows += ["Birch Lane,,,,7", "Birch Lane,AB,,,9", "Cedar Lane,,,,1-3", "Cedar Lane,AB,,,3-4"]
    first, shuffled = tmp_path / "first.csv", tmp_path / "shuffled.csv"
    first.write_text("\n".join([header, *rows]))
    assert run(first)["doors"]["added"] == 23 + 6 + 20 + 4
    before = written_rows()
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        shuffled.write_text("\n".join([header, *rows]))
        report = run(shuffled)
        assert (report["streets"], report["doors"]["added"]) == ({"added": 0, "changed": 0, "total": 33}, 0)
        assert written_rows() == before


def test_numbers_become_doors_with_states_and_totals(lists: Any) -> None:
    report = lists(HEADER + 'Acorn Lane,AA,,N1 1AA,"1-5 odd; 2-4 even; 12A; Flat 1-2, Rose Court"\n')
    lane = street("Acorn Lane")
    assert labels(lane) == ["1", "2", "3", "4", "5", "12A", "Flat 1, Rose Court", "Flat 2, Rose Court"]
    assert (report.doors.added, report.doors.total, lane.expected_doors) == (8, 8, 8)
    door = Household.objects.get(label="12A")
    assert (door.origin, door.postcode, door.house_number) == (Household.Origin.STREETS, "N1 1AA", 12)
    assert Household.objects.get(label="Flat 1, Rose Court").block == Block.objects.get(name="Rose Court")
    assert HouseholdState.objects.filter(standing=True, street=lane).count() == 8
    assert totals(lane.polling_district) == {"doors": 8}
    assert rebuild.differences() == []


def test_doors_that_are_there_stay_as_they_are(lists: Any) -> None:
    lists(HEADER + "Acorn Lane,AA,,,1-3\n")
    before = set(Household.objects.values_list("pk", "label"))
    report = lists(HEADER + "Acorn Lane,AA,,,1-4\n")
    assert (report.doors.added, report.streets.changed) == (1, 1)
    assert before < set(Household.objects.values_list("pk", "label"))


@pytest.mark.parametrize("header", ["Street Name,PD,Households", "ROAD NAME,Polling District Code,No,Doors", "street"])
def test_headings_are_read_as_councils_write_them(lists: Any, header: str) -> None:
    cells = {"Street Name": "Acorn Lane", "ROAD NAME": "Acorn Lane", "street": "Acorn Lane", "PD": "AA"}
    row = ",".join(cells.get(heading, "AA" if "Polling" in heading else "7") for heading in header.split(","))
    report = lists(f"{header}\n{row}\n")
    assert report.streets.added == 1
    assert Street.objects.get().expected_doors == (None if header == "street" else 7)


def test_windows_text_and_tabs_are_read(lists: Any) -> None:
    lists("street\tdoors\nRue de l’Église\t3\n".encode("cp1252"))  # noqa: RUF001
    assert Street.objects.get().name == "Rue de l’Église"  # noqa: RUF001


def test_a_street_the_register_made_stays_the_registers_and_learns_its_count(lists: Any, tmp_path: Path) -> None:
    bring_in(write(tmp_path / "register.tsv", street_of(4)))
    report = lists(HEADER + "TEST STREET,TA,,,9\n")
    known = Street.objects.get()
    assert (known.origin, known.expected_doors) == (Street.Origin.REGISTER, 9)
    assert (report.streets.added, report.streets.changed, report.streets.total) == (0, 1, 1)


def test_the_register_takes_over_the_street_and_its_doors(lists: Any, tmp_path: Path) -> None:
    lists(HEADER + "Test St,TA,,,1-3\n")
    ids = set(Household.objects.values_list("pk", flat=True))
    bring_in(write(tmp_path / "register.tsv", street_of(4)))
    assert set(Household.objects.values_list("pk", flat=True)) == ids
    assert Street.objects.count() == 1
    assert HouseholdState.objects.filter(standing=True).count() == 3


def test_a_district_that_has_a_ward_keeps_it(lists: Any) -> None:
    district = PollingDistrictFactory(code="AA", in_a_ward=True)
    report = lists(HEADER + "Acorn Lane,AA,Elsewhere,,\n")
    before = district.ward
    district.refresh_from_db()
    assert district.ward == before
    assert "was left there" in str(report.problems[0])


def test_a_ward_known_by_another_spelling_is_that_ward(lists: Any) -> None:
    ward = WardFactory(name="St Mary's")
    lists(HEADER + "Acorn Lane,AA,St Marys Ward,,\n")
    assert PollingDistrict.objects.get().ward == ward
    assert Ward.objects.count() == 1


def test_a_code_that_two_councils_use_needs_a_council(lists: Any) -> None:
    first = PollingDistrictFactory(code="AA", council="Northborough")
    PollingDistrictFactory(code="AA", council="Southborough", constituency=first.constituency)
    with pytest.raises(RegisterRefused, match="two councils use the code AA"):
        lists(HEADER + "Acorn Lane,AA,,,\n")
    lists("street,polling_district,council\nAcorn Lane,AA,Northborough\n")
    assert Street.objects.get().polling_district == first


def test_what_is_said_of_a_merged_street_is_said_of_what_it_became(lists: Any) -> None:
    kept = StreetFactory(polling_district__code="AA", name="Acorn Lane", name_key="acornlane")
    StreetFactory(polling_district=kept.polling_district, name="Acorn Row", name_key="acornrow", merged_into=kept)
    report = lists(HEADER + "Acorn Row,AA,,,1-2\n")
    assert report.streets.added == 0
    assert labels(kept) == ["1", "2"]


def test_two_counts_for_one_street_are_told_and_the_larger_is_taken(lists: Any) -> None:
    report = lists(HEADER + "Acorn Lane,AA,,,82\nAcorn Ln,AA,,,90\n")
    assert Street.objects.get().expected_doors == 90
    assert [problem.line for problem in report.problems] == [3]


def test_a_street_lies_in_the_middle_of_its_postcodes_where_these_have_points(lists: Any) -> None:
    PostcodePoint.objects.create(postcode="N1 1AA", latitude=51.0, longitude=-0.1)
    PostcodePoint.objects.create(postcode="N1 1AB", latitude=51.2, longitude=-0.3)
    lists(HEADER + 'Acorn Lane,AA,,"N1 1AA, n1 1ab, N9 9ZZ",82\nBirch Lane,AA,,N9 9ZZ,82\n')
    lane = street("Acorn Lane")
    assert (lane.latitude, lane.longitude) == (pytest.approx(51.1), pytest.approx(-0.2))
    assert street("Birch Lane").latitude is None


# One name a line


def test_names_alone_wait_until_somebody_says_where_they_lie(lists: Any) -> None:
    report = lists("Acorn Lane\n\nSt John's Way\nacorn ln\n")
    assert (report.rows, report.streets.added) == (3, 2)
    waiting = PollingDistrict.objects.get()
    assert (waiting.code, str(waiting)) == ("", "not known yet")
    assert lists("Acorn Lane\n").streets.added == 0


def test_names_alone_go_into_the_district_that_is_said(lists: Any) -> None:
    lists("Acorn Lane\nBirch Lane\n", district="AC")
    assert list(Street.objects.order_by("pk").values_list("name", "polling_district__code")) == [
        ("Acorn Lane", "AC"),
        ("Birch Lane", "AC"),
    ]


def test_a_street_known_in_a_district_does_not_wait_as_well(lists: Any) -> None:
    StreetFactory(polling_district__code="AA", name="Acorn Lane", name_key="acornlane")
    assert lists("Acorn Lane\n").streets.added == 0
    assert not PollingDistrict.objects.filter(code="").exists()


def test_a_waiting_street_whose_district_is_said_later_is_told(lists: Any) -> None:
    lists("Acorn Lane\nBirch Lane\n")
    report = lists(HEADER + "Acorn Lane,AA,,,9\n")
    assert [(problem.line, "waits without" in problem.reason) for problem in report.problems] == [(2, True)]


def test_doors_of_a_street_in_two_districts_need_the_district(lists: Any) -> None:
    lists(HEADER + "Acorn Lane,AA,,,\nAcorn Lane,AB,,,\n")
    with pytest.raises(RegisterRefused, match="in AA and AB"):
        lists(HEADER + "Acorn Lane,,,,9\n")


# Open Names


NUMBERS = count(1)


def open_name(name: str, easting: float, northing: float, kind: str = "Named Road") -> str:
    cells = [""] * 34
    number = f"osgb{next(NUMBERS)}"
    cells[:4] = number, f"http://data.ordnancesurvey.co.uk/id/{number}", name, "eng"
    cells[6:10] = "transportNetwork", kind, str(easting), str(northing)
    return ",".join(cells) + "\n"


OPEN_NAMES = (
    open_name("Acorn Lane", 530000, 186000)
    + open_name("Acorn Lane", 530020, 186000, "Section Of Named Road")
    + open_name("Far Lane", 430000, 186000)
    + open_name("A1", 530000, 186000, "Numbered Road")
    + open_name("Somewhere", 530000, 186000, "Suburban Area")
)
BOX = (529000.0, 185000.0, 531000.0, 187000.0)


def test_open_names_gives_the_roads_of_the_box_with_a_point(lists: Any) -> None:
    report = lists(OPEN_NAMES, box=BOX)
    found = Street.objects.get()
    assert (report.rows, found.name) == (2, "Acorn Lane")
    assert (found.latitude, found.longitude) == (pytest.approx(51.5579, abs=1e-3), pytest.approx(-0.126, abs=1e-3))


def test_open_names_again_writes_nothing(lists: Any) -> None:
    lists(OPEN_NAMES, box=BOX)
    before = written_rows()
    lists("".join(reversed(OPEN_NAMES.splitlines(keepends=True))), box=BOX)
    assert written_rows() == before


def test_without_a_box_open_names_is_read_around_the_outlines(lists: Any) -> None:
    WardFactory(outline=SQUARE)
    inside = open_name("Near Lane", 531000, 186000)
    assert lists(inside + OPEN_NAMES).rows == 1
    assert Street.objects.get().name == "Near Lane"


def test_without_box_and_outlines_open_names_is_refused(lists: Any) -> None:
    with pytest.raises(RegisterRefused, match="--box"):
        lists(OPEN_NAMES)


def test_open_names_places_streets_that_are_known(lists: Any) -> None:
    lists(HEADER + "Acorn Lane,AA,,,9\n")
    report = lists(OPEN_NAMES, box=BOX)
    assert (report.streets.added, report.streets.changed) == (0, 1)
    assert street("Acorn Lane").latitude is not None


def test_a_broken_point_is_refused(lists: Any) -> None:
    with pytest.raises(RegisterRefused, match="line 6: GEOMETRY_X"):
        lists(OPEN_NAMES + open_name("Acorn Lane", 0, 0).replace("0.0", "x").replace(",0,0,", ",x,0,"), box=BOX)


def test_the_command_takes_a_box(tmp_path: Path) -> None:
    file = tmp_path / "opennames.csv"
    file.write_text(OPEN_NAMES)
    assert run(file, "--box", ",".join(map(str, BOX)))["streets"]["added"] == 1


def test_the_tiles_of_an_archive_are_read_and_its_licence_is_no_list(lists: Any, tmp_path: Path) -> None:
    packed = tmp_path / "tiles.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Data/TQ28.csv", OPEN_NAMES)
        archive.writestr("Doc/licence.txt", "Open Government Licence\nUse it freely\n")
    assert lists(packed.read_bytes(), box=BOX).streets.added == 1


def test_a_workbook_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Street", "PD", "Doors"], ["Acorn Lane", "AA", 82], ["Birch Lane", "AA", "1 to 3"]):
        book.active.append(row)
    book.save(tmp_path / "streets.xlsx")
    assert run(tmp_path / "streets.xlsx")["doors"]["added"] == 3
    assert street("Acorn Lane").expected_doors == 82


# Refusals


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: the file is empty"),
        ("\n\n", "there is no street in it"),
        (HEADER, "there is no street in it"),
        (HEADER + "Acorn Lane,AA,,,9\n,AA,,,9\n", "line 3: this row has no street"),
        (HEADER + "Acorn Lane,AA,,,9\n---,AA,,,9\n", "line 3: the street's name has neither"),
        (HEADER + "Acorn Lane,AA,,,45-1\n", "line 2: .* runs backwards"),
        (HEADER + f"Acorn Lane,{'A' * 21},,,\n", "line 2: the polling district is longer than 20"),
        (HEADER + f"{'A' * 121},AA,,,\n", "line 2: the street is longer than 120"),
        (HEADER + "Acorn Lane,AA,,N1,\n", "line 2: .* no postcode"),
        (HEADER + "Acorn Lane,AA\n", "line 2: this row has 2 columns"),
        (HEADER + "Acorn Lane,AA,One,,\nBirch Lane,AA,Two,,\n", "line 3: .* lies in Two here and in One on line 2"),
        ("Acorn Lane\nBirch Lane\n-\n", "line 3: the street's name"),
        ("Acorn Lane,AA,North,,82\n", "line 1: .* names its columns"),
        ("Acorn Lane\nBirch Lane\tAA\n", "line 2: "),
        (b"\x00\x01", "not a text file"),
    ],
)
def test_bad_input_is_refused_whole(lists: Any, text: str | bytes, words: str) -> None:
    lists(HEADER + "Oak Lane,AA,,,1-3\n")
    before = written_rows()
    with pytest.raises(RegisterRefused, match=words):
        lists(text)
    assert written_rows() == before
    assert AuditEvent.objects.filter(act="streets imported refused").exists()


def test_a_dry_run_takes_everything_back(lists: Any) -> None:
    ConstituencyFactory()
    before = written_rows()
    report = lists(HEADER + "Acorn Lane,AA,North,,1-3\n", dry_run=True)
    assert (report.streets.added, report.doors.added) == (1, 3)
    assert written_rows() == before
    assert not Ward.objects.exists()
    assert AuditEvent.objects.get(act="streets imported tried")


def test_several_constituencies_are_refused(lists: Any) -> None:
    ConstituencyFactory()
    ConstituencyFactory()
    with pytest.raises(RegisterRefused, match="several constituencies"):
        lists("Acorn Lane\n")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["no-such-file.csv"], 1, "there is no such file"),
        (["."], 1, "this is a folder"),
        (["/dev/null"], 1, "a pipe or a device"),
        ([str(SAMPLE), "--box", "1,2,3"], 2, "a box is four numbers"),
        ([str(SAMPLE), "--box", "3,2,1,4"], 2, "west comes before east"),
        ([str(SAMPLE), "--box", "a,b,c,d"], 2, "a box is four numbers"),
        ([str(SAMPLE), "--district", "A" * 21], 1, "code is longer than 20"),
    ],
)
def test_the_command_ends_with_a_status_and_a_reason(arguments: list[str], status: int, words: str) -> None:
    with pytest.raises((CommandError, SystemExit)) as error:
        call_command("import_streets", *arguments)
    if isinstance(error.value, CommandError):
        assert words in str(error.value)
        assert getattr(error.value, "returncode", 2) == status or "box" in str(arguments)


def test_a_database_that_fails_is_said_without_its_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE canvassing_street RENAME TO elsewhere")
    output = StringIO()
    with pytest.raises(CommandError, match="ProgrammingError") as error:
        call_command("import_streets", str(SAMPLE), "--json", stdout=output)
    assert error.value.returncode == 1
    assert "Nothing was changed" in json.loads(output.getvalue())["problems"][0]["reason"]
    assert "Rushmere" not in str(error.value)


def test_many_problems_are_told_by_twenty(tmp_path: Path) -> None:
    file = tmp_path / "streets.csv"
    rows = "".join(f"Lane {number},{count}\n" for number in range(23) for count in (1, 2))
    file.write_text("street,doors\n" + rows)
    output = StringIO()
    call_command("import_streets", str(file), stdout=output)
    assert "and 3 more problems" in output.getvalue()


def test_a_refusal_is_one_json_object_too(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(HEADER + "Acorn Lane,AA,,,45-1\n")
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("import_streets", str(file), "--json", stdout=output)
    report = json.loads(output.getvalue())
    assert report["problems"][0]["line"] == 2
    assert report["streets"] == {"added": 0, "changed": 0, "total": 0}


def test_the_command_says_it_in_words() -> None:
    output = StringIO()
    call_command("import_streets", str(SAMPLE), stdout=output)
    assert "Streets: 30 added, 0 changed, 30 in all." in output.getvalue()


# Beside others


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_no_other_import_and_says_so(lists: Any) -> None:
    with import_running(), pytest.raises(RegisterRefused, match="another import is running"):
        lists("Acorn Lane\n")
    assert lists("Acorn Lane\n").streets.added == 1


@pytest.mark.django_db(transaction=True)
def test_two_lists_at_once_leave_each_street_and_door_once(tmp_path: Path) -> None:
    file = tmp_path / "streets.csv"
    file.write_text(HEADER + "Acorn Lane,AA,North,,1-45 odd\nBirch Lane,AA,North,,9\n")

    def bring() -> str:
        try:
            import_streets([Source(file, file.name)], at=AT)
        except RegisterRefused as refusal:
            return str(refusal)
        return "done"

    said = at_once(*[bring] * 4)
    assert set(said) <= {"done", "another import is running. Start again when it has ended."}
    assert "done" in said
    assert (Street.objects.count(), Household.objects.count(), Ward.objects.count()) == (2, 23, 1)
    assert rebuild.differences() == []
