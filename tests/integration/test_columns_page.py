"""The page on which an agent says what the columns of a file hold that nobody knew."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from canvassing.electorate.models import Elector
from canvassing.register import runs
from canvassing.register.models import RegisterImport
from canvassing.register.tasks import import_upload
from tests.factories.register import AT
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

SHEET = """Area,No.,Family,Given,Home,Old
TA,1,Sparrow,Robin,1 Thorne Park,
TA,2,Sparrow,Wren,1 Thorne Park,
"""
SAID = {
    "name": "Our council", "kind": "full", "numbers": "parts", "column_0": "district", "column_1": "number",
    "column_2": "surname", "column_3": "forename", "column_4": "address",
}  # fmt: skip


@pytest.fixture
def record(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RegisterImport:
    """An import whose header nobody knows, looked at."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    monkeypatch.setattr(import_upload, "delay", lambda pk: None)
    upload = SimpleUploadedFile("council.csv", SHEET.encode())
    record = runs.ask(filename="council.csv", upload=upload, at=AT, dry_run=True)
    import_upload(record.pk)
    return record


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(UserFactory(agent=True))
    return client


def page_of(record: RegisterImport) -> str:
    return f"/organise/register/{record.pk}/columns/"


def test_it_works(agent: Client, record: RegisterImport) -> None:
    assert page_of(record) in agent.get(f"/organise/register/{record.pk}/").content.decode()
    page = agent.get(page_of(record)).content.decode()
    assert "For example: 1 Thorne Park" in page
    assert page.count("Empty in the first rows.") == 1
    answer = agent.post(page_of(record), SAID)
    assert answer["Location"] == f"/organise/register/{record.pk}/"
    import_upload(record.pk)
    page = agent.get(f"/organise/register/{record.pk}/").content.decode()
    assert "Our council" in page
    assert "would hold 2 electors at 1 door in 1 street" in " ".join(page.split())
    assert not Elector.objects.exists()


def test_what_is_missing_is_said_and_what_was_chosen_is_kept(agent: Client, record: RegisterImport) -> None:
    page = agent.post(page_of(record), SAID | {"column_1": ""}).content.decode()
    assert "Say which column holds the elector number." in page
    assert 'value="Our council"' in page
    assert '<option value="surname" selected>' in page


def test_bug_after_a_refusal_the_examples_of_the_file_still_stand(agent: Client, record: RegisterImport) -> None:
    page = agent.post(page_of(record), SAID | {"name": ""}).content.decode()
    assert "For example: 1 Thorne Park" in page
    assert page.count("Empty in the first rows.") == 1


def test_codes_of_changes_stand_open_once_one_is_given(agent: Client, record: RegisterImport) -> None:
    assert '<details class="more mb-4">' in agent.get(page_of(record)).content.decode()
    sent = SAID | {"kind": "update", "code_delete": "D"}
    assert '<details class="more mb-4" open>' in agent.post(page_of(record), sent).content.decode()
