"""Sending what is owed: lease, send with no transaction open, mark each row.

Rows are leased for a while under SKIP LOCKED, so that workers side by side take different ones. Before each attempt
the lease is renewed by a conditional UPDATE: whoever was too slow and lost it leaves the row alone. So a killed worker,
or a connection dropped after DATA, repeats at most the message in flight, under the same Message-ID. One refused
address never holds up another, and a message that kills its worker goes behind the others when it is taken up again.
"""

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from campaign.details.models import CampaignDetails
from campaign.foundation import sms
from volunteers.messaging import carriers, letters, quiet
from volunteers.messaging.carriers import Carrier, NotNow, Refused
from volunteers.messaging.composing import COMPOSERS, Composed, Done, Obsolete
from volunteers.messaging.kinds import KINDS, Channel
from volunteers.messaging.models import Message
from volunteers.messaging.routes import NoRoute, Route, route
from volunteers.people.models import User

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(minutes=5)
BUDGET = timedelta(seconds=50)  # then the next bell goes on
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30)]
GIVE_UP_AFTER = timedelta(hours=24)

# An array is worked out once, whatever the plan: a join with a subquery may lock more rows than its LIMIT.
TAKE = """
UPDATE volunteers_message SET state = 'sending', leased_until = %(until)s
WHERE id = ANY(ARRAY(
    SELECT id FROM volunteers_message
    WHERE state IN ('due', 'sending') AND next_try_at <= %(at)s AND (leased_until IS NULL OR leased_until <= %(at)s)
    ORDER BY next_try_at, id FOR UPDATE SKIP LOCKED LIMIT %(most)s
))
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt."""

    state: str
    why: str = ""
    error: str = ""
    channel: str = ""
    next_try_at: datetime | None = None


def deliver(*, clock: Callable[[], datetime]) -> int:
    """Send everything owed, for about 50 seconds; returns how many messages were taken up."""
    began, taken = clock(), 0
    skip_what_is_too_late(at=began)
    with carriers.carrier() as carrier:
        while clock() - began < BUDGET:
            leased = take(at=clock(), most=BATCH)
            for message in leased:
                _attempt(message, carrier, clock)
            taken += len(leased)
            if len(leased) < BATCH:
                break
    return taken


def skip_what_is_too_late(*, at: datetime) -> int:
    """What nobody could send in time is not sent late: "tomorrow" must not be read on the day."""
    late = Message.objects.filter(state=Message.State.DUE, next_try_at__lte=at, useful_until__lte=at)
    return late.update(state=Message.State.SKIPPED, why=Message.Why.TOO_LATE)


def take(*, at: datetime, most: int) -> list[Message]:
    """Lease up to `most` owed messages, those waiting longest first, also those whose worker died."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"at": at, "until": at + LEASE, "most": most})
        keys = [row[0] for row in cursor.fetchall()]
    taken = Message.objects.filter(pk__in=keys).select_related("volunteer")
    return list(taken.order_by("next_try_at", "pk"))


def _attempt(message: Message, carrier: Carrier, clock: Callable[[], datetime]) -> None:
    at = clock()
    if not _renew(message, at):
        return
    try:
        outcome = _outcome(message, carrier, at)
    except Exception as error:  # noqa: BLE001 - one that cannot be written must not hold up the others
        where = traceback.extract_tb(error.__traceback__)[-1]
        logger.error(  # noqa: TRY400 - an error's text may hold a name or an address
            "message %s of kind %s could not be written: %s in %s, line %s",
            message.pk, message.kind, type(error).__name__, where.filename, where.lineno,
        )  # fmt: skip
        outcome = _again(message, f"it could not be written ({type(error).__name__})", at)
    _mark(message, outcome, clock())


def _renew(message: Message, at: datetime) -> bool:
    """Whether the row is still ours; if so, for another while. Should we die of it, it goes behind those waiting."""
    mine = Message.objects.filter(pk=message.pk, state=Message.State.SENDING, leased_until=message.leased_until)
    message.leased_until = message.next_try_at = at + LEASE
    message.attempts += 1
    return bool(
        mine.update(leased_until=message.leased_until, next_try_at=message.next_try_at, attempts=message.attempts)
    )


def _outcome(message: Message, carrier: Carrier, at: datetime) -> Outcome:
    if _too_late(message, at):  # it waited behind others, or its worker died
        return Outcome(Message.State.SKIPPED, Message.Why.TOO_LATE)
    try:
        composed = COMPOSERS[message.kind](message, at)
        way = route(message)
    except Done:
        return Outcome(Message.State.SKIPPED, Message.Why.DONE)
    except Obsolete:
        return Outcome(Message.State.SKIPPED, Message.Why.CHANGED)
    except NoRoute as none:
        return Outcome(Message.State.SKIPPED, none.why)
    if (later := _later(message, way, at)) is not None:
        if _too_late(message, later):
            return Outcome(Message.State.SKIPPED, Message.Why.TOO_LATE)
        return Outcome(Message.State.DUE, next_try_at=later)
    return _send(message, composed, way, carrier, at)


def _later(message: Message, way: Route, at: datetime) -> datetime | None:
    """When to send instead, in quiet hours; None to send now.

    An answer to somebody's own act goes at once by e-mail, and so does an e-mail that the morning would make useless:
    it wakes nobody.
    """
    if not quiet.is_quiet(at):
        return None
    morning = quiet.end_of_quiet(at)
    at_once = way.channel == Channel.EMAIL and (KINDS[message.kind].any_hour or _too_late(message, morning))
    return None if at_once else morning


def _too_late(message: Message, at: datetime) -> bool:
    return message.useful_until is not None and message.useful_until <= at


def _send(message: Message, composed: Composed, way: Route, carrier: Carrier, at: datetime) -> Outcome:
    try:
        if way.channel == Channel.EMAIL:
            details = CampaignDetails.objects.current()
            if not details.imprint:
                return _again(message, "no imprint is set, and without it no e-mail goes out", at)
            carrier.post(
                letters.email(message, composed, to=way.address, details=details, connection=carrier.connection)
            )
        else:
            text = letters.short_text(message, composed)
            sms.send(number=way.address, text=text, reference=str(message.uuid))
    except (Refused, sms.SmsRefused) as refusal:
        return _refused(message, way, refusal, carrier, at)
    except (NotNow, sms.SmsError) as error:
        return _again(message, str(error), at)
    return Outcome(Message.State.SENT, channel=way.channel)


def _refused(message: Message, way: Route, refusal: Exception, carrier: Carrier, at: datetime) -> Outcome:
    """For good: of this message alone; or of the address, which is marked so that nothing more is sent there.

    Then the message goes the receiver's other way, where there is one.
    """
    if isinstance(refusal, Refused) and not refusal.of_address:
        return Outcome(Message.State.FAILED, Message.Why.MESSAGE_REFUSED, str(refusal))
    if not message.guardian_email:
        mark_address(message.volunteer.user_id, way.channel, at=at)
        with suppress(NoRoute):
            if route(message) != way:
                return _outcome(message, carrier, at)
    return Outcome(Message.State.FAILED, Message.Why.ADDRESS_REFUSED, str(refusal))


def mark_address(user_id: int | None, channel: str, *, at: datetime) -> None:
    """Nothing more goes to this user's address on `channel` until somebody mends it."""
    field = "email_refused_at" if channel == Channel.EMAIL else "phone_refused_at"
    User.objects.filter(pk=user_id or 0, **{field: None}).update(**{field: at})


def _again(message: Message, error: str, at: datetime) -> Outcome:
    """Try later, waiting longer each time; a day after it was due, and after every wait, give up."""
    if at - message.due_at > GIVE_UP_AFTER and message.attempts > len(BACKOFF):
        return Outcome(Message.State.FAILED, Message.Why.GAVE_UP, error)
    wait = BACKOFF[min(message.attempts, len(BACKOFF)) - 1]
    return Outcome(Message.State.DUE, error=error, next_try_at=at + wait)


def _mark(message: Message, outcome: Outcome, at: datetime) -> None:
    """Write down what became of it, where the row is still ours."""
    sent = outcome.state == Message.State.SENT
    facts: dict[str, Any] = {
        "state": outcome.state,
        "why": outcome.why,
        "last_error": outcome.error[:120],
        "channel": outcome.channel,
        "leased_until": None,
        "sent_at": at if sent else None,
    }
    if outcome.next_try_at is not None:
        facts["next_try_at"] = outcome.next_try_at
        if not outcome.error:  # put off for the night: it is not owed before
            facts |= {"due_at": outcome.next_try_at, "attempts": 0}
    mine = Q(pk=message.pk, state=Message.State.SENDING, leased_until=message.leased_until)
    Message.objects.filter(mine).update(**facts)
