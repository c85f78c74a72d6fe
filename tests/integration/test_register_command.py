"""`manage.py import_register`: what it prints, and its exit status."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from canvassing.electorate.models import Elector
from canvassing.register import runs
from canvassing.register.models import RegisterImport
from tests.factories.register import SAMPLE, Person, street_of, write

pytestmark = pytest.mark.django_db

KEYS = [
    "layout", "encoding", "edition", "rows", "electors", "households", "streets", "polling_districts", "markers",
    "attainers", "without_address", "review", "problems", "seconds",
]  # fmt: skip


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("import_register", *arguments, stdout=said)
    return said.getvalue()


def test_it_prints_one_json_object(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", street_of(10))
    said = json.loads(run(str(file), "--json"))
    assert list(said) == KEYS
    assert (said["rows"], said["electors"]["added"], said["households"]["total"]) == (10, 10, 5)
    assert said["seconds"] >= 0


def test_it_says_the_same_in_words(tmp_path: Path) -> None:
    people = [*street_of(10), Person("", "No", "Number")]
    said = run(str(write(tmp_path / "register.tsv", people)))
    assert "10 added" in said
    assert f"{tmp_path / 'register.tsv'}, line 12: this row has no polling district" in said
    assert "Imported in" in said


def test_many_problems_are_cut_short(tmp_path: Path) -> None:
    people = [*street_of(4), *[Person("", "No", "Number")] * 1100]
    file = write(tmp_path / "register.tsv", people)
    assert "981 more problems" in run(str(file), "--dry-run")
    problems = json.loads(run(str(file), "--dry-run", "--json"))["problems"]
    assert len(problems) == 1001
    assert problems[-1] == {"file": "", "line": None, "reason": "100 more problems are not listed."}


def test_a_dry_run_says_so(tmp_path: Path) -> None:
    assert "Tried and taken back" in run(str(write(tmp_path / "register.tsv", street_of(4))), "--dry-run")
    assert not Elector.objects.exists()


def test_a_refusal_has_status_1_and_still_prints_the_object(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "register.tsv", street_of(10)), tmp_path / "bad.tsv"
    run(str(good))
    bad.write_bytes(good.read_bytes()[:-30])
    said = StringIO()
    with pytest.raises(CommandError, match=r"nothing was imported.*line 11") as refusal:
        call_command("import_register", str(bad), "--json", stdout=said)
    assert refusal.value.returncode == 1
    report = json.loads(said.getvalue())
    assert list(report) == KEYS
    assert report["electors"] == {"added": 0, "changed": 0, "gone": 0, "unchanged": 0, "total": 10}
    assert report["households"] == {"added": 0, "total": 5}
    assert (report["problems"][0]["file"], report["problems"][0]["line"]) == (str(bad), 11)


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-file.tsv"],
        [str(SAMPLE), "--edition", "2026-11-30"],
        [str(SAMPLE), "--edition", "December"],
        [str(SAMPLE), "--layout", "unheard_of"],
        [],
    ],
    ids=str,
)
def test_wrong_usage_imports_nothing(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert not Elector.objects.exists()


def test_a_missing_file_has_status_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file") as refusal:
        run(str(tmp_path / "none.tsv"))
    assert refusal.value.returncode == 2


def test_the_options_reach_the_import(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", street_of(10))
    assert json.loads(run(str(file), "--json", "--edition", "2027-12-01"))["edition"] == "2027-12-01"
    less = write(tmp_path / "less.tsv", street_of(4))
    with pytest.raises(CommandError, match="would be gone"):
        run(str(less))
    assert "6 gone" in run(str(less), "--accept-losses", "--layout", "xpress_full_14")


def test_what_the_database_says_of_a_row_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canvassing.register.people.ADD", "SELECT 'Secret Elector'::int")
    with pytest.raises(CommandError, match="The register is as it was") as refusal:
        run(str(write(tmp_path / "register.tsv", street_of(4))))
    assert "Secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_an_import_that_ended_is_not_carried_out_again(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", street_of(4))
    run(str(file))
    record = RegisterImport.objects.get()
    again = runs.carry_out(import_id=record.pk, sources=[], at=record.asked_at)
    assert (again.pk, again.ended_at) == (record.pk, record.ended_at)
