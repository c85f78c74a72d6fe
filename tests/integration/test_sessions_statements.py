"""What pages of people and sessions cost: at most 12 statements, the same for 1 row as for 30, at most 60 KB."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from campaign.foundation.signed_links import sign
from tests.factories.campaign import CampaignDetailsFactory, WardFactory
from tests.factories.sessions import BookingFactory, SessionFactory, person
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.people.models import GuardianConsent, Volunteer
from volunteers.referrals import links
from volunteers.sessions import calendar
from volunteers.sessions.links import BOOKING, MEETING_POINT
from volunteers.sessions.models import Session

pytestmark = pytest.mark.django_db
MOST_STATEMENTS, MOST_BYTES = 12, 60 * 1024
HOUR = timedelta(hours=1)


class Stage:
    """A campaign with one of everything, and then with 30."""

    def __init__(self) -> None:
        CampaignDetailsFactory()
        self.ward = WardFactory()
        self.anna = person("anna@example.org", given_name="Anna", ward=self.ward)
        self.lead = VolunteerFactory(given_name="Lena")
        self.session = self.make_session(lead=self.lead, capacity=200, starts_at=now() + HOUR)
        self.place = BookingFactory(session=self.session, volunteer=self.anna)
        self.full = self.make_session(capacity=1, starts_at=now() + 2 * HOUR)
        self.feed = calendar.open_feed(volunteer=self.anna, at=now())
        self.poster = links.of_source(source="Station poster", by=None, at=now())
        self.friend = links.of_inviter(inviter=self.lead, at=now())
        self.organiser = UserFactory(organiser=True)
        self.asked = GuardianConsent.objects.create(
            volunteer=VolunteerFactory(age_band="sixteen"), email="p@example.org", asked_at=now()
        )
        self.add(1)

    def make_session(self, **facts) -> Session:
        return SessionFactory(ward=self.ward, candidate_there=True, directions="By the north gate; bus 7.", **facts)

    def add(self, count: int) -> None:
        """Rows of every kind that a page may list."""
        for number in range(count):
            past = BookingFactory(
                volunteer=self.anna, session=self.make_session(starts_at=now() - (number + 2) * 24 * HOUR), here=True
            )
            assert past.pk
            ahead = self.make_session(starts_at=now() + (number + 2) * 24 * HOUR, lead=VolunteerFactory())
            BookingFactory(volunteer=self.anna, session=ahead)
            facts = {"volunteer__family_name": "Longsurname-Example", "volunteer__ward": self.ward}
            BookingFactory(session=self.session, **facts)
            BookingFactory(session=self.session, held=True, **facts)
            BookingFactory(session=self.session, waiting=True, volunteer__age_band="sixteen", **facts)
            BookingFactory(session=self.session, here=True, volunteer=person(phone=None, address=f"h{now()}@x.org"))
            links.of_source(source=f"Poster {now()}", by=None, at=now())
            twin = VolunteerFactory(postcode="N1 9AB", ward=self.ward)
            VolunteerFactory(given_name=twin.given_name, postcode="N1 9AB", ward=self.ward)


PAGES = {
    # address, and who opens it
    "/join/": None,
    "/join/{friend.code}/": None,
    "/join/{poster.code}/": None,
    "/guardian/{guardian}/": None,
    "/b/{booking}/": None,
    "/b/{booking}/confirm/": None,
    "/b/{booking}/cancel/": None,
    "/b/{booking}/here/": None,
    "/here/{meeting}/": "anna",
    "/calendar/{feed}.ics": None,
    "/sessions/": "anna",
    "/sessions/{session.pk}/": "anna",
    "/sessions/{full.pk}/": "anna",
    "/sessions/{session.pk}/calendar.ics": "anna",
    "/me/": "anna",
    "/me/who/": "anna",
    "/me/delete/": "anna",
    "/sessions/{session.pk}/list/": "lead",
    "/sessions/{session.pk}/code/": "lead",
    "/organise/sessions/": "organiser",
    "/organise/sessions/?show=past": "organiser",
    "/organise/sessions/new/": "organiser",
    "/organise/sessions/new/?copy={session.pk}": "organiser",
    "/organise/sessions/{session.pk}/": "organiser",
    "/organise/sessions/{session.pk}/change/": "organiser",
    "/organise/volunteers/": "organiser",
    "/organise/volunteers/duplicates/": "organiser",
    "/organise/links/": "organiser",
    "/organise/links/{poster.pk}/": "organiser",
}


def cost(stage: Stage, page: str) -> tuple[int, int]:
    """Statements and bytes of a page, signing in left out."""
    client, who = Client(), PAGES[page]
    if who:
        user = getattr(stage, who)
        client.force_login(user.user if isinstance(user, Volunteer) else user)
    address = page.format(
        **vars(stage),
        booking=sign(BOOKING, stage.place.pk),
        meeting=sign(MEETING_POINT, stage.session.pk),
        guardian=sign("guardian", stage.asked.pk),
    )
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(statements), len(answer.content)


def test_every_page_costs_few_statements_the_same_for_1_row_as_for_30_and_few_bytes() -> None:
    stage = Stage()
    few = {page: cost(stage, page) for page in PAGES}
    stage.add(29)
    many = {page: cost(stage, page) for page in PAGES}
    assert {page: (few[page][0], many[page][0]) for page in PAGES if few[page][0] != many[page][0]} == {}
    assert {page: statements for page, (statements, _) in many.items() if statements > MOST_STATEMENTS} == {}
    assert {page: size for page, (_, size) in many.items() if size > MOST_BYTES} == {}


def test_an_organiser_of_some_wards_pays_one_statement_more() -> None:
    stage = Stage()
    before = {page: cost(stage, page)[0] for page, who in PAGES.items() if who == "organiser"}
    stage.organiser.grants.get().wards.set([stage.ward])
    after = {page: cost(stage, page)[0] for page in before}
    assert {page: (before[page], after[page]) for page in before if after[page] > before[page] + 1} == {}
