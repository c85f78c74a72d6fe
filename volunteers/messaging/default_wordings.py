"""What each kind says until the campaign words it anew. `{placeholders}` are those of the kind; a link stands alone.

A line whose placeholder is empty is left out. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A subject and a body for e-mail, and the same for a text message."""

    subject: str
    body: str
    sms: str


SESSION = """{title}: {day}, {time}
Meeting point: {meeting_point}
{directions}
{lead}
{candidate_there}"""

DEFAULTS: Mapping[str, Text] = {
    "joined": Text(
        "Thank you for joining us",
        "Hello {name},\n\nyou are on our list of volunteers. Whenever you have an hour or two, take a place in a "
        "session here.\n\n{sessions_link}",
        "Thank you for joining {candidate}'s campaign, {name}. Sessions: {sessions_link}",
    ),
    "confirm_booking": Text(
        "Confirm your place: {day}, {time}",
        f"Hello {{name}},\n\none more press and your place is yours. It is kept for you for half an hour; after that "
        f"somebody else may take it.\n\n{SESSION}\n\n{{confirm_link}}\n\n{{cancel_link}}",
        "{name}, confirm your place on {day}, {time}, {meeting_point}: {confirm_link}",
    ),
    "booked": Text(
        "Booked: {day}, {time}",
        f"Hello {{name}},\n\nyour place is booked.\n\n{SESSION}\n\nPlans change; then let somebody else have the "
        "place.\n\n{session_link}\n\n{cancel_link}",
        "Booked, {name}: {day}, {time}, {meeting_point}. Can't come? {session_link}",
    ),
    "waiting": Text(
        "On the waiting list: {day}, {time}",
        f"Hello {{name}},\n\nthis session is full and you are on its waiting list. When a place comes free we ask you "
        f"before anybody else.\n\n{SESSION}\n\n{{cancel_link}}",
        "{name}, you are on the waiting list for {day}, {time}. No longer wanted? {session_link}",
    ),
    "offer": Text(
        "A place has come free: {day}, {time}",
        f"Hello {{name}},\n\na place has come free. It is yours if you take it by {{offer_until}}; then we ask the "
        f"next person.\n\n{SESSION}\n\n{{confirm_link}}\n\n{{cancel_link}}",
        "{name}, a place is free on {day}, {time}. Take it by {offer_until}: {confirm_link}",
    ),
    "moved": Text(
        "Changed: {title} is now {day}, {time}",
        f"Hello {{name}},\n\na session you are down for has changed. This is how it stands now.\n\n{SESSION}\n\n"
        "{reason}\n\n{confirm_link}\n\n{cancel_link}",
        "{name}, changed: {title} is now {day}, {time}, {meeting_point}. Can you come? {session_link}",
    ),
    "cancelled": Text(
        "Off: {title} on {day}",
        "Hello {name},\n\n{title} on {day}, {time}, does not take place. You need not do anything.\n\n{reason}\n\n"
        "{sessions_link}",
        "{name}, {title} on {day}, {time}, is off. {reason}",
    ),
    "taken_out": Text(
        "You are no longer down for {day}, {time}",
        "Hello {name},\n\nan organiser has taken you off {title} on {day}, {time}.\n\n{reason}\n\n{sessions_link}",
        "{name}, an organiser has taken you off {title} on {day}, {time}. {reason}",
    ),
    "day_before": Text(
        "Tomorrow: {title}, {time}",
        f"Hello {{name}},\n\nyou are down for tomorrow.\n\n{SESSION}\n\nIs it still on for you?\n\n{{confirm_link}}\n\n"
        "{cancel_link}",
        "{name}, tomorrow {time}: {title}, {meeting_point}. Still on? {session_link}",
    ),
    "morning": Text(
        "{when}: {title}, {time}",
        f"Hello {{name}},\n\nsee you soon.\n\n{SESSION}\n\nWhen you are there, press this, also where the list is "
        "long:\n\n{check_in_link}\n\nSomething came up?\n\n{cancel_link}",
        "{name}, {when} {time}: {meeting_point}. When you are there: {check_in_link}",
    ),
    "check_in": Text(
        "Are you there? {title}, {time}",
        "Hello {name},\n\nthe session has begun at {meeting_point}. Not on the list yet? Check yourself in.\n\n"
        "{check_in_link}",
        "{name}, are you at {meeting_point}? Check in: {check_in_link}",
    ),
    "thanks": Text(
        "Thank you",
        "Hello {name},\n\nthank you for coming to {title} on {day}. Every door counts.",
        "Thank you for coming on {day}, {name}.",
    ),
    "next_ask": Text(
        "Thank you, and when do you come again?",
        "Hello {name},\n\nthank you for coming to {title} on {day}. These are the next sessions:\n\n{next_sessions}\n\n"
        "{sessions_link}",
        "Thank you for coming, {name}. Next: {next_sessions} {sessions_link}",
    ),
    "guardian": Text(
        "{name} would like to help in {candidate}'s campaign",
        "Hello,\n\n{name} is {age} and has asked to help in {candidate}'s campaign. Before that, a parent or guardian "
        "has to agree. An adult goes with them, and nobody under 16 sees the register of electors.\n\n{guardian_link}",
        "",
    ),
}
