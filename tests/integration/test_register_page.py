"""The organiser's pages of the register: sending a file, what the worker makes of it, and starting again."""

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from kombu.exceptions import OperationalError

from campaign.audit.models import AuditEvent
from canvassing.electorate.models import Elector, PollingDistrict
from canvassing.register import runs
from canvassing.register.models import RegisterImport
from canvassing.register.tasks import import_upload, tidy_imports
from tests.factories.register import AT, EDITION, Person, as_text, bring_in, street_of, write
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/organise/register/"


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the worker was rung for."""
    rung: list[int] = []
    monkeypatch.setattr(import_upload, "delay", rung.append)
    return rung


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(UserFactory(agent=True))
    return client


@pytest.fixture
def send(agent: Client, bells: list[int], django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """`send(people)`: upload a file of these people and follow to the import's page."""

    def send(people: list[Person], **fields: str) -> Any:
        file = SimpleUploadedFile("register.tsv", as_text(people).encode("cp1252"))
        with django_capture_on_commit_callbacks(execute=True):
            return agent.post(PAGE, {"file": file, **fields}, follow=True)

    return send


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def work(record: RegisterImport, capture: Any) -> RegisterImport:
    with capture(execute=True):
        import_upload(record.pk)
    record.refresh_from_db()
    return record


def import_it(record: RegisterImport, agent: Client, capture: Any, **votes: str) -> RegisterImport:
    """Preview, press the button, and let the worker work."""
    work(record, capture)
    agent.post(f"{PAGE}{record.pk}/confirm/", votes)
    return work(record, capture)


def test_it_works(
    send: Any, agent: Client, bells: list[int], uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    answer = send(street_of(10))
    record = RegisterImport.objects.get()
    assert answer.redirect_chain == [(f"{PAGE}{record.pk}/", 302)]
    assert "Waiting for the worker" in text_of(answer)
    assert bells == [record.pk]
    (stored,) = uploads.glob("register/*")
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    work(record, django_capture_on_commit_callbacks)
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert "Nothing is changed yet." in page
    assert "would hold 10 electors at 5 doors in 1 street" in page
    assert (stored.exists(), Elector.objects.count()) == (True, 0)
    with django_capture_on_commit_callbacks(execute=True):
        agent.post(f"{PAGE}{record.pk}/confirm/", {"vote-": "on"})
    assert bells == [record.pk, record.pk]
    work(record, django_capture_on_commit_callbacks)
    assert not stored.exists()
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert '<dt>electors added</dt><dd class="figure-number">10</dd>' in page
    assert "now holds 10 electors at 5 doors in 1 street" in page
    assert "Xpress, full register in 14 columns, utf-8, edition of 1 December" in page
    assert reverse("canvassing:district", kwargs={"pk": PollingDistrict.objects.get().pk}) in page
    event = AuditEvent.objects.get(act="register imported")
    assert event.actor == f"user:{record.asked_by_id}"
    assert AuditEvent.objects.filter(act="register import tried").count() == 1


def test_a_district_with_a_ward_is_not_listed(
    send: Any, agent: Client, django_capture_on_commit_callbacks: Any
) -> None:
    send(street_of(10))
    record = import_it(RegisterImport.objects.get(), agent, django_capture_on_commit_callbacks)
    assert "No ward yet" in text_of(agent.get(f"{PAGE}{record.pk}/"))
    district = PollingDistrict.objects.get()
    district.ward = district.constituency.wards.create(name="Test ward")
    district.save()
    assert "No ward yet" not in text_of(agent.get(f"{PAGE}{record.pk}/"))


def test_the_agent_says_which_markers_may_vote(
    send: Any, agent: Client, django_capture_on_commit_callbacks: Any
) -> None:
    people = [*street_of(4), Person(5, "Five", marker="G"), Person(6, "Six", marker="Q")]
    send(people)
    record = work(RegisterImport.objects.get(), django_capture_on_commit_callbacks)
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert 'name="vote-" aria-label="May vote: marker none" checked>' in page
    assert 'name="vote-G" aria-label="May vote: marker G">' in page
    assert 'name="vote-Q" aria-label="May vote: marker Q" checked>' in page
    import_it(record, agent, django_capture_on_commit_callbacks, **{"vote-": "on", "vote-G": "on"})
    votes = dict(Elector.objects.values_list("marker", "may_vote"))
    assert votes == {"": True, "G": True, "Q": False}
    assert AuditEvent.objects.get(act="markers confirmed").facts == {"votes": {"": True, "G": True, "Q": False}}
    upload = SimpleUploadedFile("register.tsv", as_text(people).encode("cp1252"))
    asked = runs.ask(filename="register.tsv", upload=upload, at=now(), dry_run=True)
    again = work(asked, django_capture_on_commit_callbacks)
    page = text_of(agent.get(f"{PAGE}{again.pk}/"))
    assert 'name="vote-Q" aria-label="May vote: marker Q">' in page


def test_a_confirmation_pressed_twice_imports_once(
    send: Any, agent: Client, bells: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    send(street_of(10))
    record = import_it(RegisterImport.objects.get(), agent, django_capture_on_commit_callbacks)
    first = record.ended_at
    agent.post(f"{PAGE}{record.pk}/confirm/")
    assert work(record, django_capture_on_commit_callbacks).ended_at == first
    assert record.state == "done"


def test_a_preview_nobody_came_back_to_is_let_go_of_with_its_file(
    send: Any, uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    send(street_of(10))
    record = work(RegisterImport.objects.get(), django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        tidy_imports()
        assert list(uploads.glob("register/*")) != []
        RegisterImport.objects.update(asked_at=now() - timedelta(hours=25))
        tidy_imports()
    record.refresh_from_db()
    assert (record.state, list(uploads.glob("register/*"))) == ("cancelled", [])


def test_problems_are_told_by_line_and_markers_by_meaning(
    send: Any, agent: Client, django_capture_on_commit_callbacks: Any
) -> None:
    send([*street_of(10), Person("", marker="G"), Person(12, marker="Q")])
    record = work(RegisterImport.objects.get(), django_capture_on_commit_callbacks)
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert "Line 12: this row has no polling district or no elector number; it was left out." in page
    assert "EU citizen, local elections" in page
    assert "unknown to us: ask the council" in page
    assert "Line 13: the marker Q is unknown here" in page


def test_a_refused_file_says_why_and_is_deleted(
    agent: Client, uploads: Path, bells: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        agent.post(PAGE, {"file": SimpleUploadedFile("register.tsv", b"Name,Town\nAnn,Leeds\n")})
    record = work(RegisterImport.objects.get(), django_capture_on_commit_callbacks)
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert "Nothing was imported:" in page
    assert "register.tsv, line 1: no header of a register file is here" in page
    assert list(uploads.glob("register/*")) == []
    assert not Elector.objects.exists()


def test_edition_and_losses_reach_the_import(send: Any, django_capture_on_commit_callbacks: Any) -> None:
    edition = runs_edition(send)
    record = work(RegisterImport.objects.get(), django_capture_on_commit_callbacks)
    assert (record.report["edition"], record.accept_losses) == (edition, True)


def runs_edition(send: Any) -> str:
    answer = send([], edition="nonsense")
    said = str(answer.context["form"].fields["edition"].choices[1][0])
    send(street_of(4), edition=said, accept_losses="on")
    return said


def test_an_edition_far_ahead_is_refused_by_the_form(agent: Client, bells: list[int]) -> None:
    file = SimpleUploadedFile("register.tsv", as_text(street_of(4)).encode())
    page = text_of(agent.post(PAGE, {"file": file, "edition": "2099-12-01"}))
    assert "No file can have this edition now. Choose one of those in the list." in page
    assert bells == []


def test_what_concerns_the_whole_file_stands_without_a_line(agent: Client, tmp_path: Path) -> None:
    bring_in(write(tmp_path / "old.tsv", [*street_of(4), *street_of(4, district="TB")]))
    record = bring_in(write(tmp_path / "new.tsv", street_of(4)), edition=EDITION.replace(year=2027))
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert "<li>polling district TB (4 electors) is still at the edition of 1 December 2026" in page


def test_a_bad_form_keeps_what_was_ticked_and_asks_nobody(agent: Client, bells: list[int]) -> None:
    answer = agent.post(PAGE, {"accept_losses": "on"})
    page = text_of(answer)
    assert "This field is required" in page
    assert answer.context["form"]["accept_losses"].value() is True
    assert not RegisterImport.objects.exists()
    assert bells == []


def test_bug_an_upload_that_cannot_be_kept_was_an_error_page(agent: Client, bells: list[int], uploads: Path) -> None:
    uploads.parent.mkdir(exist_ok=True)
    uploads.write_text("a file where the folder should be")
    file = SimpleUploadedFile("register.tsv", as_text(street_of(4)).encode())
    page = text_of(agent.post(PAGE, {"file": file}))
    assert "There is no room for the file here." in page
    assert (bells, RegisterImport.objects.count()) == ([], 0)


def test_the_bell_rung_twice_does_no_harm(send: Any, django_capture_on_commit_callbacks: Any) -> None:
    send(street_of(10))
    record = RegisterImport.objects.get()
    assert work(record, django_capture_on_commit_callbacks).state == "previewed"
    assert work(record, django_capture_on_commit_callbacks).state == "previewed"
    assert Elector.objects.count() == 0


def test_a_bell_for_nothing_is_not_minded() -> None:
    import_upload(0)


def test_an_import_that_waits_can_be_rung_again_or_cancelled(
    send: Any, agent: Client, bells: list[int], uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    send(street_of(10))
    record = RegisterImport.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        agent.post(f"{PAGE}{record.pk}/start/")
    assert bells == [record.pk, record.pk]
    with django_capture_on_commit_callbacks(execute=True):
        answer = agent.post(f"{PAGE}{record.pk}/cancel/", follow=True)
    assert "Cancelled." in text_of(answer)
    assert list(uploads.glob("register/*")) == []
    record.refresh_from_db()
    assert record.state == "cancelled"
    agent.post(f"{PAGE}{record.pk}/cancel/")
    assert AuditEvent.objects.filter(act="register import cancelled").count() == 1


def test_an_import_nobody_takes_up_can_be_started_again(agent: Client) -> None:
    upload = SimpleUploadedFile("register.tsv", as_text(street_of(4)).encode())
    record = runs.ask(filename="register.tsv", upload=upload, at=now() - timedelta(minutes=1))
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert "No worker has taken this up yet" in page
    assert f"{PAGE}{record.pk}/start/" in page


def test_a_worker_out_of_reach_is_said(agent: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*arguments: object) -> None:
        raise OperationalError

    monkeypatch.setattr(import_upload, "delay_on_commit", unreachable)
    file = SimpleUploadedFile("register.tsv", as_text(street_of(4)).encode())
    answer = agent.post(PAGE, {"file": file}, follow=True)
    assert "the worker could not be reached" in text_of(answer)
    assert RegisterImport.objects.get().state == "waiting"


def test_the_page_polls_with_htmx_until_the_import_has_ended(
    send: Any, agent: Client, django_capture_on_commit_callbacks: Any
) -> None:
    answer = send(street_of(10))
    assert 'hx-trigger="every 2s"' in text_of(answer)
    record = RegisterImport.objects.get()
    piece = agent.get(f"{PAGE}{record.pk}/", headers={"HX-Request": "true"})
    assert piece.status_code == 200
    assert "<html" not in text_of(piece)
    work(record, django_capture_on_commit_callbacks)
    ended = agent.get(f"{PAGE}{record.pk}/", headers={"HX-Request": "true"})
    assert ended.status_code == 286
    assert "electors added" in text_of(ended)


@pytest.mark.parametrize("state", ["waiting", "reading"])
def test_a_row_that_says_reading_without_a_living_import_was_cut_short(agent: Client, state: str) -> None:
    record = runs.ask(filename="register.tsv", at=AT)
    RegisterImport.objects.update(state=state)
    page = text_of(agent.get(f"{PAGE}{record.pk}/"))
    assert ("cut short" in page) == (state == "reading")
    assert ("Run the command again" in page) == (state == "reading")


def test_the_list_takes_as_many_statements_for_one_import_as_for_many(
    agent: Client, tmp_path: Path, query_count: Callable[[Callable[[], object]], int]
) -> None:
    file = write(tmp_path / "register.tsv", street_of(4))
    bring_in(file)
    one = query_count(lambda: agent.get(PAGE))
    for _ in range(9):
        bring_in(file)
    assert query_count(lambda: agent.get(PAGE)) == one <= 12


def test_the_result_takes_few_statements_and_little_space(
    agent: Client, tmp_path: Path, query_count: Callable[[Callable[[], object]], int]
) -> None:
    people = [person for number in range(90) for person in street_of(4, district=f"T{number:02d}")]
    record = bring_in(write(tmp_path / "register.tsv", [*people, *[Person("")] * 200]))
    page = f"{PAGE}{record.pk}/"
    assert query_count(lambda: agent.get(page)) <= 12
    assert len(agent.get(page).content) < 60_000
    assert "… and 100 more." in text_of(agent.get(page))
