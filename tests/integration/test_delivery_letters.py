"""What arrives: text and HTML, imprint, unsubscribing, calendar entry, headers; and what stands in no log."""

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from icalendar import Calendar

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, SATURDAY, owed
from tests.mail_server import Letter, MailServer
from volunteers.messaging import composing, delivery
from volunteers.messaging.models import Message, Stopped, Wording
from volunteers.people.models import User, Volunteer
from volunteers.sessions.models import Booking, Session

pytestmark = pytest.mark.django_db

State = Message.State


@pytest.fixture(autouse=True)
def mail(settings: Any) -> Iterator[MailServer]:
    CampaignDetailsFactory()
    settings.SITE_URL = "https://campaign.example"
    with MailServer() as server:
        server.use(settings)
        yield server


def received(mail: MailServer) -> Letter:
    delivery.deliver(clock=lambda: AT)
    assert list(Message.objects.values_list("state", "last_error")) == [(State.SENT, "")]
    return mail.letters[-1]


# The two bodies


def test_it_arrives_as_text_and_as_html_with_the_same_words(mail: MailServer) -> None:
    owed("fern@example.org")
    letter = received(mail)
    for body in (letter.part("text/plain"), letter.part("text/html")):
        assert "your place is booked" in body
        assert "Saturday 12 June, 10:00 to 12:00" in body
        assert "The bandstand, Thimble Park" in body
    assert letter.parsed["Subject"] == "Booked: Saturday 12 June, 10:00 to 12:00"


def test_every_link_in_it_is_whole_and_on_our_site(mail: MailServer) -> None:
    owed("fern@example.org")
    letter = received(mail)
    links = re.findall(r"https?://\S+", letter.part("text/plain"))
    assert len(links) == 2
    for link in [*links, *re.findall(r'href="([^"]+)"', letter.part("text/html"))]:
        assert link.startswith("https://campaign.example/")


def test_the_imprint_stands_in_both_bodies_of_every_email(mail: MailServer) -> None:
    imprint = CampaignDetailsFactory().imprint
    owed("fern@example.org")
    letter = received(mail)
    assert imprint in letter.part("text/plain")
    assert imprint in letter.part("text/html")


def test_what_people_typed_is_text_in_the_html(mail: MailServer) -> None:
    owed("fern@example.org")
    Volunteer.objects.update(given_name="<b>Fern</b>")
    html = received(mail).part("text/html")
    assert "&lt;b&gt;Fern" in html
    assert "<b>Fern" not in html


def test_letters_of_other_alphabets_arrive_whole(mail: MailServer) -> None:
    owed("fern@example.org")
    Session.objects.update(title="Żółw, naïve 🌹", meeting_point="Café Łódź")
    Wording.objects.create(kind="booked", subject="{title}", body="{title} {meeting_point}", edited_at=AT)
    letter = received(mail)
    assert letter.parsed["Subject"] == "Żółw, naïve 🌹"
    assert "Café Łódź" in letter.part("text/plain")


# Headers


def test_nobody_smuggles_a_header_in_by_a_name_or_a_title(mail: MailServer) -> None:
    owed("fern@example.org")
    Volunteer.objects.update(given_name="Fern\r\nBcc: all@example.org")
    Session.objects.update(title="Canvassing\nX-Evil: yes\u2028X-Worse: yes")
    Wording.objects.create(kind="booked", subject="{name}\n{title}\r\nX-Own: yes", body="{name}", edited_at=AT)
    letter = received(mail)
    assert {"Bcc", "X-Evil", "X-Worse", "X-Own"} & set(letter.parsed.keys()) == set()
    assert letter.parsed["Subject"] == "Fern Bcc: all@example.org Canvassing X-Evil: yes X-Worse: yes X-Own: yes"
    assert mail.addresses == ["fern@example.org"]


def test_machines_are_told_that_a_machine_wrote_it(mail: MailServer) -> None:
    owed("fern@example.org")
    assert received(mail).parsed["Auto-Submitted"] == "auto-generated"


def test_a_kind_that_can_be_stopped_is_stopped_in_one_click_as_the_standard_says(mail: MailServer) -> None:
    """RFC 8058: a POST of List-Unsubscribe=One-Click, with no cookie and no token of ours in the form."""
    message = owed("fern@example.org", kind="morning")
    letter = received(mail)
    assert letter.parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter.parsed["List-Unsubscribe"].strip(" <>")
    assert address in letter.part("text/plain")
    answer = Client(enforce_csrf_checks=True).post(
        urlsplit(address).path,
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert Stopped.objects.filter(volunteer=message.volunteer, kind="morning", channel="email").exists()


def test_a_kind_that_must_go_offers_no_stopping(mail: MailServer) -> None:
    owed("fern@example.org")
    letter = received(mail)
    assert letter.parsed["List-Unsubscribe"] is None
    assert "/stop/" not in letter.part("text/plain") + letter.part("text/html")


# The calendar entry


def entry(letter: Letter) -> tuple[str, Any]:
    (part,) = [part for part in letter.parsed.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert part.get_filename() == "session.ics"
    assert part.get_param("method") == calendar["METHOD"]
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


def test_a_booking_brings_its_session_into_the_calendar(mail: MailServer) -> None:
    owed("fern@example.org")
    Session.objects.update(title="Żółw; and, more")
    method, event = entry(received(mail))
    assert (method, event["SUMMARY"], event["DTSTART"].dt) == ("PUBLISH", "Żółw; and, more", SATURDAY)


def test_a_session_called_off_leaves_the_calendar(mail: MailServer) -> None:
    message = owed("fern@example.org", kind="cancelled")
    Session.objects.update(cancelled_at=AT, cancelled_because="Rain.", revision=1)
    Message.objects.update(about=message.about | {"revision": 1})
    method, event = entry(received(mail))
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)


def test_a_waiting_list_is_no_appointment(mail: MailServer) -> None:
    owed("fern@example.org", kind="waiting")
    Booking.objects.update(state="waiting", waiting_since=AT, confirmed_at=None)
    assert "text/calendar" not in {part.get_content_type() for part in received(mail).parsed.walk()}


# What stands in no log and in no row


@pytest.mark.parametrize("word", ["nobody", "later", "unwanted", "dropped", "fern"])
def test_no_log_and_no_row_names_an_address_or_a_person(caplog: pytest.LogCaptureFixture, word: str) -> None:
    owed(f"{word}.secret@example.org")
    Volunteer.objects.update(given_name="Aconita")
    with caplog.at_level(logging.DEBUG):
        delivery.deliver(clock=lambda: AT)
    # The mail server's own log, and PostgreSQL's statements, which only DEBUG shows, are not ours.
    ours = [record for record in caplog.records if record.name not in ("mail.log", "django.db.backends")]
    logged = "\n".join(record.getMessage() for record in ours)
    row = Message.objects.get()
    for secret in ("secret", "Aconita", "example.org"):
        assert secret not in logged
        assert secret not in row.last_error


def test_a_message_that_cannot_be_written_names_nobody_and_holds_up_nobody(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, mail: MailServer
) -> None:
    """Found by this test: the error's text, with the name in it, went to the log with its trace."""

    def fail(message: Message, at: object) -> None:
        raise ValueError(f"cannot write to {message.volunteer.given_name} at secret@example.org")

    monkeypatch.setitem(composing.COMPOSERS, "morning", fail)
    broken, other = owed("secret@example.org", kind="morning"), owed("fern@example.org")
    delivery.deliver(clock=lambda: AT)
    for row in (broken, other):
        row.refresh_from_db()
    assert (broken.state, broken.last_error) == (State.DUE, "it could not be written (ValueError)")
    assert other.state == State.SENT
    assert f"message {broken.pk} of kind morning could not be written: ValueError in" in caplog.text
    assert "secret" not in caplog.text
    assert broken.volunteer.given_name not in caplog.text


def test_an_address_that_no_program_can_read_is_tried_later_and_holds_up_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, other = owed("fern@example.org"), owed("reed@example.org")
    User.objects.filter(pk=broken.volunteer.user_id).update(email="secret@exa mple.org, two@example.org")
    delivery.deliver(clock=lambda: AT)
    for row in (broken, other):
        row.refresh_from_db()
    assert broken.state == State.DUE
    assert other.state == State.SENT
    assert "secret" not in caplog.text
