"""Files that are refused: the line, the reason, and nothing written."""

from dataclasses import replace
from datetime import date
from os import geteuid, mkfifo
from pathlib import Path

import pytest

from campaign.areas.models import Constituency
from campaign.audit.models import AuditEvent
from canvassing.electorate.models import Elector
from canvassing.register.models import RegisterImport
from tests.factories.register import EDITION, HEADER, Person, as_text, bring_in, street_of, write, written_rows

pytestmark = pytest.mark.django_db

GOOD = as_text(street_of(10))
LINES = GOOD.splitlines(keepends=True)


def refused(path: Path, **wishes: object) -> RegisterImport:
    """Import `path`, which is refused and writes nothing but its record and its line in the trail."""
    before = written_rows()
    record = bring_in(path, **wishes)
    assert record.state == "refused"
    assert written_rows() == before
    assert record.ended_at is not None
    assert AuditEvent.objects.filter(act="register import refused", subject=f"register-import:{record.pk}").exists()
    (problem,) = record.report["problems"]
    assert problem["reason"] in record.report["refused"]
    return record


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "the file is empty"),
        (b"\r\n\r\n", 1, "no header"),
        (b"Name,Town\r\nAnn,Leeds\r\n", 1, "no header"),
        ("".join(LINES[1:]).encode(), 1, "no header"),
        (b"PK\x03\x04\x00\x00", 1, "not a text file"),
        (LINES[0].encode(), 1, "no elector"),
        ((LINES[0] + LINES[1]).encode() + b"TA\t2\x81\r\n", 3, "neither UTF-8 nor windows-1252"),
        ((LINES[0] + LINES[1] + "TA\t2\t0\r\n").encode(), 3, "3 columns, the header has 14"),
        ((LINES[0] + LINES[1] + LINES[2].replace("\r\n", "\textra\r\n")).encode(), 3, "15 columns"),
        ((LINES[0] + LINES[1] + LINES[2].replace("Tester2", '"Tester2')).encode(), 3, "never closed"),
        (GOOD[: GOOD.rindex("London")].encode(), 11, "cut off"),
        (GOOD[: GOOD.rindex("N1 1AA") + 3].encode(), 11, "cut off"),
    ],
    ids=str,
)
def test_what_is_no_register_file_is_refused(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    path = tmp_path / "register.tsv"
    path.write_bytes(content)
    (problem,) = refused(path).report["problems"]
    assert (problem["file"], problem["line"]) == ("register.tsv", line)
    assert words in problem["reason"]
    assert not Constituency.objects.exists()


def test_bug_what_is_no_file_was_a_traceback_or_not_there(tmp_path: Path) -> None:
    write(tmp_path / "file.tsv", street_of(4))
    mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path / "gone.tsv", "gone.tsv: there is no such file."),
        (tmp_path, f"{tmp_path.name}: this is a folder, not a file."),
        (tmp_path / "file.tsv" / "below", "below: the file cannot be read (Not a directory)."),
        (tmp_path / ("x" * 300), "x: the file cannot be read (File name too long)."),
        (tmp_path / "pipe", "pipe: this is no file but a pipe or a device."),
    ):
        record = refused(path)
        assert words in record.report["refused"]
        assert (record.report["problems"][0]["file"], record.report["problems"][0]["line"]) == (path.name, 1)


@pytest.mark.skipif(geteuid() == 0, reason="root may read anything")
def test_a_file_we_may_not_read_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert "cannot be read (Permission denied)" in refused(closed / "register.tsv").report["refused"]


def test_bug_what_was_wrong_with_whole_files_named_no_file_or_no_line(tmp_path: Path) -> None:
    north, south = write(tmp_path / "north.tsv", street_of(20)), write(tmp_path / "south.tsv", street_of(20, first=21))
    bring_in(north, south)
    record = bring_in(north, south, edition=date(2025, 12, 1))
    (problem,) = record.report["problems"]
    assert (problem["file"], problem["line"]) == ("north.tsv, south.tsv", 1)
    assert problem["reason"] == record.report["refused"]


def full_to_the_last_column(number: int) -> Person:
    return Person(number, f"Tester{number}", address=("Flat 1", "2 Test House", "3 Test Street", "Test Town", "London"))


@pytest.mark.parametrize("end", ["N1 1A", "N1", ""])
def test_a_file_cut_off_in_its_very_last_field_is_refused(tmp_path: Path, end: str) -> None:
    text = as_text([full_to_the_last_column(1), full_to_the_last_column(2)])
    path = tmp_path / "register.tsv"
    path.write_bytes(text[: text.rindex("N1 1AA")].encode() + end.encode())
    (problem,) = refused(path).report["problems"]
    assert problem["line"] == 3
    assert "does not end in its postcode" in problem["reason"]


@pytest.mark.parametrize("person", [full_to_the_last_column(1), Person(1, "Service", "Voter", ())])
def test_a_file_that_only_lacks_its_last_line_end_is_whole(tmp_path: Path, person: Person) -> None:
    path = tmp_path / "register.tsv"
    path.write_bytes(as_text([person]).removesuffix("\r\n").encode())
    assert bring_in(path).state == "done"


def test_a_header_is_known_by_its_names_whatever_their_order_and_case(tmp_path: Path) -> None:
    rows = [list(HEADER), *(person.cells() for person in street_of(4))]
    turned = [[*reversed(cells), f"ID{place}"] for place, cells in enumerate(rows)]
    turned[0] = [heading.upper() for heading in turned[0][:-1]] + ["elector_id"]
    path = tmp_path / "register.csv"
    path.write_text(
        "Register of electors\n\n" + "".join(",".join(cells) + "\n" for cells in turned), encoding="utf-8-sig"
    )
    record = bring_in(path, layout="xpress_full_14")
    assert (record.state, record.report["rows"], record.report["encoding"]) == ("done", 4, "utf-8-sig")


def test_one_bad_file_refuses_all(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good.tsv", street_of(10)), tmp_path / "bad.tsv"
    bad.write_bytes(b"")
    before = written_rows()
    record = bring_in(good, bad)
    assert (record.state, record.report["problems"][0]["file"]) == ("refused", "bad.tsv")
    assert written_rows() == before


def test_an_older_edition_is_refused_with_both_dates(tmp_path: Path) -> None:
    path = write(tmp_path / "register.tsv", street_of(10))
    bring_in(path)
    record = refused(path, edition=date(2025, 12, 1))
    assert "1 December 2026" in record.report["refused"]
    assert "1 December 2025" in record.report["refused"]


def test_numbers_with_other_names_look_renumbered(tmp_path: Path) -> None:
    people = street_of(20)
    bring_in(write(tmp_path / "register.tsv", people))
    married = [replace(person, surname=f"New{person.number}") for person in people]
    record = refused(write(tmp_path / "new.tsv", [*married[:5], *people[5:]]))
    assert "looks renumbered" in record.report["refused"]
    assert "edition" in record.report["refused"]
    assert bring_in(write(tmp_path / "new.tsv", [*married[:4], *people[4:]])).report["electors"]["changed"] == 4


def test_a_renumbered_file_is_taken_once_its_edition_is_said(tmp_path: Path) -> None:
    people = street_of(20)
    bring_in(write(tmp_path / "register.tsv", people))
    renumbered = write(tmp_path / "new.tsv", [replace(person, number=21 - int(person.number)) for person in people])
    assert "looks renumbered" in refused(renumbered).report["refused"]
    record = bring_in(renumbered, edition=EDITION.replace(year=2027))
    assert record.report["electors"] == {"added": 0, "changed": 20, "gone": 0, "unchanged": 0, "total": 20}


def test_a_file_cut_off_at_a_rows_end_is_refused_unless_the_losses_are_accepted(tmp_path: Path) -> None:
    people = [*street_of(20), *street_of(20, district="TB")]
    bring_in(write(tmp_path / "register.tsv", people))
    cut = write(tmp_path / "cut.tsv", people[:-5])
    record = refused(cut)
    assert "more than 20 % of the electors would be gone in polling district TB (5 of 20)" in record.report["refused"]
    accepted = bring_in(cut, accept_losses=True)
    assert accepted.report["electors"]["gone"] == 5
    assert Elector.objects.living().count() == 35


def test_a_fifth_may_go(tmp_path: Path) -> None:
    people = street_of(20)
    bring_in(write(tmp_path / "register.tsv", people))
    assert bring_in(write(tmp_path / "less.tsv", people[:-4])).report["electors"]["gone"] == 4


def test_two_constituencies_are_one_too_many(tmp_path: Path) -> None:
    Constituency.objects.create(name="North")
    Constituency.objects.create(name="South")
    record = refused(write(tmp_path / "register.tsv", street_of(10)))
    assert "several constituencies" in record.report["refused"]
