"""Stopping a kind of message: one button behind the link, one click from the mail program, and nobody else's."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from campaign.foundation.signed_links import sign
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, owed, person
from volunteers.messaging import consents, letters
from volunteers.messaging.kinds import KINDS
from volunteers.messaging.models import Consent, Message, Stopped
from volunteers.people.models import Volunteer

pytestmark = pytest.mark.django_db

ONE_CLICK = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def fern() -> Volunteer:
    CampaignDetailsFactory()
    return person("fern@example.org")


@pytest.fixture
def stranger() -> Client:
    """A mail program: no cookie, and cross-site requests are refused."""
    return Client(enforce_csrf_checks=True)


def link(volunteer: Volunteer, kind: str = "morning") -> str:
    return urlsplit(letters.stop_link(KINDS[kind], Message(volunteer=volunteer, kind=kind))).path


def stopped(volunteer: Volunteer) -> set[tuple[str, str]]:
    return set(Stopped.objects.filter(volunteer=volunteer).values_list("kind", "channel"))


def test_it_works(fern: Volunteer, stranger: Client) -> None:
    answer = stranger.post(link(fern), **ONE_CLICK)
    assert answer.status_code == 200
    assert "Stopped" in answer.content.decode()
    assert ("morning", "email") in stopped(fern)


def test_it_does_not_come_as_a_text_message_instead(fern: Volunteer, stranger: Client) -> None:
    """Found by reading: who stopped the e-mail got the same kind as a text message from then on."""
    stranger.post(link(fern), **ONE_CLICK)
    assert stopped(fern) == {("morning", "email"), ("morning", "sms")}


def test_opening_the_link_stops_nothing_and_shows_one_button(fern: Volunteer, stranger: Client) -> None:
    for answer in (stranger.get(link(fern)), stranger.head(link(fern))):
        assert answer.status_code == 200
    assert stopped(fern) == set()
    page = stranger.get(link(fern)).content.decode()
    assert page.count("<form") == page.count("Stop them") == 1


def test_the_page_is_kept_by_nobody_and_names_nobody(fern: Volunteer, stranger: Client) -> None:
    answer = stranger.get(link(fern))
    assert "no-store" in answer["Cache-Control"]
    assert fern.given_name not in answer.content.decode()


def test_twice_is_as_once(fern: Volunteer, stranger: Client) -> None:
    for _ in range(2):
        assert stranger.post(link(fern), **ONE_CLICK).status_code == 200
    assert len(stopped(fern)) == 2


def test_it_stops_this_kind_of_this_person_only(fern: Volunteer, stranger: Client) -> None:
    other = person("reed@example.org")
    stranger.post(link(fern), **ONE_CLICK)
    assert stopped(other) == set()
    assert {kind for kind, _ in stopped(fern)} == {"morning"}


def test_stopping_to_be_asked_for_more_withdraws_the_consent(fern: Volunteer, stranger: Client) -> None:
    consents.set_consents(volunteer=fern, channels=["email", "sms"], at=AT)
    stranger.post(link(fern, "next_ask"), **ONE_CLICK)
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    assert Consent.objects.count() == 2


def test_stopping_a_reminder_withdraws_no_consent(fern: Volunteer, stranger: Client) -> None:
    consents.set_consents(volunteer=fern, channels=["email"], at=AT)
    stranger.post(link(fern), **ONE_CLICK)
    assert Consent.objects.filter(withdrawn_at=None).count() == 1


def test_what_was_stopped_can_be_wanted_again(fern: Volunteer) -> None:
    pairs = [("morning", "email"), ("thanks", "email")]
    consents.set_stopped(volunteer=fern, stopped=pairs, at=AT)
    consents.set_stopped(volunteer=fern, stopped=[*pairs[1:], ("booked", "email")], at=AT)
    assert stopped(fern) == {("thanks", "email")}


def test_consents_stand_by_channel_and_what_was_withdrawn_stays_written(fern: Volunteer) -> None:
    consents.set_consents(volunteer=fern, channels=["email"], at=AT)
    consents.set_consents(volunteer=fern, channels=["sms"], at=AT)
    assert consents.standing_channels(fern) == {"sms"}
    withdrawn = Consent.objects.get(channel="email")
    assert (withdrawn.withdrawn_at, withdrawn.wording_version) == (AT, consents.WORDING_VERSION)


# Links that are not ours


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "999" + token,
        lambda token: token.partition("-")[0],
        lambda token: "nonsense",
        lambda token: "1-żółw",
    ],
)
def test_a_forged_link_is_gone(fern: Volunteer, stranger: Client, change: object, method: str) -> None:
    *start, token, _ = link(fern).split("/")
    answer = getattr(stranger, method)("/".join([*start, change(token), ""]))  # type: ignore[operator]
    assert answer.status_code == 410
    assert not Stopped.objects.exists()


def test_a_link_for_one_kind_opens_no_other(fern: Volunteer, stranger: Client) -> None:
    token = link(fern, "morning").split("/")[-2]
    assert stranger.post(f"/stop/day_before/{token}/").status_code == 410


@pytest.mark.parametrize("kind", ["booked", "cancelled", "nonsense"])
def test_a_kind_that_must_go_or_does_not_exist_cannot_be_stopped(stranger: Client, fern: Volunteer, kind: str) -> None:
    assert stranger.post(f"/stop/{kind}/{sign(f'stop {kind}', fern.pk)}/").status_code == 410


def test_a_link_older_than_the_merging_of_two_entries_stops_what_goes_to_the_kept_one(
    fern: Volunteer, stranger: Client
) -> None:
    """Found by this test: unsubscribing by an older message was a dead link."""
    kept = person("fern.kept@example.org")
    Volunteer.objects.filter(pk=fern.pk).update(merged_into=kept)
    assert stranger.post(link(fern), **ONE_CLICK).status_code == 200
    assert ("morning", "email") in stopped(kept)


def test_somebody_erased_has_nothing_to_stop(fern: Volunteer, stranger: Client) -> None:
    Volunteer.objects.filter(pk=fern.pk).update(user=None, family_name="", postcode="", erased_at=AT)
    assert stranger.post(link(fern), **ONE_CLICK).status_code == 410


def test_an_owed_message_can_be_stopped_before_it_goes(fern: Volunteer, stranger: Client) -> None:
    message = owed("reed@example.org", kind="morning")
    stranger.post(link(message.volunteer), **ONE_CLICK)
    assert ("morning", "email") in stopped(message.volunteer)
