"""Street lists that are refused whole, only tried, or brought in beside another; what the command says of it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from campaign.areas.models import Ward
from campaign.audit.models import AuditEvent
from canvassing.doorstep import rebuild
from canvassing.electorate.models import Household, Street
from canvassing.register.opening import Source
from canvassing.register.report import RegisterRefused
from canvassing.register.streets import import_streets
from tests.factories.canvassing import AT, ConstituencyFactory
from tests.factories.register import import_running, written_rows
from tests.factories.street_lists import HEADER, SAMPLE
from tests.races import at_once

pytestmark = pytest.mark.django_db


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
