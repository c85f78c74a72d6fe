"""The agent's page of absent voters: sending a list, what it did, and saying what the columns of another one hold."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaign.audit.models import AuditEvent
from canvassing.electorate.models import Elector
from canvassing.register import absent, absent_forms
from canvassing.register.models import SavedLayout
from tests.factories.register import bring_in, street_of, write
from tests.factories.volunteers import UserFactory
from tests.integration.test_absent_voters import listed, marks, xpress

pytestmark = pytest.mark.django_db

PAGE = "/organise/register/absent/"
COLUMNS = f"{PAGE}columns/"
HIDDEN = re.compile(r'name="header_sent" value="([^"]*)"')


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture(autouse=True)
def register(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "register.tsv", street_of(10)))


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(UserFactory(agent=True))
    return client


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def send(agent: Client, file: Path, **fields: str) -> Any:
    """Send the list and follow to the page that says what it did."""
    return agent.post(PAGE, {"file": SimpleUploadedFile(file.name, file.read_bytes()), **fields}, follow=True)


def test_it_works(agent: Client, tmp_path: Path, uploads: Path) -> None:
    assert "No list yet" in text_of(agent.get(PAGE))
    answer = send(agent, listed(tmp_path / "list.csv", [(1, "Postal"), (2, "Postal"), (3, "Proxy")]))
    assert answer.redirect_chain == [(PAGE, 302)]
    page = text_of(answer)
    assert "The list is in." in page
    assert '<dt>postal votes</dt><dd class="figure-number">2</dd>' in page
    assert '<dt>proxy votes</dt><dd class="figure-number">1</dd>' in page
    assert "3 added, 0 changed, 0 removed, 0 as they were. 0 rows have an elector number" in page
    assert marks() == {"1": "postal", "2": "postal", "3": "proxy"}
    assert [file for file in uploads.rglob("*") if file.is_file()] == []
    event = AuditEvent.objects.get(act="absent voters imported")
    assert event.actor == f"user:{agent.session['_auth_user_id']}"


def test_the_mark_stands_on_the_door(agent: Client, tmp_path: Path) -> None:
    door = reverse("canvassing:door", kwargs={"pk": Elector.objects.get(number="1").household_id})
    assert "Postal proxy vote" not in text_of(agent.get(door))
    send(agent, listed(tmp_path / "list.csv", [(1, "Postal Proxy")]))
    assert "Postal proxy vote" in text_of(agent.get(door))


def test_problems_are_told_by_line_without_what_stands_there(agent: Client, tmp_path: Path) -> None:
    people = [*((number, "Postal") for number in range(1, 10)), (99, "Postal")]
    page = text_of(send(agent, listed(tmp_path / "list.csv", people)))
    assert "list.csv, line 12: nobody on the register has this elector number." in page
    assert "1 row has an elector number that nobody" in page
    assert "Secret" not in page


def test_a_refused_list_says_why_and_what_was_ticked_stays(agent: Client, tmp_path: Path, uploads: Path) -> None:
    file = listed(tmp_path / "list.csv", [(1, "Postal"), (99, "Postal")])
    answer = send(agent, file, kind="postal")
    assert "Nothing was changed: list.csv: 1 of 2 rows have an elector number" in text_of(answer)
    assert answer.context["form"]["kind"].value() == "postal"
    assert marks() == {}
    assert [path for path in uploads.rglob("*") if path.is_file()] == []
    send(agent, file, accept_losses="on")
    assert marks() == {"1": "postal"}


def test_a_file_that_is_no_table_is_refused_without_asking_for_columns(agent: Client, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear candidate\nhere is nothing\n")
    assert "Nothing was changed: letter.txt, line 1: no header" in text_of(send(agent, file))


def test_a_list_too_large_for_the_page_is_refused(
    agent: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = listed(tmp_path / "list.csv", [(1, "Postal")])
    monkeypatch.setattr(absent_forms, "LARGEST", file.stat().st_size - 1)
    assert "manage.py import_absent_voters FILE" in text_of(send(agent, file))
    assert marks() == {}
    monkeypatch.setattr(absent_forms, "LARGEST", file.stat().st_size)
    send(agent, file)
    assert marks() == {"1": "postal"}


def test_the_council_reaches_the_list(agent: Client, tmp_path: Path) -> None:
    page = text_of(send(agent, listed(tmp_path / "list.csv", [(1, "Postal")]), council="Elsewhere"))
    assert "no register of the council Elsewhere is known here" in page


def test_a_database_that_fails_is_said(agent: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absent, "ADD", "SELECT 'Secret Elector'::int")
    page = text_of(send(agent, listed(tmp_path / "list.csv", [(1, "Postal")])))
    assert "The register is as it was" in page
    assert "Secret" not in page


def test_the_columns_of_an_unknown_list_are_said_once(agent: Client, tmp_path: Path, uploads: Path) -> None:
    file = xpress(tmp_path / "xpress.csv", ["TA-1", "TA-2"])
    answer = send(agent, file, kind="postal")
    page = text_of(answer)
    assert "For example: TA-1" in page
    assert HIDDEN.search(page)
    assert "Monthly" not in page
    assert [path for path in uploads.rglob("*") if path.is_file()] == []
    header = answer.context["form"]["header_sent"].value()
    said = {"name": "Ours", "kind": "absent", "numbers": "joined", "header_sent": header, "column_0": "number"}
    kept = agent.post(COLUMNS, said, follow=True)
    assert kept.redirect_chain == [(PAGE, 302)]
    assert "The columns are known now. Send the file again." in text_of(kept)
    assert SavedLayout.objects.get().mapping["kind"] == "absent"
    send(agent, file, kind="postal")
    assert marks() == {"1": "postal", "2": "postal"}
    assert "Ours" not in text_of(agent.get("/organise/register/"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"column_0": ""}, "Say which column holds the elector number."),
        ({"numbers": "slashed"}, "Say which column holds the polling district"),
        ({"name": ""}, "This field is required"),
        ({"name": "Theirs"}, "A layout of the register has this name."),
        ({"column_1": "surname"}, "Select a valid choice"),
        ({"column_1": "number"}, "Another column is said to hold this already."),
    ],
    ids=["nothing", "no district", "no name", "a name taken", "more than we need", "twice"],
)
def test_columns_that_cannot_be_used_are_asked_for_again(agent: Client, said: dict[str, str], words: str) -> None:
    full = {"columns": {"district": "PD", "number": "No", "surname": "S", "forename": "F"}, "address": ["A"]}
    mapping = {"name": "Theirs", "kind": "full", **full}
    there = SavedLayout.objects.create(name="Theirs", mapping=mapping, made_at="2027-04-10T12:00Z")
    good = {"name": "Ours", "kind": "absent", "numbers": "joined", "header_sent": '["No", "Who"]', "column_0": "number"}
    assert words in text_of(agent.post(COLUMNS, good | said))
    assert SavedLayout.objects.get() == there


@pytest.mark.parametrize("header", ["", "no json", '{"a": 1}', "[1]", "[]"])
def test_columns_of_no_list_lead_back_to_the_page(agent: Client, header: str) -> None:
    answer = agent.post(COLUMNS, {"header_sent": header})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)


def test_the_register_s_page_leads_here(agent: Client) -> None:
    assert f'href="{PAGE}"' in text_of(agent.get("/organise/register/"))


def test_the_page_takes_few_statements_and_little_space_whatever_the_list(
    agent: Client, tmp_path: Path, query_count: Callable[[Callable[[], object]], int]
) -> None:
    send(agent, listed(tmp_path / "list.csv", [(1, "Postal")]))
    one = query_count(lambda: agent.get(PAGE))
    people = [(number, "Postal") for number in range(1, 300)]
    assert "… and 189 more." in text_of(send(agent, listed(tmp_path / "list.csv", people), accept_losses="on"))
    assert query_count(lambda: agent.get(PAGE)) == one <= 12
    assert len(agent.get(PAGE).content) < 60_000
