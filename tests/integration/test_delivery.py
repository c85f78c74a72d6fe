"""Delivery over real SMTP: what becomes of a message for every answer a mail server may give."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.sessions import AT, owed
from tests.mail_server import MailServer
from volunteers.messaging import delivery
from volunteers.messaging.models import Message

pytestmark = pytest.mark.django_db

State, Why = Message.State, Message.Why
MINUTE = timedelta(minutes=1)


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    CampaignDetailsFactory()
    with MailServer(stalls_for=5) as server:
        server.use(settings, timeout=0.5)
        yield server


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def deliver(moment: datetime = AT) -> int:
    return delivery.deliver(clock=at(moment))


def test_it_works(mail: MailServer) -> None:
    message = owed("fern@example.org")
    assert deliver() == 1
    message.refresh_from_db()
    assert (message.state, message.channel, message.sent_at) == (State.SENT, "email", AT)
    (letter,) = mail.letters
    assert letter.to == "fern@example.org"
    assert letter.message_id == f"<{message.uuid}@localhost>"


def test_what_was_sent_is_not_sent_again(mail: MailServer) -> None:
    owed("fern@example.org")
    deliver()
    assert deliver(AT + 60 * MINUTE) == 0
    assert len(mail.letters) == 1


def test_what_is_not_due_yet_waits_for_its_time(mail: MailServer) -> None:
    owed("fern@example.org", due_at=AT + MINUTE)
    assert deliver() == 0
    assert deliver(AT + MINUTE) == 1


def test_all_go_over_one_connection(mail: MailServer) -> None:
    for number in range(12):
        owed(f"fern{number}@example.org")
    deliver()
    assert (len(mail.letters), mail.connections) == (12, 1)


def test_a_refused_address_is_marked_and_holds_up_nobody(mail: MailServer) -> None:
    first, refused, last = owed("fern@example.org"), owed("nobody@example.org"), owed("reed@example.org")
    deliver()
    refused.refresh_from_db()
    assert (refused.state, refused.why) == (State.FAILED, Why.ADDRESS_REFUSED)
    assert refused.last_error == "the mail server refused the address (550)"
    marked = {message: message.volunteer.user for message in (first, refused, last)}
    for user in marked.values():
        user.refresh_from_db()
    assert [user.email_refused_at for user in marked.values()] == [None, AT, None]
    assert mail.addresses == ["fern@example.org", "reed@example.org"]
    assert mail.connections == 1


def test_nothing_more_goes_to_a_refused_address_even_from_the_same_batch(mail: MailServer) -> None:
    """Found by this test: the batch went by what it knew of the user before the first was refused."""
    refused = owed("nobody@example.org")
    second = Message.objects.create(
        key="second", kind="booked", volunteer=refused.volunteer, about=refused.about, due_at=AT, next_try_at=AT
    )
    deliver()
    second.refresh_from_db()
    assert (second.state, second.why) == (State.SKIPPED, Why.NO_WAY)
    assert mail.asked["nobody@example.org"] == 1


def test_a_message_put_off_is_tried_again_after_waiting_longer_each_time(mail: MailServer) -> None:
    mail.times["later"] = 3
    message = owed("later@example.org")
    moment, waits = AT, []
    for _ in range(4):
        deliver(moment)
        message.refresh_from_db()
        if message.state == State.SENT:
            break
        assert message.last_error == "the mail server put the address off (451)"
        waits.append(message.next_try_at - moment)
        assert deliver(message.next_try_at - MINUTE / 2) == 0
        moment = message.next_try_at
    assert waits == [MINUTE, 2 * MINUTE, 5 * MINUTE]
    assert (message.state, message.attempts) == (State.SENT, 4)
    assert message.volunteer.user.email_refused_at is None


def test_a_message_put_off_holds_up_nobody(mail: MailServer) -> None:
    owed("later@example.org")
    owed("fern@example.org")
    deliver()
    assert mail.addresses == ["fern@example.org"]


def test_a_message_refused_after_its_text_fails_and_its_address_stays_good(mail: MailServer) -> None:
    message, other = owed("unwanted@example.org"), owed("fern@example.org")
    deliver()
    for row in (message, other):
        row.refresh_from_db()
    assert (message.state, message.why) == (State.FAILED, Why.MESSAGE_REFUSED)
    assert message.volunteer.user.email_refused_at is None
    assert other.state == State.SENT


def test_a_connection_dropped_after_the_text_repeats_the_message_under_the_same_id(mail: MailServer) -> None:
    message, other = owed("dropped@example.org"), owed("fern@example.org")
    deliver()
    other.refresh_from_db()
    assert other.state == State.SENT
    deliver(AT + MINUTE)
    message.refresh_from_db()
    assert message.state == State.SENT
    copies = mail.to("dropped@example.org")
    assert [copy.answered for copy in copies] == [False, True]
    assert len({copy.message_id for copy in copies}) == 1


def test_a_server_that_stalls_holds_up_the_others_no_longer_than_the_time_out(mail: MailServer) -> None:
    message, other = owed("stalled@example.org"), owed("fern@example.org")
    began = monotonic()
    deliver()
    assert monotonic() - began < 2
    for row in (message, other):
        row.refresh_from_db()
    assert message.state == State.DUE
    assert message.last_error.startswith("the mail server does not answer")
    assert other.state == State.SENT


def test_a_server_that_hangs_up_at_one_message_is_called_again_for_the_next(mail: MailServer) -> None:
    """Found by this test: the next message was put off too, since the dead connection was kept."""
    message, other = owed("goodbye@example.org"), owed("fern@example.org")
    deliver()
    for row in (message, other):
        row.refresh_from_db()
    assert (message.state, other.state) == (State.DUE, State.SENT)


@pytest.mark.parametrize("word", ["full", "relay"])
def test_a_full_mailbox_and_a_server_that_does_not_know_us_mark_no_address(mail: MailServer, word: str) -> None:
    """Found by this test: a relay that wanted a sign-in marked every address of the campaign as refused."""
    message = owed(f"{word}@example.org")
    deliver()
    message.refresh_from_db()
    assert message.state == State.DUE
    assert message.volunteer.user.email_refused_at is None


def test_a_server_that_is_down_loses_nothing_and_gets_everything_when_it_is_up(settings: Any) -> None:
    CampaignDetailsFactory()
    server = MailServer()
    server.use(settings)
    messages = [owed(f"fern{number}@example.org") for number in range(3)]
    deliver()
    assert {row.last_error for row in Message.objects.all()} == {
        "the mail server does not answer (ConnectionRefusedError)"
    }
    with server:
        deliver(AT + MINUTE)
    assert sorted(server.addresses) == [f"fern{number}@example.org" for number in range(len(messages))]
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def test_a_server_that_refuses_our_sign_in_loses_nothing(settings: Any) -> None:
    CampaignDetailsFactory()
    with MailServer(signs_in=False) as server:
        server.use(settings)
        message = owed("fern@example.org")
        deliver()
    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.DUE, "the mail server answered 535")
    assert message.volunteer.user.email_refused_at is None


def test_after_a_day_of_failing_it_is_given_up_and_not_before(settings: Any) -> None:
    CampaignDetailsFactory()
    MailServer().use(settings)
    message = owed("fern@example.org")
    moment = AT.replace(hour=8)
    Message.objects.update(due_at=moment, next_try_at=moment)
    while moment <= AT.replace(hour=8) + timedelta(hours=24) and message.state == State.DUE:
        deliver(moment)
        message.refresh_from_db()
        moment = message.next_try_at
    assert message.state == State.DUE
    for _ in range(40):
        deliver(moment)
        message.refresh_from_db()
        moment = message.next_try_at
    assert (message.state, message.why) == (State.FAILED, Why.GAVE_UP)


def test_the_first_failure_after_a_long_silence_is_not_the_last_attempt(mail: MailServer) -> None:
    """Found by reading: with no worker for a day, one greylisting server made every message fail for good."""
    message = owed("later@example.org", due_at=AT - timedelta(hours=30))
    deliver()
    message.refresh_from_db()
    assert message.state == State.DUE
    deliver(AT + MINUTE)
    message.refresh_from_db()
    assert message.state == State.SENT


def test_a_run_that_took_its_time_leaves_the_rest_to_the_next_bell(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 2)
    for number in range(6):
        owed(f"fern{number}@example.org")
    moments = iter([AT, AT, AT, *[AT + MINUTE] * 20])
    assert delivery.deliver(clock=lambda: next(moments)) == 2
    assert len(mail.letters) == 2
    assert deliver(AT + MINUTE) == 4


def test_no_more_statements_a_message_for_fifty_than_for_one(
    mail: MailServer, query_count: Callable[[Callable[[], object]], int]
) -> None:
    owed("fern@example.org")
    one = query_count(deliver)
    for number in range(delivery.BATCH):
        owed(f"reed{number}@example.org")
    fifty = query_count(deliver)
    assert len(mail.letters) == delivery.BATCH + 1
    around = 6  # what is too late, taking, reading, and the same again when the batch was full
    assert fifty - around <= one * delivery.BATCH
    assert fifty <= around + 10 * delivery.BATCH
