"""The agent's page of deadlines: proposed, entered, confirmed."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from campaign.audit.models import AuditEvent
from campaign.details import deadlines
from campaign.details.models import Deadline
from campaign.foundation import election_dates
from tests.factories.campaign import CampaignDetailsFactory, DeadlineFactory
from tests.factories.volunteers import UserFactory
from volunteers.people.models import User

pytestmark = pytest.mark.django_db

PAGE = "/organise/deadlines/"
AT = datetime(2024, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def agent(client: Client) -> User:
    user = UserFactory(agent=True)
    client.force_login(user)
    return user


def rows(*deadlines_sent: tuple[Deadline, str, str, bool]) -> dict[str, str]:
    """The page's form with a day, a time and a tick for each deadline."""
    sent = {"deadlines-TOTAL_FORMS": str(len(deadlines_sent)), "deadlines-INITIAL_FORMS": str(len(deadlines_sent))}
    for number, (deadline, day, time, ticked) in enumerate(deadlines_sent):
        row = {"id": str(deadline.pk), "due_at_0": day, "due_at_1": time} | ({"confirmed": "on"} if ticked else {})
        sent |= {f"deadlines-{number}-{name}": value for name, value in row.items()}
    return sent


def test_the_names_of_the_deadlines_are_those_that_are_computed() -> None:
    assert set(Deadline.Kind.values) == set(election_dates.deadlines(date(2024, 7, 4)))


def test_without_polling_day_the_page_leads_to_it(client: Client, agent: User) -> None:
    assert "Polling day is not set" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"do": "propose"})["Location"] == "/organise/details/"
    assert not Deadline.objects.exists()


def test_they_are_worked_out_from_polling_day(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    assert "No deadlines yet" in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"do": "propose"}, follow=True)
    assert "11 deadlines worked out from 4 July 2024" in answer.content.decode()
    assert Deadline.objects.get(kind="postal").due_at == datetime(2024, 6, 19, 16, tzinfo=UTC)
    assert AuditEvent.objects.get().facts == {"polling_day": "2024-07-04"}


def test_working_them_out_again_moves_all_but_the_confirmed() -> None:
    deadlines.propose(polling_day=date(2024, 7, 4), actor=None, at=AT)
    postal = Deadline.objects.get(kind="postal")
    deadlines.enter(deadline=postal, due_at=postal.due_at, confirmed=True, actor=None, at=AT)
    moved = deadlines.propose(polling_day=date(2024, 7, 11), actor=None, at=AT)
    assert moved == 10
    assert Deadline.objects.get(kind="proxy").due_at == datetime(2024, 7, 3, 16, tzinfo=UTC)
    kept = Deadline.objects.get(kind="postal")
    assert kept.due_at == datetime(2024, 6, 19, 16, tzinfo=UTC)
    assert kept.proposed_at == datetime(2024, 6, 26, 16, tzinfo=UTC)


def test_the_page_shows_a_date_that_differs_from_the_proposal(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    DeadlineFactory(due_at=datetime(2024, 6, 18, 16, tzinfo=UTC))
    assert "Worked out: Wed 19 Jun 2024, 17:00" in client.get(PAGE).content.decode()


def test_a_date_is_entered_in_london_time_and_confirmed(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    postal = DeadlineFactory()
    client.post(PAGE, rows((postal, "2024-06-18", "17:30", True)))
    postal.refresh_from_db()
    assert postal.due_at == datetime(2024, 6, 18, 16, 30, tzinfo=UTC)
    assert postal.confirmed_at is not None
    event = AuditEvent.objects.get()
    assert (event.act, event.subject) == ("deadline entered", "deadline:postal")


def test_a_confirmation_is_taken_back(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    postal = DeadlineFactory(confirmed=True)
    client.post(PAGE, rows((postal, "2024-06-19", "17:00", False)))
    postal.refresh_from_db()
    assert postal.confirmed_at is None


def test_a_confirmation_keeps_its_day_when_the_date_is_corrected(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    postal = DeadlineFactory(confirmed=True)
    confirmed_at = postal.confirmed_at
    client.post(PAGE, rows((postal, "2024-06-18", "17:00", True)))
    postal.refresh_from_db()
    assert postal.confirmed_at == confirmed_at


def test_only_what_changed_is_written(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    postal, proxy = DeadlineFactory(), DeadlineFactory(kind=Deadline.Kind.PROXY)
    client.post(PAGE, rows((postal, "2024-06-19", "17:00", False), (proxy, "2024-06-19", "17:00", True)))
    assert [event.subject for event in AuditEvent.objects.all()] == ["deadline:proxy"]
    answer = client.post(PAGE, rows((postal, "2024-06-19", "17:00", False)), follow=True)
    assert "Nothing was changed." in answer.content.decode()


@pytest.mark.parametrize(
    ("day", "time", "words"),
    [
        ("2024-06-31", "17:00", "Enter a valid date"),
        ("2024-06-18", "25:00", "Enter a valid time"),
        ("", "", "This field is required"),
        ("2024-03-31", "01:30", "couldn\N{RIGHT SINGLE QUOTATION MARK}t be interpreted"),
    ],
)
def test_bad_input_changes_nothing_and_keeps_what_was_typed(
    client: Client, agent: User, day: str, time: str, words: str
) -> None:
    CampaignDetailsFactory()
    postal, proxy = DeadlineFactory(), DeadlineFactory(kind=Deadline.Kind.PROXY)
    page = client.post(PAGE, rows((postal, day, time, False), (proxy, "2024-06-20", "12:34", True))).content.decode()
    assert words in page
    assert 'value="12:34"' in page
    assert not AuditEvent.objects.exists()


def test_a_poll_past_the_known_bank_holidays_is_warned_of(client: Client, agent: User) -> None:
    CampaignDetailsFactory(polling_day=date(2029, 5, 3))
    assert "bank holidays are known up to 26 December 2028 only" in client.get(PAGE).content.decode()


def test_a_poll_before_that_is_not(client: Client, agent: User) -> None:
    CampaignDetailsFactory()
    assert "bank holidays are known" not in client.get(PAGE).content.decode()
