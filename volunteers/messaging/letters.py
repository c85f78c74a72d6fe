"""A composed message as an e-mail: text and HTML, the imprint the law asks for, and one-click unsubscribe."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from campaign.details.models import CampaignDetails
from campaign.foundation.addresses import absolute
from campaign.foundation.signed_links import sign
from volunteers.messaging import rendering
from volunteers.messaging.composing import Calendar, Composed
from volunteers.messaging.default_wordings import DEFAULTS, Text
from volunteers.messaging.kinds import KINDS, Kind
from volunteers.messaging.models import Message, Wording


def wording_of(kind: str) -> Text:
    """What the campaign says in this kind of message, or the default; no words for a text message is the default's."""
    chosen = Wording.objects.filter(kind=kind).first()
    default = DEFAULTS[kind]
    return Text(chosen.subject, chosen.body, chosen.sms or default.sms) if chosen else default


def email(
    message: Message, composed: Composed, *, to: str, details: CampaignDetails, connection: BaseEmailBackend | None
) -> EmailMultiAlternatives:
    """The e-mail for `message` to the address `to`. Its Message-ID is the same in each attempt."""
    kind, wording = KINDS[message.kind], wording_of(message.kind)
    stop = stop_link(kind, message) if kind.can_stop else ""
    text, html = bodies(kind, wording, composed, details=details, stop=stop)
    letter = EmailMultiAlternatives(
        _said(wording.subject, DEFAULTS[kind.name].subject, composed),
        text,
        to=[to],
        connection=connection,
        headers=_headers(message, stop),
    )
    letter.attach_alternative(html, "text/html")
    if composed.calendar:
        _attach(letter, composed.calendar)
    return letter


def bodies(kind: Kind, wording: Text, composed: Composed, *, details: CampaignDetails, stop: str) -> tuple[str, str]:
    """Text and HTML of one e-mail."""
    facts = composed.facts
    context = {
        "blocks": list(rendering.blocks(kind, wording.body, facts)),
        "text": rendering.text(kind, wording.body, facts),
        "subject": rendering.line(wording.subject, facts),
        "details": details,
        "stop": stop,
    }
    return (
        render_to_string("volunteers/messaging/email.txt", context).strip() + "\n",
        render_to_string("volunteers/messaging/email.html", context),
    )


def short_text(message: Message, composed: Composed) -> str:
    """The text message for `message`, of three parts at most."""
    own, default = wording_of(message.kind).sms, DEFAULTS[message.kind].sms
    return rendering.short(own, composed.facts) or rendering.short(default, composed.facts)


def stop_link(kind: Kind, message: Message) -> str:
    """Where this kind of message is switched off for its receiver."""
    token = sign(f"stop {kind.name}", message.volunteer_id)
    return absolute("volunteers:stop", kind.name, token)


def _said(wording: str, default: str, composed: Composed) -> str:
    """A line of words that are all placeholders may come out empty; then the default."""
    return rendering.line(wording, composed.facts) or rendering.line(default, composed.facts)


def _headers(message: Message, stop: str) -> dict[str, str]:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    headers = {"Message-ID": f"<{message.uuid}@{domain}>", "Auto-Submitted": "auto-generated"}
    if stop:
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


def _attach(letter: EmailMultiAlternatives, calendar: Calendar) -> None:
    content = calendar.content.decode()
    letter.attach("session.ics", content, f"text/calendar; method={calendar.method}")
