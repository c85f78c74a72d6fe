"""By which way a message goes to its receiver, as things stand when it is sent."""

from dataclasses import dataclass

from campaign.foundation import sms
from volunteers.messaging.kinds import KINDS, Aim, Channel
from volunteers.messaging.models import Consent, Message, Stopped
from volunteers.people.models import User


@dataclass(frozen=True, slots=True)
class Route:
    """A channel and the address on it."""

    channel: Channel
    address: str


class NoRoute(Exception):  # noqa: N818 - an answer, not an error
    """Nothing may or can be sent; `why` is one of `Message.Why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def route(message: Message) -> Route:
    """The first way that works and is wanted: e-mail before text message. Raises NoRoute.

    A message to a guardian goes to the address given for that, and nowhere else.
    """
    if message.guardian_email:
        return Route(Channel.EMAIL, message.guardian_email)
    kind, person = KINDS[message.kind], message.volunteer
    ways = [way for way in _ways(message) if way.channel in kind.channels]
    if not ways:
        raise NoRoute(Message.Why.NO_WAY)
    if kind.aim == Aim.RECRUITMENT:
        agreed = set(Consent.objects.filter(volunteer=person, withdrawn_at=None).values_list("channel", flat=True))
        ways = [way for way in ways if way.channel in agreed]
        if not ways:
            raise NoRoute(Message.Why.NO_CONSENT)
    stopped = set(Stopped.objects.filter(volunteer=person, kind=kind.name).values_list("channel", flat=True))
    ways = [way for way in ways if way.channel not in stopped]
    if not ways:
        raise NoRoute(Message.Why.STOPPED)
    return ways[0]


def _ways(message: Message) -> list[Route]:
    """Read anew for each message: an address may have been refused, or mended, since the row was taken up."""
    user = User.objects.filter(pk=message.volunteer.user_id or 0, is_active=True).first()
    if user is None:
        return []
    ways = []
    if user.email and user.email_refused_at is None:
        ways.append(Route(Channel.EMAIL, user.email))
    if user.phone and user.phone_refused_at is None and sms.is_available():
        ways.append(Route(Channel.SMS, str(user.phone)))
    return ways
