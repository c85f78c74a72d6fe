"""Who writes which kind: later slices register the function that turns a message's keys into the facts of now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from volunteers.messaging.models import Message


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar entry that goes along: iCalendar text, and whether it puts the session in or takes it out."""

    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Composed:
    """What a wording's placeholders stand for, and a calendar entry to go along."""

    facts: Mapping[str, str]
    calendar: Calendar | None = None


class Obsolete(Exception):  # noqa: N818 - not an error: a reason not to send
    """The facts have changed since the message was owed: moved, cancelled. They may change back."""


class Done(Obsolete):
    """There is nothing left to say, and there will not be: they are there already, or another message says it."""


Composer = Callable[[Message, datetime], Composed]
COMPOSERS: dict[str, Composer] = {}


def composes(*kinds: str) -> Callable[[Composer], Composer]:
    """Register a function as the writer of `kinds`. It raises Obsolete when there is nothing to say any more."""

    def register(composer: Composer) -> Composer:
        COMPOSERS.update(dict.fromkeys(kinds, composer))
        return composer

    return register
