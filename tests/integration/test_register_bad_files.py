"""What people send by mistake or in malice: a sentence with the line and a way on, and nothing of it imported."""

import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from campaign.foundation import unpacking
from canvassing.register import opening
from canvassing.register.models import RegisterImport
from tests.factories.register import AT, HEADER, SAMPLE, as_text, bring_in, street_of, written_rows
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

GOOD = as_text(street_of(4), delimiter=",")
LINES = GOOD.splitlines(keepends=True)


@pytest.fixture(autouse=True)
def uploads(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"  # type: ignore[attr-defined]
    return tmp_path / "uploads"


def refusal(path: Path, **wishes: object) -> tuple[int, str]:
    """The line and the reason; nothing is written, and nothing is left unpacked."""
    before = written_rows()
    record = bring_in(path, **wishes)
    assert record.state == "refused", record.report
    assert written_rows() == before
    folder = opening.unpacked_in()
    assert not folder.exists() or list(folder.iterdir()) == []
    (problem,) = record.report["problems"]
    return problem["line"], problem["reason"]


def text_file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "register.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(tmp_path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "register.xlsx"
    book.save(path)
    return path


def archive(tmp_path: Path, **members: bytes) -> Path:
    path = tmp_path / "register.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("_", "."), content)
    return path


def test_a_formula_in_a_text_is_refused_with_its_line(tmp_path: Path) -> None:
    line, reason = refusal(text_file(tmp_path, GOOD.replace("Tester3", '=HYPERLINK("x")')))
    assert (line, "a cell holds a formula" in reason, "Save the file as values only" in reason) == (4, True, True)


def test_a_formula_in_a_workbook_is_refused_with_its_row(tmp_path: Path) -> None:
    rows = [list(HEADER), *(person.cells() for person in street_of(4))]
    rows[3][5] = "=A1"
    line, reason = refusal(workbook(tmp_path, rows))
    assert (line, "a cell holds a formula" in reason) == (4, True)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    rows = [cells[:5] + cells[6:] for cells in (list(HEADER), *(person.cells() for person in street_of(4)))]
    text = "".join(",".join(cells) + "\n" for cells in rows)
    line, reason = refusal(text_file(tmp_path, "Title\n" + text))
    assert line == 2
    assert reason.startswith(
        "the header has no column “Elector Surname”, which Xpress, full register in 14 columns has."
    )


def test_a_forced_layout_names_every_column_it_misses(tmp_path: Path) -> None:
    _, reason = refusal(text_file(tmp_path, GOOD), layout="eros_full")
    assert "“PD”, “ENO”" in reason


def test_two_headers_that_disagree_are_refused_at_the_second(tmp_path: Path) -> None:
    turned = [*HEADER[:5], HEADER[6], HEADER[5], *HEADER[7:]]
    line, reason = refusal(text_file(tmp_path, GOOD + ",".join(turned) + "\n" + LINES[1]))
    assert (line, "a second header is here" in reason) == (6, True)
    line, reason = refusal(text_file(tmp_path, GOOD + ",".join(HEADER[:-1]) + "\n" + LINES[1]))
    assert (line, "a second header is here" in reason) == (6, True)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"\xff\xfe" + GOOD.encode("utf-16-le")[:-1], 5, "breaks off inside a letter"),
        (b"\xef\xbb\xbf" + GOOD.replace("Tester3", "Z\xeb").encode("cp1252"), 4, "the file says that it is UTF-8"),
        (GOOD.encode().replace(b"Tester3", b"\x81\x8d"), 4, "neither UTF-8 nor windows-1252"),
    ],
)
def test_an_encoding_that_is_not_what_it_says_is_refused(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    found, reason = refusal(text_file(tmp_path, content))
    assert (found, words in reason) == (line, True), reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_every_encoding_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = as_text(street_of(4), delimiter=delimiter).replace("Tester3", "Zoë O’Neill")  # noqa: RUF001
    record = bring_in(text_file(tmp_path, text.encode(encoding)))
    assert (record.state, record.report["electors"]["added"]) == ("done", 4)


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, **{"xl/workbook_xml": b"<nothing/>", "[Content_Types]_xml": b"<nothing/>"})
    assert "the workbook is damaged" in refusal(path)[1]


def test_an_archive_without_a_table_is_refused(tmp_path: Path) -> None:
    assert "there is no table in this archive" in refusal(archive(tmp_path, map_pdf=b"%PDF"))[1]


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, register_csv=GOOD.encode() * 50)
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    assert "the archive is damaged" in refusal(path)[1]


def test_bug_an_archive_of_an_unknown_packing_was_called_locked(tmp_path: Path) -> None:
    path = archive(tmp_path, register_csv=GOOD.encode() * 50)
    deflate, deflate_64 = b"\x08\x00", b"\x09\x00"
    content = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.index(signature) + place
        assert content[at : at + 2] == deflate
        content[at : at + 2] = deflate_64
    path.write_bytes(content)
    assert refusal(path)[1] == unpacking.UNKNOWN_PACKING


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "register.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("a.csv", "w") as member:
        for _ in range(60):
            member.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    assert "far too large to be a register" in refusal(path)[1]


def test_an_archive_of_a_thousand_files_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, **{f"{number}_csv": b"x" for number in range(unpacking.MOST_MEMBERS + 1)})
    assert "holds more than 500 files" in refusal(path)[1]


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    assert "larger than 1 GB" in refusal(path)[1]


def test_an_upload_of_two_gigabytes_is_turned_away_before_it_is_received(client: Client) -> None:
    client.force_login(UserFactory(agent=True))
    answer = client.post("/organise/register/", {}, CONTENT_LENGTH=str(2 << 30))
    assert answer.status_code == 413
    assert "larger than 1 GB" in answer.content.decode()
    for path in ("/join/", "/organise/register/"):
        assert Client().post(path, {}, CONTENT_LENGTH=str(11 << 20)).status_code == 413
    assert not RegisterImport.objects.exists()


def test_somebody_under_16_is_left_out_and_said(tmp_path: Path) -> None:
    people = street_of(4)
    text = as_text(people, delimiter=",").replace("TA,2,0,,,", "TA,2,0,,01/06/2032,")
    record = bring_in(text_file(tmp_path, text))
    assert record.report["electors"]["added"] == 3
    assert "nobody under 16 may be in a register" in record.report["problems"][0]["reason"]


def test_titles_that_are_as_wide_as_the_table_are_no_electors(tmp_path: Path) -> None:
    title = "Monthly Additions,May" + "," * 12 + "\n"
    record = bring_in(text_file(tmp_path, GOOD + title + LINES[0] + LINES[1]))
    assert (record.report["electors"]["added"], record.report["problems"]) == (4, [])


def test_a_leftover_of_a_killed_import_is_swept_away(tmp_path: Path) -> None:
    old, new = opening.unpacked_in() / "old", opening.unpacked_in() / "new"
    old.mkdir(parents=True)
    new.mkdir()
    (old / "register.csv").write_text("left behind")
    os.utime(old, (AT.timestamp() - 86400,) * 2)
    os.utime(new, (AT.timestamp() - 60,) * 2)
    bring_in(SAMPLE, dry_run=True)
    assert (old.exists(), new.exists()) == (False, True)
