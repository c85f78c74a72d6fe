"""`manage.py import_register`: what it prints, and its exit status."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from canvassing.electorate.models import Elector
from canvassing.register import editions, runs
from canvassing.register.models import RegisterImport
from tests.factories.register import SAMPLE, Person, street_of, write

pytestmark = pytest.mark.django_db

BASE_DIR = Path(__file__).resolve().parents[2]
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
    assert problems[-1] == {"file": str(file), "line": 1, "reason": "100 more problems are not listed."}


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


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.tsv", "there is no such file"), ("", "this is a folder"), ("x" * 300, "File name too long")],
)
def test_bug_a_missing_file_printed_no_object(tmp_path: Path, name: str, words: str) -> None:
    run(str(write(tmp_path / "register.tsv", street_of(10))))
    report = refused_with_object(str(tmp_path / name), words=words)
    assert report["electors"]["total"] == 10
    assert (report["problems"][0]["file"], report["problems"][0]["line"]) == (str(tmp_path / name), 1)


def test_bug_a_file_name_that_is_no_text_was_a_traceback(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.tsv")
    write(tmp_path / name, street_of(4))
    assert json.loads(run(str(tmp_path / name), "--json"))["rows"] == 4
    assert RegisterImport.objects.get().filename == "caf\ufffd.tsv"


def refused_with_object(*arguments: str, words: str) -> dict[str, Any]:
    """Run the command, which is refused with status 1, `words` and one JSON object."""
    said = StringIO()
    with pytest.raises(CommandError, match=words) as refusal:
        call_command("import_register", *arguments, "--json", stdout=said)
    assert refusal.value.returncode == 1
    report: dict[str, Any] = json.loads(said.getvalue())
    assert list(report) == KEYS
    (problem,) = report["problems"]
    assert words in problem["reason"]
    return report


def test_the_options_reach_the_import(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", street_of(10))
    edition = editions.next_after(timezone.localdate()).isoformat()
    assert json.loads(run(str(file), "--json", "--edition", edition))["edition"] == edition
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


def test_bug_an_import_that_the_database_ended_printed_no_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "register.tsv", street_of(4))
    run(str(file))
    monkeypatch.setattr("canvassing.register.people.COUNT_LIVING", "SELECT 'Secret Elector'::int")
    report = refused_with_object(str(file), words="The register is as it was")
    assert report["electors"]["total"] == 4
    assert report["problems"][0]["file"] == str(file)
    assert "Secret" not in json.dumps(report)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nowhere", "The database failed (OperationalError). The register is as it was."),
        ("not migrated", "The database is not prepared: run `python manage.py migrate`, then start again."),
        ("nonsense", "DATABASE_URL names no database"),
    ],
)
def test_bug_a_database_out_of_reach_was_a_traceback(tmp_path: Path, url: str, words: str) -> None:
    urls = {"nowhere": "postgresql://nobody@/none?host=/nowhere", "nonsense": "nonsense"}
    file = write(tmp_path / "register.tsv", street_of(4))
    there = urls.get(url) or urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "import_register", str(file), "--json"],
        cwd=BASE_DIR,
        env=os.environ | {"DATABASE_URL": there},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert words in said.stderr
    assert list(json.loads(said.stdout)) == KEYS


def test_an_import_that_ended_is_not_carried_out_again(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", street_of(4))
    run(str(file))
    record = RegisterImport.objects.get()
    again = runs.carry_out(import_id=record.pk, sources=[], at=record.asked_at)
    assert (again.pk, again.ended_at) == (record.pk, record.ended_at)
