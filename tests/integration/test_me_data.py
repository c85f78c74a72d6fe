"""Everything kept of a volunteer is in what they download; a table that is forgotten anywhere fails a test here."""

import inspect
import json

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from campaign.acts import erase_volunteer, merge_volunteers, my_data
from campaign.acts.merge_volunteers import merge
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AllocationFactory, houses, walk_of
from tests.factories.sessions import AT, BookingFactory, MessageFactory, SessionFactory, person, set_clock
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.messaging.consents import set_consents
from volunteers.people.models import GuardianConsent, Volunteer
from volunteers.referrals import links
from volunteers.sessions import calendar

pytestmark = pytest.mark.django_db
# What hangs on a volunteer and is left alone on purpose, by act, with the reason.
LEFT = {
    "merge": {
        "Contact.volunteer": "stays as it was logged and is read through the pointer",
        "HeldEvent.volunteer": "stays as it was sent and is read through the pointer",
    },
    "erase": {
        "Contact.volunteer": "says that a door was knocked on; the row behind it is empty",
        "HeldEvent.volunteer": "an organiser still has to settle it; the row behind it is empty",
        "RegisterAcknowledgement.volunteer": "that a promise was made is owed to the council; it names nobody",
        "Volunteer.inviter": "the tree of invitations is counted and may be suspended; the row behind it is empty",
    },
    "my_data": {"Volunteer.merged_into": "is how the earlier entries are found"},
}
SAYS = {
    "merge": {"JoinLink.inviter": "JoinLink.objects", "Volunteer.merged_into": "merged_into=kept"},
    "erase": {"Volunteer.merged_into": "merged_into=volunteer.pk"},
    "my_data": {},
}


def tables_of_volunteers() -> dict[str, models.ForeignKey]:
    """Every field that points at a volunteer, as "Model.field"."""
    return {
        f"{model.__name__}.{field.name}": field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Volunteer
    }


@pytest.mark.parametrize(
    ("act", "module"), [("merge", merge_volunteers), ("erase", erase_volunteer), ("my_data", my_data)]
)
def test_every_table_that_points_at_a_volunteer_is_covered_or_left_on_purpose(act, module) -> None:
    source = inspect.getsource(module)
    there = tables_of_volunteers()
    assert set(LEFT[act]) <= set(there), "a table that is no more is still on the list"
    forgotten = [
        name
        for name, field in there.items()
        if name not in LEFT[act]
        and SAYS[act].get(name, f"{field.model.__name__}.objects") not in source
        and not (field.model.__name__ == "Booking" and f".{field.remote_field.related_name}" in source)
    ]
    assert forgotten == [], f"{act} does not mention these; cover them, or say why not in LEFT"
    for name in there.keys() - LEFT[act].keys():
        assert name.split(".")[1] in source, name


def everything(volunteer: Volunteer) -> None:
    place = BookingFactory(volunteer=volunteer, session__title="Leafleting")
    MessageFactory(booking=place)
    SessionFactory(lead=volunteer, title="Led by them")
    set_consents(volunteer=volunteer, channels=["email"], at=AT)
    volunteer.stopped.create(kind="thanks", channel="email", stopped_at=AT)
    GuardianConsent.objects.create(volunteer=volunteer, email="parent@example.org", asked_at=AT)
    volunteer.acknowledgements.create(version="2026", acknowledged_at=AT)
    calendar.open_feed(volunteer=volunteer, at=AT)
    links.of_inviter(inviter=volunteer, at=AT)
    VolunteerFactory(inviter=volunteer, given_name="Friendly", family_name="Nobodyknows")
    AllocationFactory(walk=walk_of(*houses(3), name="Thimble Row"), holder=volunteer)


def test_nothing_is_left_out(client: Client, monkeypatch) -> None:
    set_clock(monkeypatch, AT)
    CampaignDetailsFactory()
    anna = person("anna@example.org", given_name="Anna", family_name="Example", postcode="N1 9AB", source="Poster")
    everything(anna)
    client.force_login(anna.user)
    answer = client.post("/me/data/")
    assert answer["Content-Disposition"] == "attachment; filename=my-data.json"
    data = json.loads(answer.content)
    empty = {name for name, value in data.items() if value in ([], {}, 0)}
    assert empty == {
        "earlier entries", "phones", "contacts logged", "contacts kept for an organiser to look at",
        "goes along with people under 18",
    }  # fmt: skip
    text = answer.content.decode()
    for fact in ("Anna", "Example", "N1 9AB", "Poster", "anna@example.org", "Leafleting", "Led by them", "Thimble Row"):
        assert fact in text
    assert data["friends who joined"] == 1
    assert data["walks"][0]["doors"] == 3


def test_nothing_of_anybody_else_is_in_it(client: Client) -> None:
    anna = person("anna@example.org")
    everything(anna)
    session = SessionFactory(lead=person("lead@example.org", given_name="Lena"))
    BookingFactory(session=session, volunteer=anna)
    client.force_login(anna.user)
    text = client.post("/me/data/").content.decode()
    for secret in ("Friendly", "Nobodyknows", "lead@example.org", "Lena"):
        assert secret not in text


def test_an_entry_merged_into_ones_own_is_in_it__its_address_and_sessions_were_left_out(client: Client) -> None:
    keep, other = person("keep@example.org"), person("other@example.org", given_name="Earlier")
    place = BookingFactory(volunteer=other)
    BookingFactory(volunteer=keep, session=place.session)
    merge(keep=keep, other=other, by=UserFactory(organiser=True), at=AT)
    client.force_login(keep.user)
    data = json.loads(client.post("/me/data/").content)
    assert [entry["first name"] for entry in data["earlier entries"]] == ["Earlier"]
    assert {user["e-mail"] for user in data["signs in with"]} == {"keep@example.org", "other@example.org"}
    assert len(data["sessions"]) == 2


def test_it_takes_as_many_statements_for_1_session_as_for_30(client: Client, query_count) -> None:
    anna = VolunteerFactory()
    client.force_login(anna.user)
    BookingFactory(volunteer=anna)
    one = query_count(lambda: client.post("/me/data/"))
    BookingFactory.create_batch(29, volunteer=anna)
    assert query_count(lambda: client.post("/me/data/")) == one
