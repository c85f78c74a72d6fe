"""What each kind of message says: defaults, the campaign's own words, preview, refusal, and back."""

from html import unescape

import pytest
from django.test import Client

from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, owed
from tests.factories.volunteers import UserFactory
from volunteers.messaging import delivery, letters, rendering
from volunteers.messaging.default_wordings import DEFAULTS
from volunteers.messaging.kinds import KINDS
from volunteers.messaging.models import Wording

pytestmark = pytest.mark.django_db

LIST, PAGE = "/organise/messages/wordings/", "/organise/messages/wordings/booked/"
OWN = {"subject": "Yours: {day}", "body": "Dear {name},\n\n{cancel_link}", "sms": "{name}: {day} {session_link}"}


@pytest.fixture
def editor(client: Client) -> Client:
    CampaignDetailsFactory()
    client.force_login(UserFactory(agent=True))
    return client


def text_of(answer: object) -> str:
    return unescape(answer.content.decode())  # type: ignore[attr-defined]


def test_it_works(editor: Client, mailoutbox: list[object]) -> None:
    assert editor.post(PAGE, OWN | {"save": "1"})["Location"] == PAGE
    assert letters.wording_of("booked").subject == "Yours: {day}"
    owed("fern@example.org")
    delivery.deliver(clock=lambda: AT)
    assert mailoutbox[0].subject == "Yours: Saturday 12 June"  # type: ignore[attr-defined]
    assert AuditEvent.objects.filter(act="wording changed").count() == 1


def test_the_list_says_whose_words_each_kind_has(editor: Client) -> None:
    editor.post(PAGE, OWN | {"save": "1"})
    page = text_of(editor.get(LIST))
    assert all(kind.label in page for kind in KINDS.values())
    assert page.count("Your own") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_opened_and_read_before_it_goes(editor: Client, kind: str) -> None:
    page = text_of(editor.get(f"{LIST}{kind}/"))
    assert "Bramble" in page
    preview = page.partition("How it reads")[2]
    assert "{" not in preview
    assert ("As a text message" in page) == ("sms" in KINDS[kind].channels)


def test_a_kind_that_does_not_exist_is_not_found(editor: Client) -> None:
    assert editor.get(f"{LIST}nonsense/").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_volunteer_and_an_organiser_without_the_right_change_no_words(client: Client, method: str) -> None:
    client.force_login(UserFactory(volunteer=True))
    assert getattr(client, method)(PAGE).status_code == 403
    assert not Wording.objects.exists()


def test_a_preview_shows_the_new_words_and_saves_nothing(editor: Client) -> None:
    page = text_of(editor.post(PAGE, OWN | {"preview": "1"}))
    assert "Dear Bramble," in page
    assert "Yours: Saturday 14 June" in page
    assert not Wording.objects.exists()


@pytest.mark.parametrize("field", ["subject", "body", "sms"])
def test_a_wrong_placeholder_is_refused_by_name_and_what_was_typed_stays(editor: Client, field: str) -> None:
    answer = editor.post(PAGE, OWN | {field: "Hello {nmae}, welcome", "save": "1"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert "There is no {nmae} in this message. There are: {name}, {candidate}," in page
    assert "Hello {nmae}, welcome" in page
    assert page.count("There is no {nmae}") == 1
    assert not Wording.objects.exists()


@pytest.mark.parametrize("wrong", ["{name", "name}", "{{name}}", "{name!r}", "{name.user.email}", "{}", "{0}"])
def test_anything_but_a_name_in_braces_is_refused(editor: Client, wrong: str) -> None:
    assert editor.post(PAGE, OWN | {"body": wrong, "save": "1"}).status_code == 200
    assert not Wording.objects.exists()


@pytest.mark.parametrize("field", ["subject", "body"])
def test_no_words_at_all_are_refused(editor: Client, field: str) -> None:
    assert editor.post(PAGE, OWN | {field: "  ", "save": "1"}).status_code == 200
    assert not Wording.objects.exists()


def test_no_words_for_a_text_message_are_the_default_ones(editor: Client) -> None:
    """Found by reading: an empty text message went out."""
    editor.post(PAGE, OWN | {"sms": "", "save": "1"})
    assert letters.wording_of("booked").sms == DEFAULTS["booked"].sms


def test_a_text_message_that_leaves_no_room_for_its_link_is_refused(editor: Client) -> None:
    page = text_of(editor.post(PAGE, OWN | {"sms": "x" * 440 + " {cancel_link}", "save": "1"}))
    assert "With the facts filled in it is longer than 459 letters." in page
    assert not Wording.objects.exists()


def test_too_many_words_are_refused_in_a_sentence(editor: Client) -> None:
    page = text_of(editor.post(PAGE, OWN | {"subject": "x" * 151, "save": "1"}))
    assert "at most 150 characters" in page
    assert not Wording.objects.exists()


def test_a_subject_with_a_line_break_goes_out_on_one_line(editor: Client, mailoutbox: list[object]) -> None:
    editor.post(PAGE, OWN | {"subject": "Booked\r\nBcc: all@example.org", "save": "1"})
    owed("fern@example.org")
    delivery.deliver(clock=lambda: AT)
    assert mailoutbox[0].subject == "Booked Bcc: all@example.org"  # type: ignore[attr-defined]
    assert mailoutbox[0].recipients() == ["fern@example.org"]  # type: ignore[attr-defined]


def test_back_to_the_default_words(editor: Client) -> None:
    editor.post(PAGE, OWN | {"save": "1"})
    assert "Back to the default words" in text_of(editor.get(PAGE))
    editor.post(PAGE, {"reset": "1"})
    assert letters.wording_of("booked") == DEFAULTS["booked"]
    assert "Back to the default words" not in text_of(editor.get(PAGE))
    assert AuditEvent.objects.filter(act="wording reset").count() == 1


def test_saved_twice_the_last_words_stand(editor: Client) -> None:
    for subject in ("First", "Second"):
        editor.post(PAGE, OWN | {"subject": subject, "save": "1"})
    assert Wording.objects.get().subject == "Second"


def test_words_that_come_out_empty_are_the_default_ones(mailoutbox: list[object]) -> None:
    """Found by reading: an e-mail without a subject went out where its only placeholder was empty."""
    CampaignDetailsFactory()
    Wording.objects.create(kind="booked", subject="{directions}", body="{name}", sms="{directions}", edited_at=AT)
    owed("fern@example.org")
    delivery.deliver(clock=lambda: AT)
    assert mailoutbox[0].subject == "Booked: Saturday 12 June, 10:00 to 12:00"  # type: ignore[attr-defined]


def test_the_preview_bears_the_imprint_as_the_email_does(editor: Client) -> None:
    assert CampaignDetailsFactory().imprint in text_of(editor.get(PAGE))
    assert rendering.samples(KINDS["booked"])["name"] == "Bramble"
