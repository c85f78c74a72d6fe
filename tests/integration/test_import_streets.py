"""Street lists: a table with doors, or one name a line; written once, and what is known stays."""

import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from campaign.areas.models import Constituency, PostcodePoint, Ward
from campaign.audit.models import AuditEvent
from canvassing.doorstep import rebuild
from canvassing.electorate.models import Block, Household, PollingDistrict, Street
from canvassing.progress.models import HouseholdState
from canvassing.register.report import RegisterRefused
from tests.factories.canvassing import PollingDistrictFactory, StreetFactory, WardFactory
from tests.factories.doorstep import totals
from tests.factories.register import bring_in, street_of, write, written_rows
from tests.factories.street_lists import HEADER, SAMPLE, run, street

pytestmark = pytest.mark.django_db


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


def test_a_workbook_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Street", "PD", "Doors"], ["Acorn Lane", "AA", 82], ["Birch Lane", "AA", "1 to 3"]):
        book.active.append(row)
    book.save(tmp_path / "streets.xlsx")
    assert run(tmp_path / "streets.xlsx")["doors"]["added"] == 3
    assert street("Acorn Lane").expected_doors == 82


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
