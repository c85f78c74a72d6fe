"""Files that were read wrongly without a word, one by one: each is read rightly now, or refused with its line."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from campaign.foundation import text_tables
from canvassing.electorate.models import Elector, Household
from canvassing.register.models import RegisterImport
from tests.factories.register import HEADER, Person, as_text, bring_in, street_of
from tests.factories.register_layouts import eros, write_rows
from tests.factories.register_mapped import ANN, BOB, mapped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


def reason(record: RegisterImport) -> tuple[int, str]:
    assert record.state == "refused", record.report
    assert not Elector.objects.exists()
    (problem,) = record.report["problems"]
    return problem["line"], problem["reason"]


def test_bug_an_address_in_one_column_was_read_letter_by_letter(tmp_path: Path) -> None:
    assert mapped(tmp_path / "ours.csv", [ANN, BOB]).state == "done"
    doors = Household.objects.order_by("house_number").values_list("label", "street__name")
    assert list(doors) == [("12", "High Street"), ("14", "High Street")]


def test_bug_a_list_of_absent_voters_named_as_the_layout_of_a_register_broke_the_import(tmp_path: Path) -> None:
    rows = [["PD_Letters", "Published_ENo", "Absent_Status"], ["TA", "1", "Postal"]]
    _, why = reason(bring_in(write_rows(tmp_path / "absent.csv", rows), layout="eros_absent"))
    assert "is a list of absent voters" in why


def test_bug_a_broken_row_above_a_repeated_header_was_taken_for_a_title(tmp_path: Path) -> None:
    rows = eros(street_of(6))
    rows[3:4] = [[*rows[3], "extra"], rows[0]]
    line, why = reason(bring_in(write_rows(tmp_path / "eros.csv", rows)))
    assert (line, "this row has" in why) == (4, True)


def test_bug_an_elector_of_whom_only_the_number_is_printed_was_taken_for_a_title(tmp_path: Path) -> None:
    rows = eros(street_of(6))
    rows[3:4] = [["TA", "3"] + [""] * (len(rows[0]) - 2), rows[0]]
    report = bring_in(write_rows(tmp_path / "eros.csv", rows)).report
    assert (report["rows"], report["electors"]["added"]) == (6, 6)


def test_titles_above_a_repeated_header_are_left_out(tmp_path: Path) -> None:
    rows = eros(street_of(6))
    rows[3:3] = [["Monthly additions", "March"] + [""] * (len(rows[0]) - 2), ["Ref: 12"], rows[0]]
    report = bring_in(write_rows(tmp_path / "eros.csv", rows)).report
    assert (report["rows"], report["problems"]) == (6, [])


def test_bug_a_quotation_mark_left_open_swallowed_the_rows_up_to_the_next_one(tmp_path: Path) -> None:
    lines = as_text(street_of(8)).split("\r\n")
    lines[2] = lines[2].replace("1 Test Street", '"The Nook')
    lines[5] = lines[5].replace("3 Test Street", 'The Nook"')
    path = tmp_path / "register.tsv"
    path.write_text("\r\n".join(lines), newline="")
    assert reason(bring_in(path)) == (3, text_tables.NEVER_CLOSED)


def test_an_address_of_several_lines_in_one_cell_is_read(tmp_path: Path) -> None:
    record = mapped(tmp_path / "ours.csv", [[*ANN[:4], "Flat 1, 12 High Street\nLondon\nN1 1AA", *ANN[5:]], BOB])
    assert record.report["electors"]["added"] == 2


def test_bug_one_line_in_another_encoding_garbled_every_other(tmp_path: Path) -> None:
    people = [Person(1, "Noël", "Zoë"), *street_of(4, first=2)]
    odd = Person(9, postcode="N1\xa01AA", address=("9 Test Street",))
    path = tmp_path / "register.tsv"
    path.write_bytes(as_text(people).encode() + as_text([odd]).split("\r\n", 1)[1].encode("cp1252"))
    line, why = reason(bring_in(path))
    assert (line, "another encoding" in why) == (7, True)


def test_names_in_windows_1252_are_read(tmp_path: Path) -> None:
    path = tmp_path / "register.tsv"
    path.write_bytes(as_text([Person(1, "JOÃO", "Zoë"), Person(2, "Brontë", "Ã")]).encode("cp1252"))
    assert bring_in(path).report["encoding"] == "windows-1252"
    assert set(Elector.objects.values_list("surname", flat=True)) == {"JOÃO", "Brontë"}


def test_bug_a_formula_across_two_parts_of_a_file_was_not_seen(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(text_tables, "CHUNK", 1)
    path = tmp_path / "register.csv"
    path.write_text(as_text(street_of(4), delimiter=",").replace("Tester3", "=HYPERLINK(1)"))
    assert reason(bring_in(path)) == (4, text_tables.IS_FORMULA)


def test_bug_another_header_that_begins_with_another_column_was_read_as_a_row(tmp_path: Path) -> None:
    other = [[cells[1], cells[0], *cells[2:]] for cells in eros(street_of(4, first=20))]
    line, why = reason(bring_in(write_rows(tmp_path / "eros.csv", [*eros(street_of(6)), *other])))
    assert (line, "second header" in why) == (8, True)


def test_bug_the_mark_of_a_file_put_behind_another_hid_its_header(tmp_path: Path) -> None:
    path = tmp_path / "register.tsv"
    parts = (as_text(street_of(4, first=first)).encode("utf-8-sig") for first in (1, 5))
    path.write_bytes(b"".join(parts))
    report = bring_in(path).report
    assert (report["rows"], report["electors"]["added"], report["problems"]) == (8, 8, [])


ROWS = [list(HEADER), *(person.cells() for person in street_of(6))]
SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, sheets: dict[str, list[list[str]]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def tampered(tmp_path: Path, change: Callable[[str], str]) -> Path:
    """A workbook whose sheet another program has written."""
    path, changed = tmp_path / "book.xlsx", tmp_path / "register.xlsx"
    workbook(path, {"Register": ROWS})
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(changed, "w") as other:
        for name in book.namelist():
            content = book.read(name).decode()
            other.writestr(name, change(content) if name == SHEET else content)
    return changed


@pytest.mark.parametrize("size", ["A1:N4", "A1"])
def test_bug_rows_outside_the_size_that_a_workbook_says_of_itself_were_dropped(tmp_path: Path, size: str) -> None:
    path = tampered(tmp_path, lambda xml: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{size}"', xml))
    assert bring_in(path).report["electors"]["added"] == 6


def test_bug_a_sheet_that_breaks_off_broke_the_import(tmp_path: Path) -> None:
    _, why = reason(bring_in(tampered(tmp_path, lambda xml: xml[: len(xml) * 2 // 3])))
    assert why == "the workbook is damaged. Save it as .xlsx again."


def test_bug_a_formula_over_several_cells_became_an_address(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    book = workbook(path, {"Register": ROWS})
    book["Register"]["I3"] = ArrayFormula("I3", "=A1&B1")
    book.save(path)
    assert reason(bring_in(path)) == (3, text_tables.IS_FORMULA)


def test_bug_a_hidden_sheet_was_imported_with_the_others(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    book = workbook(path, {"Register": ROWS, "Old": [ROWS[0], *(person.cells() for person in street_of(3, first=50))]})
    book["Old"].sheet_state = "hidden"
    book.save(path)
    _, why = reason(bring_in(path))
    assert "hidden" in why


def test_a_hidden_sheet_that_holds_no_register_is_nobodys_concern(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    book = workbook(path, {"Register": ROWS, "Codes": [["A", "Added"]]})
    book["Codes"].sheet_state = "veryHidden"
    book.save(path)
    assert bring_in(path).report["electors"]["added"] == 6


def test_bug_a_cell_far_out_made_every_row_as_wide(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook(path, {"Register": [*ROWS[:3], [*ROWS[3], *[""] * 5000, "x"], *ROWS[4:]]})
    line, why = reason(bring_in(path))
    assert (line, "wider than 1,000 columns" in why) == (4, True)


def test_bug_a_name_in_an_archive_that_is_no_text_broke_the_import(tmp_path: Path) -> None:
    path = tmp_path / "register.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("ä.csv", as_text(street_of(4)))
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xff\xfe"))
    assert reason(bring_in(path)) == (1, "the archive is damaged. Ask for it again.")


def test_bug_an_archive_in_an_archive_was_left_out_without_a_word(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("TB.csv", as_text(street_of(4, district="TB")))
    path = tmp_path / "register.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("../../TA.csv", as_text(street_of(4)))
        packed.writestr("TB.zip", inner.getvalue())
        packed.writestr("TC.XLS", b"\xd0\xcf")
        packed.writestr("read me.pdf", b"%PDF")
    report = bring_in(path).report
    assert report["electors"]["added"] == 4
    told = [problem["reason"].split(" in this archive was not opened")[0] for problem in report["problems"]]
    assert told == ["TB.zip", "TC.XLS"]
