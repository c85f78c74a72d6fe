"""What messages around joining say."""

from datetime import datetime

from campaign.foundation.addresses import absolute
from campaign.foundation.signed_links import sign
from volunteers.messaging.composing import Composed, Done, composes
from volunteers.messaging.models import Message
from volunteers.people.models import GuardianConsent
from volunteers.sessions.letters import person_facts

GUARDIAN = "guardian"


@composes("joined")
def joined(message: Message, at: datetime) -> Composed:
    """Welcome to somebody who joined while there was no session to choose."""
    return Composed(person_facts(message.volunteer) | {"sessions_link": absolute("volunteers:sessions")})


@composes("guardian")
def guardian(message: Message, at: datetime) -> Composed:
    """The question to a parent or guardian, until they have agreed."""
    consent = GuardianConsent.objects.filter(pk=message.about["consent"], given_at=None).first()
    if consent is None:
        raise Done
    link = absolute("volunteers:guardian", sign(GUARDIAN, consent.pk))
    facts = person_facts(message.volunteer) | {
        "age": message.volunteer.get_age_band_display().lower(),
        "guardian_link": link,
    }
    return Composed(facts)
