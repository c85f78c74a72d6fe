"""What messages on a booking say, from the facts as they are when they are sent."""

from collections.abc import Mapping
from datetime import datetime

from campaign.details.models import CampaignDetails
from campaign.foundation.addresses import absolute
from campaign.foundation.election_dates import LONDON
from volunteers.messaging.composing import Calendar, Composed, Obsolete, composes
from volunteers.messaging.models import Message
from volunteers.people.models import Volunteer
from volunteers.sessions import calendar, links
from volunteers.sessions.models import Booking, Session

State = Booking.State
# The states of a booking in which each kind still says something true.
TRUE_IN: Mapping[str, tuple[str, ...]] = {
    "confirm_booking": (State.HELD,),
    "booked": (State.CONFIRMED,),
    "waiting": (State.WAITING,),
    "offer": (State.OFFERED,),
    "taken_out": (State.CANCELLED,),
}


def person_facts(volunteer: Volunteer) -> dict[str, str]:
    """What every message may name."""
    return {"name": volunteer.given_name, "candidate": str(CampaignDetails.objects.current())}


def session_facts(session: Session) -> dict[str, str]:
    """What messages say of a session."""
    start, end = session.starts_at.astimezone(LONDON), session.ends_at.astimezone(LONDON)
    candidate = CampaignDetails.objects.current()
    return {
        "title": session.title,
        "day": f"{start:%A} {start.day} {start:%B}",
        "time": f"{start:%H:%M} to {end:%H:%M}",
        "meeting_point": session.meeting_point,
        "directions": session.directions,
        "lead": f"{session.lead.known_as} leads it." if session.lead else "",
        "candidate_there": f"{candidate} will be there." if session.candidate_there else "",
        "sessions_link": absolute("volunteers:sessions"),
    }


def booking_facts(booking: Booking) -> dict[str, str]:
    """What messages say of a booking, with the links that act on it."""
    return (
        person_facts(booking.volunteer)
        | session_facts(booking.session)
        | {
            "session_link": links.of_booking(booking, "booking"),
            "confirm_link": links.of_booking(booking, "confirm"),
            "cancel_link": links.of_booking(booking, "cancel"),
            "check_in_link": links.of_booking(booking, "check-in"),
        }
    )


def booking_of(message: Message) -> Booking:
    """The booking a message is about. Raises Obsolete when it, its person or its session is gone."""
    found = Booking.objects.select_related("session__lead", "volunteer__user")
    booking = found.filter(pk=message.about["booking"], volunteer__merged_into=None, volunteer__erased_at=None).first()
    if booking is None:
        raise Obsolete
    return booking


@composes("confirm_booking", "booked", "waiting", "taken_out")
def own_act(message: Message, at: datetime) -> Composed:
    """The answer to a booking, as long as it is still so."""
    booking = booking_of(message)
    if booking.state not in TRUE_IN[message.kind] or (booking.session.cancelled_at and message.kind != "taken_out"):
        raise Obsolete
    return Composed(booking_facts(booking), _entry(booking, message.kind, at))


@composes("offer")
def offer(message: Message, at: datetime) -> Composed:
    """A free place, as long as it is kept for this person and for this offer."""
    booking = booking_of(message)
    kept = booking.kept_until if booking.state == State.OFFERED else None
    if kept is None or kept <= at or booking.offers != message.about["offers"]:
        raise Obsolete
    local, today = kept.astimezone(LONDON), kept.astimezone(LONDON).date() == at.astimezone(LONDON).date()
    until = f"{local:%H:%M} today" if today else f"{local:%H:%M} on {local:%A}"
    return Composed(booking_facts(booking) | {"offer_until": until})


@composes("moved", "cancelled")
def notice(message: Message, at: datetime) -> Composed:
    """How the session stands now. A later change makes an unsent notice obsolete: the newest says it all."""
    booking = booking_of(message)
    session = booking.session
    off = session.cancelled_at is not None
    if booking.state == State.CANCELLED or session.revision != message.about["revision"]:
        raise Obsolete
    because = session.cancelled_because if off else session.moved_because
    return Composed(booking_facts(booking) | {"reason": because}, _entry(booking, message.kind, at))


def _entry(booking: Booking, kind: str, at: datetime) -> Calendar | None:
    """A calendar entry for whoever has a place; one that takes it out again when the session or the place is gone."""
    gone = kind in ("cancelled", "taken_out")
    if not gone and booking.state not in (State.CONFIRMED, State.HELD):
        return None
    method = calendar.CANCEL if gone else calendar.PUBLISH
    return Calendar(calendar.entry(booking.session, method=method, at=at), method)
