"""Every kind of message there is, in one place: what it is for, by which ways it goes, and when it is no use any more.

`service` answers what somebody did or booked; `recruitment` asks for more and goes only to those who agreed to that
(Privacy and Electronic Communications Regulations 2003, reg 22). A service message must not promote: no "bring a
friend", no "we still need four people".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Aim(StrEnum):
    """Why a kind exists; recruitment needs consent."""

    SERVICE = "service"
    RECRUITMENT = "recruitment"


class Channel(StrEnum):
    """The ways a message can go, in the order they are tried."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Something a wording may name in braces. `sample` stands for it in the preview; a `button` is a link's label."""

    sample: str
    button: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message.

    `useful` says in words until when it makes sense; the moment itself stands on each message. `any_hour`: it answers
    a person's own act, so by e-mail it may go at night. `can_stop`: the receiver may switch it off.
    """

    name: str
    label: str
    aim: Aim
    useful: str
    placeholders: Mapping[str, Placeholder] = field(repr=False)
    channels: tuple[Channel, ...] = (Channel.EMAIL, Channel.SMS)
    any_hour: bool = False
    can_stop: bool = True


NAME = {"name": Placeholder("Bramble"), "candidate": Placeholder("Oxlip Cloudsaddle")}
SESSION = NAME | {
    "title": Placeholder("Canvassing"),
    "day": Placeholder("Saturday 14 June"),
    "time": Placeholder("10:00 to 12:00"),
    "meeting_point": Placeholder("The bandstand, Thimble Park"),
    "directions": Placeholder("By the north gate; bus 7 stops there."),
    "lead": Placeholder("Comfrey B leads it."),
    "candidate_there": Placeholder("Oxlip Cloudsaddle will be there."),
    "session_link": Placeholder("https://campaign.example/b/1-abc/", "See the session"),
}
CANCEL = {"cancel_link": Placeholder("https://campaign.example/b/1-abc/cancel/", "I can't come")}
CONFIRM = {"confirm_link": Placeholder("https://campaign.example/b/1-abc/confirm/", "Confirm")}
CHECK_IN = {"check_in_link": Placeholder("https://campaign.example/b/1-abc/here/", "I'm here")}
REASON = {"reason": Placeholder("The hall is flooded.")}
MORE = {"sessions_link": Placeholder("https://campaign.example/sessions/", "Choose another session")}
AGAIN = {
    "next_sessions": Placeholder("Sunday 15 June, 11:00, Thimble Park"),
    "sessions_link": Placeholder("https://campaign.example/sessions/", "Book your next one"),
}
GUARDIAN = NAME | {
    "age": Placeholder("16 or 17"),
    "guardian_link": Placeholder("https://campaign.example/guardian/1-abc/", "Read and decide"),
}
BEFORE_THE_END = "until the session ends"
BEFORE_THE_START = "until the session starts"

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("joined", "Welcome", Aim.SERVICE, "always", NAME | MORE, any_hour=True, can_stop=False),
        Kind(
            "confirm_booking", "Please confirm your place", Aim.SERVICE, BEFORE_THE_START, SESSION | CONFIRM | CANCEL,
            any_hour=True, can_stop=False,
        ),
        Kind("booked", "Your place is booked", Aim.SERVICE, BEFORE_THE_START, SESSION | CANCEL, any_hour=True,
             can_stop=False),
        Kind("waiting", "You are on the waiting list", Aim.SERVICE, BEFORE_THE_START, SESSION | CANCEL, any_hour=True,
             can_stop=False),
        Kind("offer", "A place has come free", Aim.SERVICE, "until the offer ends",
             SESSION | CONFIRM | CANCEL | {"offer_until": Placeholder("18:30 today")}, can_stop=False),
        Kind("moved", "A session has changed", Aim.SERVICE, BEFORE_THE_START, SESSION | CONFIRM | CANCEL | REASON,
             can_stop=False),
        Kind("cancelled", "A session is off", Aim.SERVICE, BEFORE_THE_END, SESSION | REASON | MORE, can_stop=False),
        Kind("taken_out", "An organiser took you off a session", Aim.SERVICE, BEFORE_THE_END, SESSION | REASON | MORE,
             can_stop=False),
        Kind("day_before", "Reminder the day before", Aim.SERVICE, "until 21:00 that day", SESSION | CONFIRM | CANCEL),
        Kind("morning", "Reminder on the day", Aim.SERVICE, BEFORE_THE_START,
             SESSION | CANCEL | CHECK_IN | {"when": Placeholder("Today")}),
        Kind("check_in", "Check yourself in", Aim.SERVICE, BEFORE_THE_END, SESSION | CHECK_IN),
        Kind("thanks", "Thank you afterwards", Aim.SERVICE, "for two days", SESSION),
        Kind("next_ask", "Thank you, and your next session?", Aim.RECRUITMENT, "for two days", SESSION | AGAIN),
        Kind("guardian", "To the parent or guardian of somebody under 18", Aim.SERVICE, "always", GUARDIAN,
             channels=(Channel.EMAIL,), any_hour=True, can_stop=False),
    )
}  # fmt: skip
