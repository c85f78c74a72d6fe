"""Who votes by post or by proxy: a list that takes the place of the one before it, and what is refused."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from campaign.areas.models import Constituency
from campaign.audit.models import AuditEvent
from canvassing.electorate.models import AbsentVote, Elector
from canvassing.register import absent, locks, runs
from canvassing.register.absent import Wishes
from canvassing.register.absent_report import AbsentReport
from canvassing.register.mapping import MappingError
from canvassing.register.models import SavedLayout
from canvassing.register.opening import Source, UnknownHeader
from canvassing.register.report import RegisterRefused
from canvassing.register.suppliers import EROS_ABSENT
from tests.factories.register import AT, SAMPLE, Person, anonymous, bring_in, shuffled, street_of, write
from tests.factories.register_layouts import write_rows
from tests.races import at_once

pytestmark = pytest.mark.django_db

LIST = SAMPLE.parent / "absent_eros.csv"
HEADER = [*(headings[0] for headings in EROS_ABSENT.headings.values()), *EROS_ABSENT.optional]
XPRESS = {
    "name": "Xpress postal", "kind": "absent", "columns": {"number": "ElectorNo"}, "numbers": "joined",
    "header": ["ElectorNo", "Name", "SendTo1", "SendTo2"],
}  # fmt: skip
Listed = tuple[int | str, str]


def listed(path: Path, people: Iterable[Listed], district: str = "TA") -> Path:
    """Eros's list of these numbers and statuses; every other column says something nobody may keep."""
    rows = [[district, str(number), status, *["Secret"] * len(EROS_ABSENT.optional)] for number, status in people]
    return write_rows(path, [["Absent Voters List"], HEADER, *rows])


def replace(*files: Path, **wishes: Any) -> AbsentReport:
    sources = [Source(file, file.name) for file in files]
    return absent.replace_list(sources=sources, wishes=Wishes(**wishes), by=None, at=AT)


def effects(report: AbsentReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged, report.unmatched


def marks() -> dict[str, str]:
    """Of each living elector with a mark: number and suffix, and the kind."""
    votes = AbsentVote.objects.filter(elector__gone_at=None).select_related("elector")
    return {f"{vote.elector.number}/{vote.elector.suffix}".rstrip("/"): vote.kind for vote in votes}


def written_marks() -> list[tuple[Any, ...]]:
    """Every mark with its place in the table and the transaction that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text, xmin::text, elector_id, kind FROM canvassing_absentvote ORDER BY 3")
        return list(cursor.fetchall())


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register of thirty: numbers 1 to 30 of TA."""
    file = write(tmp_path / "register.tsv", street_of(30))
    bring_in(file)
    return file


def test_it_works(register: Path, tmp_path: Path) -> None:
    people = [(1, "Postal"), (2, "Proxy"), (3, "Postal Proxy")]
    report = replace(listed(tmp_path / "list.csv", people))
    assert marks() == {"1": "postal", "2": "proxy", "3": "postal_proxy"}
    assert effects(report) == (3, 0, 0, 0, 0)
    assert report.standing == {"postal": 1, "proxy": 1, "postal_proxy": 1}
    assert (report.layouts, report.encodings, report.census.rows) == (["eros_absent"], ["utf-8"], 3)
    event = AuditEvent.objects.get(act="absent voters imported")
    assert event.facts == report.counts() | {"losses_accepted": False, "tried": False}


def test_the_sample_marks_everybody_in_it_and_again_writes_nothing(tmp_path: Path) -> None:
    bring_in(SAMPLE)
    report = replace(LIST)
    assert report.standing == {"postal": 1054}
    assert effects(report) == (1054, 0, 0, 0, 0)
    assert report.census.told() == []
    before = written_marks()
    _, rest = LIST.read_bytes().split(b"\n", 1)
    untitled = tmp_path / "untitled.csv"
    untitled.write_bytes(rest)
    for file in (LIST, shuffled(untitled, tmp_path / "shuffled.csv")):
        assert effects(replace(file)) == (0, 0, 0, 1054, 0)
    assert written_marks() == before


def test_a_new_list_takes_the_place_of_the_one_before(register: Path, tmp_path: Path) -> None:
    replace(listed(tmp_path / "one.csv", [(1, "Postal"), (2, "Postal"), (3, "Postal"), (9, "Proxy")]))
    report = replace(listed(tmp_path / "two.csv", [(2, "Postal"), (3, "Proxy"), (4, "Postal"), (9, "Proxy")]))
    assert effects(report) == (1, 1, 1, 2, 0)
    assert marks() == {"2": "postal", "3": "proxy", "4": "postal", "9": "proxy"}


def test_a_list_of_one_kind_leaves_the_others(register: Path, tmp_path: Path) -> None:
    replace(listed(tmp_path / "proxies.csv", [(1, "Proxy"), (2, "Proxy")]))
    replace(listed(tmp_path / "postal.csv", [(3, "Postal")]))
    assert marks() == {"1": "proxy", "2": "proxy", "3": "postal"}
    replace(listed(tmp_path / "proxies.csv", [(2, "Proxy")]))
    assert marks() == {"2": "proxy", "3": "postal"}


def test_several_files_are_one_list(register: Path, tmp_path: Path) -> None:
    files = [listed(tmp_path / "one.csv", [(1, "Postal")]), listed(tmp_path / "two.csv", [(2, "Postal")])]
    replace(*files)
    assert marks() == {"1": "postal", "2": "postal"}
    assert effects(replace(*reversed(files))) == (0, 0, 0, 2, 0)


def test_two_councils_with_one_code_have_a_list_each(tmp_path: Path) -> None:
    for council in ("North", "South"):
        bring_in(write(tmp_path / f"{council}.tsv", street_of(10, street=f"{council} Street")), council=council)
        replace(listed(tmp_path / f"{council}.csv", [(1, "Postal")]), council=council)
    replace(listed(tmp_path / "list.csv", [(2, "Postal")]), council="South")
    votes = AbsentVote.objects.order_by("elector__polling_district__council")
    assert list(votes.values_list("elector__polling_district__council", "elector__number")) == [
        ("North", "1"),
        ("South", "2"),
    ]
    with pytest.raises(RegisterRefused, match="no register is known here"):
        replace(listed(tmp_path / "list.csv", [(1, "Postal")]))


def test_suffixes_and_anonymous_entries_are_found(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "register.tsv", [*street_of(4), Person(4, "Late", suffix="1"), anonymous(5)]))
    replace(listed(tmp_path / "list.csv", [("4/1", "Postal"), (5, "Postal"), ("3/0", "Postal")]))
    assert marks() == {"4/1": "postal", "5": "postal", "3": "postal"}


def test_nothing_but_the_kind_is_kept(register: Path, tmp_path: Path) -> None:
    replace(listed(tmp_path / "list.csv", [(1, "Postal"), (2, "?"), (3, "Postal"), (4, "Proxy"), (5, "Proxy")]))
    assert {field.name for field in AbsentVote._meta.get_fields()} == {"elector", "kind"}
    assert "Secret" not in str(list(Elector.objects.values()) + list(AuditEvent.objects.values()))


# Rows that cannot be used


def test_numbers_that_nobody_has_are_told_by_line(register: Path, tmp_path: Path) -> None:
    people = [*((number, "Postal") for number in range(1, 9)), (31, "Postal"), ("", "Postal")]
    report = replace(listed(tmp_path / "list.csv", people))
    assert effects(report) == (8, 0, 0, 0, 2)
    assert [(problem.line, problem.reason) for problem in report.census.told()] == [
        (11, "nobody on the register has this elector number."),
        (12, "this row has no polling district or no elector number; it was left out."),
    ]


def test_a_list_of_strangers_is_refused_unless_losses_are_accepted(register: Path, tmp_path: Path) -> None:
    replace(listed(tmp_path / "one.csv", [(1, "Postal")]))
    file = listed(tmp_path / "two.csv", [(2, "Postal"), (3, "Postal"), (4, "Postal"), (99, "Postal")])
    with pytest.raises(RegisterRefused, match="another edition of the register, or to another council") as refusal:
        replace(file)
    assert refusal.value.problem.file == "two.csv"
    assert marks() == {"1": "postal"}
    assert AuditEvent.objects.filter(act="absent voters refused").count() == 1
    assert effects(replace(file, accept_losses=True)) == (3, 0, 1, 0, 1)


def test_a_part_of_a_list_is_refused_unless_losses_are_accepted(register: Path, tmp_path: Path) -> None:
    replace(listed(tmp_path / "all.csv", [(number, "Postal") for number in range(1, 31)]))
    part = listed(tmp_path / "part.csv", [(number, "Postal") for number in range(1, 10)])
    with pytest.raises(RegisterRefused, match="21 of 30 electors would no longer be marked"):
        replace(part)
    assert len(marks()) == 30
    few = listed(tmp_path / "few.csv", [(number, "Postal") for number in range(1, 11)])
    assert effects(replace(few)) == (0, 0, 20, 10, 0)
    assert effects(replace(part, accept_losses=True)) == (0, 0, 1, 9, 0)


def test_a_row_whose_kind_is_not_clear_keeps_what_was_known(register: Path, tmp_path: Path) -> None:
    people = [(number, "Postal") for number in range(1, 7)]
    replace(listed(tmp_path / "one.csv", people))
    report = replace(listed(tmp_path / "two.csv", [*people[:5], (6, "Something")]))
    assert effects(report) == (0, 0, 0, 5, 0)
    assert len(marks()) == 6
    (problem,) = report.census.told()
    assert "does not say in a form we know" in problem.reason
    assert "Something" not in problem.reason


def test_a_list_whose_kinds_are_not_clear_is_refused_unless_the_kind_is_said(register: Path, tmp_path: Path) -> None:
    file = listed(tmp_path / "list.csv", [(1, ""), (2, "Postal"), (3, "Proxy")])
    with pytest.raises(RegisterRefused, match="1 of 3 rows do not say"):
        replace(file)
    replace(file, kind="postal")
    assert marks() == {"1": "postal", "2": "postal", "3": "proxy"}


def test_an_elector_listed_twice_counts_once_in_any_order(register: Path, tmp_path: Path) -> None:
    people = [(1, "Proxy"), (1, "Postal Proxy"), (2, "Postal"), (2, "Postal")]
    report = replace(listed(tmp_path / "list.csv", people))
    assert marks() == {"1": "postal_proxy", "2": "postal"}
    assert [(problem.line, problem.reason) for problem in report.census.told()] == [(3, absent.TWICE)]
    assert effects(replace(listed(tmp_path / "list.csv", people[::-1]))) == (0, 0, 0, 2, 0)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "there is no elector in it"),
        ([["TA", "1", "Postal", *["x"] * 5]], "this row has 8 columns"),
    ],
    ids=["nobody", "ragged"],
)
def test_a_list_that_is_no_whole_list_is_refused(register: Path, tmp_path: Path, rows: Any, words: str) -> None:
    replace(listed(tmp_path / "good.csv", [(1, "Postal")]))
    good = ["TA", "2", "Postal", *["x"] * len(EROS_ABSENT.optional)]
    with pytest.raises(RegisterRefused, match=words):
        replace(write_rows(tmp_path / "list.csv", [HEADER, *([good, *rows] if rows else [])]))
    assert marks() == {"1": "postal"}


def test_without_a_register_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterRefused, match="Import the register first"):
        replace(listed(tmp_path / "list.csv", [(1, "Postal")]))
    assert not Constituency.objects.exists()


def test_with_several_constituencies_a_list_is_refused(register: Path, tmp_path: Path) -> None:
    Constituency.objects.create(name="Another")
    with pytest.raises(RegisterRefused, match="several constituencies"):
        replace(listed(tmp_path / "list.csv", [(1, "Postal")]))


# Other layouts


def xpress(path: Path, numbers: Iterable[str]) -> Path:
    rows = [[number, "Secret Name", "1 Secret Street", ""] for number in numbers]
    return write_rows(path, [["ElectorNo", "Name", "SendTo1", "SendTo2"], *rows], encoding="windows-1252")


def test_a_mapped_list_needs_its_kind_said(register: Path, tmp_path: Path) -> None:
    file = xpress(tmp_path / "xpress.csv", ["TA-1", "TA-2/0"])
    with pytest.raises(UnknownHeader, match="Say what its columns are"):
        replace(file)
    absent.save_layout(mapping=XPRESS, by=None, at=AT)
    with pytest.raises(RegisterRefused, match="does not say who votes by post"):
        replace(file)
    report = replace(file, kind="postal")
    assert marks() == {"1": "postal", "2": "postal"}
    assert report.layouts == ["Xpress postal"]


def test_bug_a_second_unknown_header_could_not_be_mapped(register: Path, tmp_path: Path) -> None:
    absent.save_layout(mapping=XPRESS, by=None, at=AT)
    other = write_rows(tmp_path / "other.csv", [["District", "No", "Way", "Who"], ["TA", "1", "PV", "Secret"]])
    with pytest.raises(UnknownHeader, match="Say what its columns are"):
        replace(other)


def test_a_register_is_no_list_of_absent_voters(register: Path) -> None:
    with pytest.raises(UnknownHeader, match="looked for Eros, absent voters"):
        replace(register)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "full"}, "this mapping is of a register"),
        ({"name": "Ours"}, "a layout of the register has this name"),
        ({"columns": {}}, "elector number"),
        ({"numbers": "parts"}, "polling district"),
    ],
    ids=["kind", "name", "number", "district"],
)
def test_a_mapping_that_cannot_be_used_is_not_kept(said: dict[str, Any], words: str) -> None:
    full = {"columns": {"district": "PD", "number": "No", "surname": "S", "forename": "F"}, "address": ["A"]}
    SavedLayout.objects.create(name="Ours", mapping={"name": "Ours", "kind": "full", **full}, made_at=AT)
    with pytest.raises(MappingError, match=words):
        absent.save_layout(mapping=XPRESS | said, by=None, at=AT)
    assert SavedLayout.objects.count() == 1


# Beside imports of the register


def test_marks_stay_through_a_new_register_and_new_numbers(register: Path, tmp_path: Path) -> None:
    replace(listed(tmp_path / "list.csv", [(1, "Postal"), (30, "Proxy")]))
    bring_in(register)
    assert marks() == {"1": "postal", "30": "proxy"}
    people = street_of(30)
    renumbered = [
        Person(100 + int(person.number), person.surname, person.forename, person.address) for person in people
    ]
    bring_in(write(tmp_path / "new.tsv", renumbered), edition=AT.date().replace(month=12, day=1))
    assert marks() == {"101": "postal", "130": "proxy"}


def test_whoever_leaves_the_register_and_comes_back_is_marked_again(register: Path, tmp_path: Path) -> None:
    replace(listed(tmp_path / "list.csv", [(1, "Postal"), (30, "Postal")]))
    bring_in(write(tmp_path / "less.tsv", street_of(29)))
    assert marks() == {"1": "postal"}
    assert effects(replace(listed(tmp_path / "list.csv", [(1, "Postal")]))) == (0, 0, 0, 1, 0)
    bring_in(register)
    assert marks() == {"1": "postal", "30": "postal"}


@pytest.mark.django_db(transaction=True)
def test_while_the_register_is_imported_a_list_is_refused(register: Path, tmp_path: Path) -> None:
    file = listed(tmp_path / "list.csv", [(1, "Postal")])
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [locks.NAMESPACE, locks.ALL_IMPORTS])
        with pytest.raises(RegisterRefused, match=runs.BUSY):
            replace(file)
    finally:
        other.close()
    replace(file)
    assert marks() == {"1": "postal"}


def test_trying_changes_nothing(register: Path, tmp_path: Path) -> None:
    report = replace(listed(tmp_path / "list.csv", [(1, "Postal")]), dry_run=True)
    assert effects(report) == (1, 0, 0, 0, 0)
    assert marks() == {}
    assert AuditEvent.objects.get(act="absent voters tried").facts["tried"] is True


def test_what_the_database_says_of_a_row_is_not_repeated(
    register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(listed(tmp_path / "one.csv", [(1, "Postal")]))
    monkeypatch.setattr(absent, "ADD", "SELECT 'Secret Elector'::int")
    with pytest.raises(runs.BrokenOffError, match="The register is as it was") as refusal:
        replace(listed(tmp_path / "two.csv", [(2, "Postal")]))
    assert "Secret" not in str(refusal.value)
    assert marks() == {"1": "postal"}


@pytest.mark.django_db(transaction=True)
def test_lists_at_once_leave_one_of_them(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "register.tsv", street_of(30)))
    files = [listed(tmp_path / f"{number}.csv", [(number, "Postal")]) for number in range(1, 5)]

    def bring(file: Path) -> bool:
        try:
            return effects(replace(file))[0] == 1
        except RegisterRefused:
            return False

    done = at_once(*[lambda file=file: bring(file) for file in files])
    assert any(done)
    (left,) = marks()
    assert done[int(left) - 1]
