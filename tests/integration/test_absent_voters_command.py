"""`manage.py import_absent_voters`: what it prints, and its exit status."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from canvassing.electorate.models import AbsentVote
from canvassing.register import absent
from canvassing.register.models import SavedLayout
from tests.factories.register import bring_in, street_of, write
from tests.factories.register_layouts import write_rows
from tests.integration.test_absent_voters import XPRESS, listed, marks, xpress
from tests.races import PATIENCE

pytestmark = pytest.mark.django_db

BASE_DIR = Path(__file__).resolve().parents[2]
KEYS = [
    "layout", "encoding", "rows", "postal", "proxy", "postal_proxy", "added", "changed", "removed", "unchanged",
    "unmatched", "problems", "seconds",
]  # fmt: skip


@pytest.fixture(autouse=True)
def register(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "register.tsv", street_of(10)))


def run(*arguments: object) -> str:
    said = StringIO()
    call_command("import_absent_voters", *map(str, arguments), stdout=said)
    return said.getvalue()


def refused(*arguments: object, words: str) -> dict[str, Any]:
    """Run the command, which is refused with status 1, `words` and one JSON object; returns its one problem."""
    said = StringIO()
    with pytest.raises(CommandError, match=words) as refusal:
        call_command("import_absent_voters", *map(str, arguments), "--json", stdout=said)
    assert refusal.value.returncode == 1
    report = json.loads(said.getvalue())
    assert list(report) == KEYS
    problem: dict[str, Any]
    (problem,) = report["problems"]
    return problem


def test_it_prints_one_json_object(tmp_path: Path) -> None:
    said = json.loads(run(listed(tmp_path / "list.csv", [(1, "Postal"), (2, "Proxy")]), "--json"))
    assert list(said) == KEYS
    assert (said["layout"], said["encoding"], said["rows"]) == ("eros_absent", "utf-8", 2)
    assert (said["postal"], said["proxy"], said["postal_proxy"]) == (1, 1, 0)
    assert (said["added"], said["unmatched"], said["problems"]) == (2, 0, [])
    assert said["seconds"] > 0


def test_it_says_the_same_in_words(tmp_path: Path) -> None:
    file = listed(tmp_path / "list.csv", [*((number, "Postal") for number in range(1, 10)), (99, "Postal")])
    said = run(file)
    assert "9 postal votes, 0 proxy votes, 0 postal proxy votes: 9 added, 0 changed, 0 removed, 0 unchanged." in said
    assert "1 rows have an elector number that nobody on the register has." in said
    assert f"{file}, line 12: nobody on the register has this elector number." in said
    assert "Brought in in" in said
    many = listed(tmp_path / "many.csv", [(number, "Postal") for number in range(1, 40)])
    assert "… and 9 more problems" in run(many, "--accept-losses")


def test_a_dry_run_says_so(tmp_path: Path) -> None:
    assert "Tried and taken back" in run(listed(tmp_path / "list.csv", [(1, "Postal")]), "--dry-run")
    assert marks() == {}


def test_a_refusal_has_status_1_and_still_prints_the_object(tmp_path: Path) -> None:
    run(listed(tmp_path / "good.csv", [(1, "Postal")]))
    bad = listed(tmp_path / "bad.csv", [(99, "Postal")])
    problem = refused(bad, words="nothing was changed.*another edition")
    assert (problem["file"], problem["line"]) == (str(bad), 1)
    with pytest.raises(CommandError, match="nothing was changed"):
        run(bad)
    refused(tmp_path / "none.csv", words="there is no such file")
    assert marks() == {"1": "postal"}


def test_the_options_reach_the_list(tmp_path: Path) -> None:
    file = xpress(tmp_path / "list.csv", ["TA-1", "TA-2"])
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(XPRESS))
    refused(file, "--mapping", mapping, words="Say of which kind")
    run(file, "--kind", "proxy")
    assert marks() == {"1": "proxy", "2": "proxy"}
    run(file, "--layout", XPRESS["name"], "--kind", "postal", "--password", "unused")
    assert marks() == {"1": "postal", "2": "postal"}
    refused(file, "--kind", "postal", "--council", "Elsewhere", words="no register of the council Elsewhere")


def test_a_mapping_file_that_is_a_register_s_is_refused(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(XPRESS | {"kind": "update"}))
    with pytest.raises(CommandError, match="this mapping is of a register") as refusal:
        run(xpress(tmp_path / "list.csv", ["TA-1"]), "--mapping", mapping)
    assert refusal.value.returncode == 1
    assert not SavedLayout.objects.exists()


@pytest.mark.parametrize(
    "arguments", [["list.csv", "--layout", "eros_full"], ["list.csv", "--kind", "postman"], []], ids=str
)
def test_wrong_usage_changes_nothing(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert not AbsentVote.objects.exists()


def test_the_password_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "campaign.management.commands.import_absent_voters.getpass", lambda words: asked.append(words) or "open"
    )
    run(listed(tmp_path / "list.csv", [(1, "Postal")]), "--password", "-")
    assert len(asked) == 1


def test_a_database_that_fails_prints_the_object_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absent, "ADD", "SELECT 'Secret Elector'::int")
    problem = refused(listed(tmp_path / "list.csv", [(1, "Postal")]), words="The register is as it was")
    assert "Secret" not in json.dumps(problem)


@contextmanager
def marks_kept() -> Iterator[None]:
    """Nobody can write marks meanwhile: a list stands still in its middle."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE canvassing_absentvote IN SHARE MODE")
        yield
    finally:
        other.rollback()
        other.close()


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation IS NOT NULL)")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_killed_command_leaves_nothing_half_done(tmp_path: Path) -> None:
    run(listed(tmp_path / "one.csv", [(1, "Postal")]))
    file = listed(tmp_path / "two.csv", [(2, "Postal"), (3, "Postal")])
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    with marks_kept():
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "manage.py", "import_absent_voters", str(file)],
            cwd=BASE_DIR,
            env=os.environ | {"DATABASE_URL": url},
        )
        patience = time.monotonic() + PATIENCE
        while not is_waiting():
            assert process.poll() is None
            assert time.monotonic() < patience
            time.sleep(0.05)
        process.kill()
        process.wait()
    assert marks() == {"1": "postal"}
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:  # the server notices a while later that nobody is there any more
        try:
            run(file)
            break
        except CommandError as busy:
            assert "another import is running" in str(busy)  # noqa: PT017
            time.sleep(0.05)
    assert marks() == {"2": "postal", "3": "postal"}


def test_a_mapping_file_need_not_say_that_it_is_of_absent_voters(tmp_path: Path) -> None:
    rows = [["ElectorNo", "Name", "SendTo1", "SendTo2"], ["TA-1", "x", "y", "z"]]
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({key: value for key, value in XPRESS.items() if key != "kind"}))
    file = write_rows(tmp_path / "list.tsv", rows, encoding="utf-16", delimiter="\t")
    assert json.loads(run(file, "--mapping", mapping, "--kind", "postal", "--json"))["encoding"] == "utf-16"
