"""The measuring part of messages_bench, run by it on a database of its own."""

# ruff: noqa: E402 - models can be imported only once Django is ready
import os
import statistics
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
django.setup()

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection

from campaign.details.models import CampaignDetails
from tests.bench.import_bench import show
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, SATURDAY, SessionFactory
from volunteers.messaging import carriers, delivery, letters, routes
from volunteers.messaging.composing import COMPOSERS
from volunteers.messaging.models import Message
from volunteers.people.models import User, Volunteer
from volunteers.reminders import planning
from volunteers.sessions.models import Booking

SCHEDULING_GOAL, SENDING_GOAL, IDLE_GOAL = 20, 2, 1.5
A_SESSION = 100  # bookings
ROUNDS = 5
DAY_BEFORE = SATURDAY - timedelta(hours=23)  # 11:00 in London


@shared_task
def remind(message_id: int) -> None:
    """The usual way: one task per message, with the moment as its `eta`."""


def main(reminders: int, messages: int, sent: int) -> None:
    CampaignDetailsFactory()
    make_bookings(reminders)
    idle = idle_sweep()
    rows = [scheduling(reminders), *sending(messages), idle_row(idle, sent)]
    show(rows)


def make_bookings(number: int) -> None:
    users = User.objects.bulk_create(
        [User(email=f"fern{place}@example.org", password="!") for place in range(number)], batch_size=1000
    )
    people = Volunteer.objects.bulk_create([Volunteer(user=user, given_name="Fern") for user in users], batch_size=1000)
    sessions = [SessionFactory(capacity=A_SESSION) for _ in range(0, number, A_SESSION)]
    Booking.objects.bulk_create(
        [
            Booking(
                session=sessions[place // A_SESSION], volunteer=person, state="confirmed", booked_at=AT, confirmed_at=AT
            )
            for place, person in enumerate(people)
        ],
        batch_size=1000,
    )
    analyze()


def scheduling(number: int) -> dict[str, object]:
    """Planning them all in one statement, and handing as many tasks to Celery."""
    ours, usual = [], []
    for _ in range(ROUNDS):
        Message.objects.all().delete()
        began = perf_counter()
        added = planning.plan(at=DAY_BEFORE)
        ours.append(perf_counter() - began)
        assert added == number
        usual.append(timed(lambda: [remind.apply_async((pk,), eta=SATURDAY) for pk in range(number // 5)]) * 5)
    return at_least(f"scheduling {number:,} reminders, one Celery task each", ours, usual, SCHEDULING_GOAL)


def sending(number: int) -> list[dict[str, object]]:
    """The same letters over one connection, and over one each; then both with facts read and rows marked.

    With TLS as a campaign sends; without it there is less to save, and no distance to the server saves any either.
    """
    ready = compose(number)
    settings.EMAIL_USE_TLS = True
    secured = at_least(f"sending {number} e-mails over TLS, a connection each", *one_against_many(ready), SENDING_GOAL)
    ours, usual = [], []
    for _ in range(ROUNDS):
        usual.append(timed(lambda: one_by_one(number)))
        owe_first(number)
        ours.append(timed(lambda: delivery.deliver(clock=lambda: DAY_BEFORE)))
    whole = at_least("the same, facts read and rows marked by both", ours, usual, 0)
    settings.EMAIL_USE_TLS = False
    plain = at_least(f"sending {number} e-mails without TLS, a connection each", *one_against_many(ready), 0)
    return [secured, whole | {"goal": None}, plain | {"goal": None}]


def one_against_many(ready: list[EmailMultiAlternatives]) -> tuple[list[float], list[float]]:
    ours, usual = [], []
    for _ in range(ROUNDS):
        usual.append(timed(lambda: [letter.send() for letter in ready]))
        ours.append(timed(lambda: over_one_connection(ready)))
        for letter in ready:
            letter.connection = None
    return ours, usual


def one_by_one(number: int) -> None:
    """As one task per message would: read it, write it, a connection for it, mark it."""
    keys = list(Message.objects.order_by("pk").values_list("pk", flat=True)[:number])
    for pk in keys:
        message = Message.objects.select_related("volunteer__user").get(pk=pk)
        composed = COMPOSERS[message.kind](message, DAY_BEFORE)
        way = routes.route(message)
        details = CampaignDetails.objects.current()
        letters.email(message, composed, to=way.address, details=details, connection=None).send()
        Message.objects.filter(pk=pk).update(state="sent", channel="email", sent_at=DAY_BEFORE)


def compose(number: int) -> list[EmailMultiAlternatives]:
    details, found = CampaignDetailsFactory(), []
    for message in Message.objects.select_related("volunteer__user").order_by("pk")[:number]:
        composed = COMPOSERS[message.kind](message, DAY_BEFORE)
        to = message.volunteer.user.email
        found.append(letters.email(message, composed, to=to, details=details, connection=None))
    return found


def over_one_connection(ready: list[EmailMultiAlternatives]) -> None:
    with carriers.carrier() as carrier:
        for letter in ready:
            letter.connection = carrier.connection
            carrier.post(letter)


def owe_first(number: int) -> None:
    """Those few are owed, as if they had not been sent; all others wait."""
    first = list(Message.objects.order_by("pk").values_list("pk", flat=True)[:number])
    Message.objects.exclude(pk__in=first).update(next_try_at=SATURDAY)
    Message.objects.filter(pk__in=first).update(state="due", sent_at=None, channel="", next_try_at=DAY_BEFORE)


def idle_sweep() -> float:
    """Seconds of a bell with nothing owed."""
    assert not Message.objects.unsent().exists()
    analyze()
    return statistics.median(timed(sweep) for _ in range(300))


def sweep() -> None:
    delivery.deliver(clock=lambda: AT)


def idle_row(none: float, sent: int) -> dict[str, object]:
    """The same bell with nothing owed, and this many rows that were sent."""
    Message.objects.all().delete()
    fill_with_sent_ones(sent)
    many = idle_sweep()
    ratio = round(many / none, 2)
    return {"path": f"a bell with nothing owed, {sent:,} sent, against none (ms)", "floor": round(none * 1000, 2),
            "ours": round(many * 1000, 2), "ratio": ratio, "goal": IDLE_GOAL, "met": ratio <= IDLE_GOAL}  # fmt: skip


def fill_with_sent_ones(number: int) -> None:
    person: int = Volunteer.objects.values_list("pk", flat=True)[0]
    moment: datetime = AT
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO volunteers_message (
                key, kind, volunteer_id, guardian_email, about, due_at, next_try_at, state, attempts, channel, why,
                last_error, uuid, sent_at
            )
            SELECT 'sent:' || place, 'booked', %s, '', '{}', %s, %s, 'sent', 1, 'email', '', '', gen_random_uuid(), %s
            FROM generate_series(1, %s) AS place
            """,
            [person, moment, moment, moment, number],
        )


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def at_least(path: str, ours: list[float], usual: list[float], goal: float) -> dict[str, object]:
    """How many times faster than the usual way, which stands where other rows have their floor."""
    one, other = min(ours), min(usual)  # the least disturbed round of each; they take turns
    ratio = round(other / one, 1)
    return {"path": f"{path} (times faster)", "floor": round(other, 2), "ours": round(one, 2), "ratio": ratio,
            "goal": goal, "met": ratio >= goal}  # fmt: skip


def timed(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:4]))
