"""A parent or guardian reads what it is about and agrees with one button; the link opens nothing else."""

import pytest
from django.test import Client

from campaign.acts.erase_volunteer import erase
from campaign.audit.models import AuditEvent
from campaign.foundation.signed_links import sign
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, HOUR, MessageFactory, person, set_clock
from volunteers.messaging.composing import COMPOSERS, Done
from volunteers.people.models import GuardianConsent
from volunteers.signup.joining import ask_guardian
from volunteers.signup.letters import GUARDIAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def consent(monkeypatch: pytest.MonkeyPatch) -> GuardianConsent:
    """Teasel's parent has been asked, and has not answered."""
    CampaignDetailsFactory()
    set_clock(monkeypatch, AT)
    facts = {"given_name": "Teasel", "family_name": "Nobodyknows", "postcode": "N1 9ZZ", "age_band": "sixteen"}
    return GuardianConsent.objects.create(
        volunteer=person("teasel@example.org", **facts), email="parent@example.org", asked_at=AT - HOUR
    )


def link(consent: GuardianConsent) -> str:
    return f"/guardian/{sign(GUARDIAN, consent.pk)}/"


def test_reading_changes_nothing_and_shows_the_first_name_only(client: Client, consent) -> None:
    page = client.get(link(consent)).content.decode()
    assert "May Teasel help?" in page
    for secret in ("Nobodyknows", "teasel@example.org", "N1 9ZZ"):
        assert secret not in page
    consent.refresh_from_db()
    assert consent.given_at is None


def test_pressing_agrees_and_twice_is_as_once(client: Client, consent) -> None:
    for _ in range(2):
        page = client.post(link(consent), follow=True).content.decode()
        assert "You agreed on 8 June 2027" in page
    consent.refresh_from_db()
    assert consent.given_at == AT
    assert AuditEvent.objects.filter(act="guardian agreed").count() == 1


@pytest.mark.parametrize("token", ["x", "1-abc", "%00", "9" * 100])
def test_a_forged_link_opens_nothing(client: Client, consent, token) -> None:
    for method in (client.get, client.post):
        assert method(f"/guardian/{token}/").status_code == 410


def test_the_link_opens_nothing_once_the_young_person_is_gone(client: Client, consent) -> None:
    address = link(consent)
    erase(volunteer=consent.volunteer, by=None, at=AT)
    assert client.post(address).status_code == 410


def test_the_message_carries_the_link_until_they_agreed(consent) -> None:
    message = MessageFactory(kind="guardian", booking__volunteer=consent.volunteer, about={"consent": consent.pk})
    assert link(consent) in COMPOSERS["guardian"](message, AT).facts["guardian_link"]
    GuardianConsent.objects.update(given_at=AT)
    with pytest.raises(Done):
        COMPOSERS["guardian"](message, AT)


def test_the_same_parent_is_not_asked_twice(consent) -> None:
    for email in ("Parent@example.org", "other@example.org", "other@example.org"):
        ask_guardian(volunteer=consent.volunteer, email=email, at=AT)
    assert consent.volunteer.guardian_consents.count() == 2
    assert consent.volunteer.messages.count() == 1
