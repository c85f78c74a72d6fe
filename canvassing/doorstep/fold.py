"""From what was logged to what is so: which contacts stand, and what a door, a person and a day come to.

Pure, and the same for any order of arrival: everything is decided by what the rows say, nothing by when they came.

- Events about one contact (the same `root`) compete within one allocation and one door; the best of (rank, whether it
  names the contact, happened at, device, sequence, id) speaks for them. If that is an undo, nothing stands. What names
  a contact was made after it, even where two clocks say otherwise. Nobody undoes what another walk's holder logged,
  and a correction that comes before its contact is the contact until then.
- A door is *tried* by every standing contact but "could not get to the door", and *answered* by those where somebody
  came to it, whether or not they would talk.
- A person is *reached* by a standing contact that names him or her and where somebody talked.
- A gain belongs to the London day of the contact that made it: an attempt to its own day, "this door was tried" to
  the day of its first attempt. An undo takes away from that same day, so that the sum over days is always the total.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from canvassing.doorstep.events import Kind
from canvassing.doorstep.outcomes import Outcome
from canvassing.progress.days import london_day

Days = Counter[tuple[date, str]]


@dataclass(frozen=True, slots=True)
class Logged:
    """What the fold reads of one contact. Door and person are as they are now, after any merge."""

    id: UUID
    household: int
    elector: int | None
    allocation: int
    kind: str
    root: UUID
    rank: int
    outcome: str
    happened_at: datetime
    device: UUID
    seq: int

    @property
    def precedence(self) -> tuple[int, bool, datetime, UUID, int, UUID]:
        return (self.rank, self.kind != Kind.CONTACT, self.happened_at, self.device, self.seq, self.id)

    @property
    def contact(self) -> tuple[int, int, UUID]:
        """What this event competes about."""
        return (self.household, self.allocation, self.root)


@dataclass(frozen=True, slots=True)
class DoorState:
    """What is known of one door."""

    attempts: int = 0
    answers: int = 0
    last_outcome: str = ""
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonState:
    """What is known of one elector: how often we talked, and when last."""

    conversations: int = 0
    reached_at: datetime | None = None


def standing(logged: Iterable[Logged]) -> list[Logged]:
    """The one event of each contact that speaks for it, oldest first, without those that were undone."""
    best: dict[tuple[int, int, UUID], Logged] = {}
    for event in logged:
        known = best.get(event.contact)
        if known is None or event.precedence > known.precedence:
            best[event.contact] = event
    return sorted(
        (event for event in best.values() if event.kind != Kind.VOID),
        key=lambda event: (event.happened_at, event.device, event.seq, event.id),
    )


def door_after(state: DoorState, contacts: list[Logged]) -> DoorState:
    """What is known of a door in `state` after standing contacts that are all later than it, oldest first."""
    if not contacts:
        return state
    outcomes = [Outcome(contact.outcome) for contact in contacts]
    return DoorState(
        attempts=state.attempts + sum(outcome.is_attempt for outcome in outcomes),
        answers=state.answers + sum(outcome.is_answer for outcome in outcomes),
        last_outcome=contacts[-1].outcome,
        last_at=contacts[-1].happened_at,
    )


def person_after(state: PersonState, contacts: list[Logged]) -> PersonState:
    """What is known of a person in `state` after standing contacts that are all later than it, oldest first."""
    talks = [contact.happened_at for contact in contacts if Outcome(contact.outcome).is_conversation]
    return PersonState(state.conversations + len(talks), talks[-1]) if talks else state


def door_gains(state: DoorState, contacts: list[Logged], *, counts: bool) -> Days:
    """What those contacts give to each day's totals. A door that no longer `counts` still gives its attempts."""
    attempts = [contact for contact in contacts if Outcome(contact.outcome).is_attempt]
    answers = [contact for contact in attempts if Outcome(contact.outcome).is_answer]
    days = Counter((london_day(attempt.happened_at), "attempts") for attempt in attempts)
    if counts and attempts and not state.attempts:
        days[london_day(attempts[0].happened_at), "doors_tried"] += 1
    if counts and answers and not state.answers:
        days[london_day(answers[0].happened_at), "doors_answered"] += 1
    return days


def person_gains(state: PersonState, contacts: list[Logged], *, counts: bool) -> Days:
    """What those contacts give to each day's totals: a person reached, on the day of the first conversation."""
    if not counts or state.conversations:
        return Counter()
    talks = [contact for contact in contacts if Outcome(contact.outcome).is_conversation]
    return Counter((london_day(talk.happened_at), "electors_reached") for talk in talks[:1])


def follow(last_at: datetime | None, events: Iterable[Logged]) -> bool:
    """Whether `events` are plain contacts, all later than everything known: then nothing else need be read."""
    return all(event.kind == Kind.CONTACT and (last_at is None or event.happened_at > last_at) for event in events)
