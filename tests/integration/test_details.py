"""The agent's form of the campaign's facts."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.timezone import now

from campaign.audit import trail
from campaign.audit.models import AuditEvent
from campaign.details.models import CampaignDetails, LegalMode
from tests.factories.campaign import CampaignDetailsFactory, DeadlineFactory, WardFactory
from tests.factories.volunteers import UserFactory
from volunteers.people.models import User

pytestmark = pytest.mark.django_db

SENT = {
    "candidate": "Ada Marlowe",
    "standing_as": "Independent",
    "statement": "A voice that answers to this place.",
    "polling_day": "2024-07-04",
    "volunteer_target": "250",
    "accent": "#006644",
    "imprint": "Promoted by J. Placeholder, 1 Example Street, London N1 0AA.",
    "contact_email": "hello@example.org",
    "legal_mode": "tally",
    "names_on_phones": "on",
}


@pytest.fixture
def agent(client: Client) -> User:
    user = UserFactory(agent=True)
    client.force_login(user)
    return user


def test_it_works(client: Client, agent: User) -> None:
    answer = client.post("/organise/details/", SENT, follow=True)
    details = CampaignDetails.objects.get()
    assert (details.pk, details.candidate, details.volunteer_target, details.accent) == (
        1,
        "Ada Marlowe",
        250,
        "#006644",
    )
    assert details.updated_at is not None
    assert "Details saved." in answer.content.decode()


def test_there_is_one_row_however_often_it_is_saved(client: Client, agent: User) -> None:
    client.post("/organise/details/", SENT)
    client.post("/organise/details/", SENT | {"candidate": "Bea Marlowe"})
    assert [details.candidate for details in CampaignDetails.objects.all()] == ["Bea Marlowe"]
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignDetails.objects.create(pk=2)


def test_a_change_is_written_to_the_trail_without_anybodys_name(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    client.post("/organise/details/", SENT | {"candidate": "Bea Marlowe", "legal_mode": "full"})
    event = AuditEvent.objects.get()
    assert (event.act, event.actor) == ("details changed", f"user:{agent.pk}")
    assert {"candidate", "legal_mode"} <= set(event.facts["fields"])
    assert event.facts["legal_mode"] == "full"
    assert "Marlowe" not in str(event.facts)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"polling_day": "someday"}, "Enter a valid date"),
        ({"accent": "red"}, "Enter a valid value"),
        ({"volunteer_target": "0"}, "greater than or equal to 1"),
        ({"contact_email": "nowhere"}, "Enter a valid email address"),
        ({"legal_mode": "everything"}, "Select a valid choice"),
        ({"standing_as": ""}, "This field is required"),
        ({"statement": "x" * 1201}, "at most 1200 characters"),
    ],
)
def test_bad_input_saves_nothing_and_keeps_what_was_typed(
    client: Client, agent: User, fault: dict[str, str], words: str
) -> None:
    page = client.post("/organise/details/", SENT | {"candidate": "Half Typed"} | fault).content.decode()
    assert words in page
    assert 'value="Half Typed"' in page
    assert not CampaignDetails.objects.exists()
    assert not AuditEvent.objects.exists()


def test_consent_is_shown_but_cannot_be_chosen(client: Client, agent: User) -> None:
    page = client.get("/organise/details/").content.decode()
    assert 'value="consent" disabled' in page.replace("  ", " ")
    assert "Consent cannot be chosen yet" in page


def test_consent_sent_all_the_same_is_refused(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    page = client.post("/organise/details/", SENT | {"legal_mode": "consent"}).content.decode()
    assert page.count("Consent cannot be chosen yet") == 2
    assert CampaignDetails.objects.get().legal_mode == LegalMode.TALLY


def test_the_mode_in_force_is_the_one_ticked(client: Client, agent: User) -> None:
    CampaignDetailsFactory(full_mode=True)
    assert 'value="full" checked' in client.get("/organise/details/").content.decode()


def test_a_new_polling_day_leads_on_to_the_deadlines(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    DeadlineFactory()
    answer = client.post("/organise/details/", SENT | {"polling_day": "2024-07-11"}, follow=True)
    assert answer.redirect_chain == [("/organise/deadlines/", 302)]
    assert "Polling day has changed" in answer.content.decode()


def test_an_unchanged_polling_day_does_not(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    assert client.post("/organise/details/", SENT)["Location"] == "/organise/details/"


def test_names_on_phones_can_be_switched_off(client: Client, agent: User) -> None:
    client.post("/organise/details/", {name: value for name, value in SENT.items() if name != "names_on_phones"})
    assert not CampaignDetails.objects.get().names_on_phones


@pytest.mark.parametrize(
    ("made", "left"),
    [
        ({}, ["Say who the candidate is", "Set the imprint", "Set polling day", "Work out the deadlines"]),
        ({"details": True}, ["Work out the deadlines", "Name the constituency and its wards"]),
        ({"details": True, "deadline": True, "ward": True}, ["Confirm the deadlines"]),
    ],
)
def test_the_agent_sees_what_is_still_to_do(client: Client, agent: User, made: dict[str, Any], left: list[str]) -> None:
    for name, factory in [("details", CampaignDetailsFactory), ("deadline", DeadlineFactory), ("ward", WardFactory)]:
        if name in made:
            factory()
    page = client.get("/organise/").content.decode()
    assert all(words in page for words in left)
    assert ("Set the imprint" in page) == ("details" not in made)


def test_an_organiser_is_not_told_what_only_the_agent_can_do(client: Client) -> None:
    client.force_login(UserFactory(organiser=True))
    assert "Still to do" not in client.get("/organise/").content.decode()


def test_nothing_is_left_to_do(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    DeadlineFactory(confirmed=True)
    WardFactory()
    assert "Still to do" not in client.get("/organise/").content.decode()


def test_the_trail_is_shown_newest_first_with_the_addresses_of_its_actors(client: Client, agent: User) -> None:
    assert "Nothing has been done yet" in client.get("/organise/audit/").content.decode()
    client.post("/organise/details/", SENT)
    client.post("/organise/details/", SENT | {"volunteer_target": "300"})
    page = client.get("/organise/audit/").content.decode()
    assert page.index("volunteer target: 300") < page.index("volunteer target: 250")
    assert "fields: accent, candidate, " in page
    assert agent.email in page


def test_facts_in_the_audit_trail_are_said_in_words(client: Client, agent: User) -> None:
    facts = {"votes": {"": True, "G": False}, "tried": True, "edition": None, "kinds": ["name", "address"]}
    trail.record(act="markers confirmed", actor=None, at=now(), facts=facts)
    page = client.get("/organise/audit/").content.decode()
    for said in ("votes: none yes, G no", "tried: yes", "kinds: name, address"):
        assert f">{said}<" in page
    assert "edition" not in page
