"""The page of what is owed, stuck and failed, and "try again"."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaign.audit.models import AuditEvent
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import owed, person
from tests.factories.volunteers import UserFactory
from volunteers.messaging import again
from volunteers.messaging.models import Message
from volunteers.people.models import GuardianConsent, User, Volunteer

pytestmark = pytest.mark.django_db

State, Why = Message.State, Message.Why
PAGE, AGAIN = "/organise/messages/", "/organise/messages/again/"
HOUR = timedelta(hours=1)


@pytest.fixture
def organiser(client: Client) -> Client:
    CampaignDetailsFactory()
    client.force_login(UserFactory(organiser=True))
    return client


def shown(client: Client, show: str = "owed") -> str:
    answer = client.get(PAGE, {"show": show})
    assert answer.status_code == 200
    return answer.content.decode()


def a_message(name: str, address: str | None = None, **facts: object) -> Message:
    past = timezone.now() - HOUR / 12
    message = owed(address or f"{name.lower()}.secret@example.org", due_at=past)
    Volunteer.objects.filter(pk=message.volunteer_id).update(given_name=name)
    Message.objects.filter(pk=message.pk).update(**facts)
    message.refresh_from_db()
    return message


def a_failed_one(name: str, **facts: object) -> Message:
    given = {"state": State.FAILED, "why": Why.ADDRESS_REFUSED, "last_error": "the mail server refused the address"}
    message = a_message(name, **given | facts)
    User.objects.filter(pk=message.volunteer.user_id).update(email_refused_at=timezone.now())
    return message


def everything() -> None:
    soon = timezone.now() + HOUR
    a_message("Owing")
    a_message("Stucked", attempts=3, last_error="the mail server answered 451")
    a_failed_one("Failing")
    a_message("Skipping", state=State.SKIPPED, why=Why.TOO_LATE)
    a_message("Sending", state=State.SENT, sent_at=timezone.now(), channel="email")
    a_message("Coming", due_at=soon, next_try_at=soon)


def test_it_works(organiser: Client) -> None:
    everything()
    names = ["Owing", "Stucked", "Failing", "Skipping", "Sending", "Coming"]
    seen = {
        show: {name for name in names if f"{name} E" in shown(organiser, show)}
        for show in ("owed", "stuck", "failed", "skipped", "sent")
    }
    assert seen == {
        "owed": {"Owing", "Stucked"},
        "stuck": {"Stucked"},
        "failed": {"Failing"},
        "skipped": {"Skipping"},
        "sent": {"Sending"},
    }


def test_what_nobody_tries_for_ten_minutes_is_stuck_as_the_banner_says(organiser: Client) -> None:
    """Found by this test: with the worker down the banner led to a page without a row."""
    message = a_message("Waiting")
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - HOUR / 5)
    page = shown(organiser, "stuck")
    assert "Messages are late." in page
    assert "Waiting E" in page


def test_it_says_what_went_wrong_and_how_often(organiser: Client) -> None:
    everything()
    assert "The mail server answered 451, tried 3 times" in shown(organiser, "stuck")
    assert "The address was refused" in shown(organiser, "failed")


def test_it_shows_no_address_and_no_surname(organiser: Client) -> None:
    everything()
    a_failed_one("Minor", guardian_email="parent.secret@example.org", kind="guardian")
    Volunteer.objects.update(family_name="Confidential")
    for show in ("owed", "stuck", "failed", "skipped", "sent"):
        page = shown(organiser, show)
        assert "secret" not in page
        assert "Confidential" not in page
    assert "A parent or guardian of Minor" in shown(organiser, "failed")


def test_an_unknown_choice_shows_what_is_owed(organiser: Client) -> None:
    everything()
    assert "Owing" in shown(organiser, "nonsense")
    assert organiser.get(PAGE, {"page": "999"}).status_code == 200


def test_a_volunteer_does_not_see_it(client: Client) -> None:
    client.force_login(UserFactory(volunteer=True))
    assert client.get(PAGE).status_code == 403
    assert client.post(AGAIN, {"all": "1"}).status_code == 403


@pytest.mark.parametrize("show", ["owed", "failed", "sent"])
def test_as_many_statements_for_thirty_rows_as_for_one(
    organiser: Client, query_count: Callable[[Callable[[], object]], int], show: str
) -> None:
    def fill(number: int) -> None:
        for place in range(number):
            a_message(f"Owing{place}")
            a_failed_one(f"Failing{place}")
            a_message(f"Sent{place}", state=State.SENT, sent_at=timezone.now(), channel="email")

    organiser.get(PAGE)
    fill(1)
    one = query_count(lambda: organiser.get(PAGE, {"show": show}))
    Message.objects.all().delete()
    User.objects.exclude(grants__role="organiser").delete()
    fill(30)
    thirty = query_count(lambda: organiser.get(PAGE, {"show": show}))
    assert one == thirty <= 12
    assert len(organiser.get(PAGE, {"show": show}).content) < 60 * 1024


# Try again


def test_all_that_failed_are_tried_again_and_their_addresses_are_good(organiser: Client) -> None:
    message = a_failed_one("Failing")
    answer = organiser.post(AGAIN, {"all": "1"}, follow=True)
    assert "1 to be tried again now." in answer.content.decode()
    message.refresh_from_db()
    assert (message.state, message.why, message.last_error, message.attempts) == (State.DUE, "", "", 0)
    assert message.volunteer.user.email_refused_at is None
    assert AuditEvent.objects.filter(act="messages tried again").count() == 1


def test_only_the_ticked_ones_are_tried_again(organiser: Client) -> None:
    ticked, other = a_failed_one("Ticked"), a_failed_one("Other")
    organiser.post(AGAIN, {"message": [str(ticked.pk), "nonsense", "9" * 30, "-1"]})
    ticked.refresh_from_db()
    other.refresh_from_db()
    assert (ticked.state, other.state) == (State.DUE, State.FAILED)
    assert other.volunteer.user.email_refused_at is not None


@pytest.mark.parametrize("state", [State.SENT, State.SKIPPED])
def test_what_was_sent_or_skipped_is_not_tried_again(organiser: Client, state: str) -> None:
    facts = {"sent_at": timezone.now(), "channel": "email"} if state == State.SENT else {"why": Why.CHANGED}
    message = a_message("Fern", state=state, **facts)
    organiser.post(AGAIN, {"message": [str(message.pk)]})
    message.refresh_from_db()
    assert message.state == state


def test_what_is_not_due_yet_does_not_go_early(organiser: Client) -> None:
    """Found by this test: a request that named a message of tomorrow sent it now."""
    soon = timezone.now() + HOUR
    message = a_message("Coming", due_at=soon, next_try_at=soon)
    organiser.post(AGAIN, {"message": [str(message.pk)]})
    message.refresh_from_db()
    assert message.due_at == soon


def test_what_is_too_late_by_now_is_not_tried_again_and_says_so(organiser: Client) -> None:
    """Found by reading: it forgot until when it was of use, and "tomorrow" went out on the day."""
    now = timezone.now()
    late = a_failed_one("Late", useful_until=now - HOUR / 60)
    answer = organiser.post(AGAIN, {"all": "1"}, follow=True)
    assert "1 stay as they are: gone by now, or too late to be of use." in answer.content.decode()
    late.refresh_from_db()
    assert late.state == State.FAILED


def test_what_is_of_use_for_a_while_yet_stays_so(organiser: Client) -> None:
    until = timezone.now() + HOUR
    message = a_failed_one("Fern", useful_until=until)
    organiser.post(AGAIN, {"all": "1"})
    message.refresh_from_db()
    assert (message.state, message.useful_until) == (State.DUE, until)


def test_a_guardians_refused_address_says_nothing_of_the_young_persons_own() -> None:
    """Found by this test: trying the guardian again cleared the mark on the volunteer's own address."""
    young = person("young@example.org", age_band=Volunteer.AgeBand.SIXTEEN)
    GuardianConsent.objects.create(volunteer=young, email="parent@example.org", asked_at=timezone.now())
    message = a_failed_one("Unused", kind="guardian", guardian_email="parent@example.org")
    Message.objects.update(volunteer=young)
    User.objects.update(email_refused_at=timezone.now())
    again.try_again(message_ids=[message.pk], by=UserFactory(organiser=True), at=timezone.now())
    assert User.objects.get(volunteers=young).email_refused_at is not None
