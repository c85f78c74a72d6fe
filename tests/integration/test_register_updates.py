"""Monthly updates: who is added, changed, deleted by number; what agrees in nothing is asked about."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from canvassing.electorate.models import Elector
from canvassing.register.models import RegisterImport, ReviewItem
from tests.factories.register import AT, EDITION, bring_in, street_of, write, written_rows

pytestmark = pytest.mark.django_db

HEADER = (
    "PD,ENO,Status,Title,First Name,Initials,Surname,Suffix,Date Of Attainment,Franchise Flag,Address 1,Address 2,"
    "Address 3,Address 4,Post Code,Register Code,Clerical Error,Opt Out Flag"
)
Update = Callable[..., RegisterImport]


def row(code: str, number: object, surname: str, forename: str, address: str, marker: str = "") -> str:
    return f"TA,{number},{code},,{forename},,{surname},,,{marker},{address},London,N1 1AA,,N1 1AA,,,"


@pytest.fixture
def full(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "full.tsv", street_of(20)))


@pytest.fixture
def update(tmp_path: Path, full: None) -> Update:
    def update(*rows: str, **wishes: object) -> RegisterImport:
        path = tmp_path / "update.csv"
        path.write_text("\n".join(["Monthly Changes,May,", HEADER, *rows]) + "\n")
        return bring_in(path, **wishes)

    return update


def effects(record: RegisterImport) -> tuple[int, ...]:
    assert record.state == "done", record.report
    return tuple(record.report["electors"][name] for name in ("added", "changed", "gone", "total"))


def living(number: str) -> Elector:
    return Elector.objects.living().get(number=number)


def test_it_works(update: Update) -> None:
    known = living("2")
    record = update(
        row("A", 21, "New", "Nora", "3 Test Street"),
        row("M", 2, "Married", "TessTA2", "1 Test Street"),
        row("D", 3, "Tester3", "TessTA3", "2 Test Street"),
    )
    assert effects(record) == (1, 1, 1, 20)
    known.refresh_from_db()
    assert (known.surname, known.number) == ("Married", "2")
    assert not Elector.objects.living().filter(number="3").exists()


def test_who_is_in_no_row_stays(update: Update) -> None:
    assert effects(update(row("A", 21, "New", "Nora", "3 Test Street"))) == (1, 0, 0, 21)


def test_a_change_for_a_number_nobody_had_adds_somebody(update: Update) -> None:
    assert effects(update(row("M", 21, "New", "Nora", "3 Test Street"))) == (1, 0, 0, 21)


def test_somebody_who_moved_within_the_district_stays_the_same_row(update: Update) -> None:
    known = living("2")
    record = update(row("M", 2, "Tester2", "TessTA2", "77 Test Street"))
    assert (effects(record), record.report["page"]["moved"]) == ((0, 1, 0, 20), 1)
    assert living("2").pk == known.pk


def test_a_number_given_to_somebody_else_is_one_gone_and_one_come(update: Update) -> None:
    old = living("2")
    record = update(row("A", 2, "New", "Nora", "30 Test Street"), row("D", 2, "Tester2", "TessTA2", "1 Test Street"))
    assert effects(record) == (1, 0, 1, 20)
    assert living("2").pk != old.pk


def test_somebody_deleted_and_added_under_another_number_is_the_same_row(update: Update) -> None:
    old = living("2")
    record = update(
        row("D", 2, "Tester2", "TessTA2", "1 Test Street"), row("A", 31, "Tester2", "TessTA2", "1 Test Street")
    )
    assert effects(record) == (0, 1, 0, 20)
    assert living("31").pk == old.pk


def test_a_deletion_outweighs_a_change_of_the_same_number(update: Update) -> None:
    record = update(
        row("M", 2, "Tester2", "TessTA2", "9 Test Street"), row("D", 2, "Tester2", "TessTA2", "1 Test Street")
    )
    assert effects(record) == (0, 0, 1, 19)


def test_somebody_who_comes_back_is_the_old_row(update: Update) -> None:
    old = living("2")
    update(row("D", 2, "Tester2", "TessTA2", "1 Test Street"))
    assert effects(update(row("A", 40, "Tester2", "TessTA2", "1 Test Street"))) == (1, 0, 0, 20)
    assert living("40").pk == old.pk


def test_whoever_becomes_anonymous_leaves_no_trace_to_the_number(update: Update) -> None:
    old = living("2")
    assert effects(update(row("M", 2, "", "", "", marker="N"))) == (1, 0, 1, 20)
    now = living("2")
    assert (now.pk != old.pk, now.anonymous, now.household) == (True, True, None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (row("D", 99, "Nobody", "Ned", "1 Test Street"), "The update deletes TA-99, which nobody has here."),
        (row("D", 2, "Other", "Olga", "1 Test Street"), "The update deletes TA-2, which has another name here."),
        (row("M", 2, "Tester2", "Olga", "50 Test Street"), "The update changes TA-2, which is somebody else here."),
        (row("M", 2, "Other", "Olga", "50 Test Street"), "The update changes TA-2, which is somebody else here."),
        (row("A", 2, "Other", "Olga", "50 Test Street"), "The update changes TA-2, which is somebody else here."),
    ],
)
def test_what_agrees_in_nothing_is_asked_once_and_changes_nothing(update: Update, line: str, reason: str) -> None:
    before = written_rows()["Elector"]
    record = update(line)
    assert (effects(record), record.report["review"]) == ((0, 0, 0, 20), 1)
    assert ReviewItem.objects.get().reason == reason
    assert written_rows()["Elector"] == before
    assert update(line).report["review"] == 1
    ReviewItem.objects.update(settled_at=AT, answer="seen")
    assert update(line).report["review"] == 0
    assert ReviewItem.objects.count() == 1


def test_bug_a_newcomer_at_a_door_got_the_history_of_whoever_had_the_number(update: Update) -> None:
    """The deletion that made the number free was in an update that nobody imported."""
    known = living("2")
    record = update(row("A", 2, "Other", "Olga", "1 Test Street"))
    assert (effects(record), record.report["review"]) == ((0, 0, 0, 20), 1)
    assert living("2").surname == "Tester2"
    assert effects(update(row("D", 2, "Tester2", "TessTA2", "1 Test Street"))) == (0, 0, 1, 19)
    assert effects(update(row("A", 2, "Other", "Olga", "1 Test Street"))) == (1, 0, 0, 20)
    assert (living("2").pk != known.pk, living("2").surname) == (True, "Other")


def test_bug_a_newcomer_of_a_common_surname_at_another_door_got_the_history_of_the_number(update: Update) -> None:
    record = update(row("A", 2, "Tester2", "Olga", "9 Test Street"))
    assert (effects(record), record.report["review"]) == ((0, 0, 0, 20), 1)
    assert living("2").forename == "TessTA2"


def test_somebody_who_is_changed_at_the_door_of_the_number_is_the_same(update: Update) -> None:
    known = living("2")
    assert effects(update(row("M", 2, "Other", "Olga", "1 Test Street"))) == (0, 1, 0, 20)
    assert living("2").pk == known.pk


def test_an_update_of_another_edition_is_refused_for_its_many_other_names(update: Update) -> None:
    before = written_rows()
    record = update(*(row("M", number, f"Other{number}", "Olga", "99 Test Street") for number in range(1, 6)))
    assert record.state == "refused"
    assert "it belongs to another edition" in record.report["refused"]
    assert written_rows() == before


def test_an_update_for_a_district_without_a_register_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "update.csv"
    path.write_text(f"{HEADER}\n{row('A', 1, 'New', 'Nora', '1 Test Street')}\n")
    record = bring_in(path)
    assert record.state == "refused"
    assert "no full register is known of polling district TA. Import that first." in record.report["refused"]


@pytest.mark.parametrize("edition", [EDITION.replace(year=2027), date(2025, 12, 1)])
def test_an_update_of_an_edition_the_district_is_not_at_is_refused(update: Update, edition: date) -> None:
    record = update(row("A", 21, "New", "Nora", "3 Test Street"), edition=edition)
    assert record.state == "refused"
    assert f"{edition:%-d %B %Y}" in record.report["refused"]
    assert "1 December 2026" in record.report["refused"]
    assert effects(update(row("A", 21, "New", "Nora", "3 Test Street"), edition=EDITION)) == (1, 0, 0, 21)


def test_a_row_that_says_no_change_is_left_out_and_said(update: Update) -> None:
    record = update(row("", 21, "New", "Nora", "3 Test Street"), row("X", 22, "New", "Nora", "3 Test Street"),
                    row("A", 23, "New", "Nora", "3 Test Street"))  # fmt: skip
    assert effects(record) == (1, 0, 0, 21)
    assert [problem["line"] for problem in record.report["problems"]] == [3, 4]


def test_full_and_update_together_are_refused(tmp_path: Path, full: None) -> None:
    path = tmp_path / "update.csv"
    path.write_text(f"{HEADER}\n{row('A', 21, 'New', 'Nora', '3 Test Street')}\n")
    record = bring_in(tmp_path / "full.tsv", path)
    assert "Import the full ones first, then the updates." in record.report["refused"]


def test_two_updates_are_carried_out_in_their_order(tmp_path: Path, full: None) -> None:
    files = []
    for month, surname in (("may", "May"), ("june", "June")):
        files.append(tmp_path / f"{month}.csv")
        files[-1].write_text(f"{HEADER}\n{row('M', 2, surname, 'TessTA2', '1 Test Street')}\n")
    record = bring_in(*files)
    assert (record.report["electors"]["changed"], living("2").surname) == (2, "June")


def test_headers_and_titles_between_files_put_one_behind_the_other(tmp_path: Path, full: None) -> None:
    path = tmp_path / "update.csv"
    blocks = [
        f"Monthly Additions,May,\nRef: 12,,\n{HEADER}\n{row('A', number, 'New', f'Nora{number}', '3 Test Street')}\n\n"
        for number in (21, 22)
    ]
    path.write_text("".join(blocks))
    record = bring_in(path)
    assert (record.report["electors"]["added"], record.report["problems"]) == (2, [])
