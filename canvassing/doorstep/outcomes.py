"""What can happen at a door, with the letter a board runner writes for it."""

from enum import StrEnum


class Outcome(StrEnum):
    """What happened at the door."""

    NO_ANSWER = "no_answer"
    ANSWERED = "answered"
    REFUSED = "refused"
    NO_ACCESS = "no_access"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def code(self) -> str:
        """The canvass code; shown next to its meaning, always."""
        return CODES[self]

    @property
    def is_attempt(self) -> bool:
        """Somebody knocked. A door that could not be got to was not tried."""
        return self is not Outcome.NO_ACCESS

    @property
    def is_answer(self) -> bool:
        """Somebody came to the door, whether or not they would talk."""
        return self in (Outcome.ANSWERED, Outcome.REFUSED)

    @property
    def is_conversation(self) -> bool:
        """Somebody talked. Where the event names a person, that person was reached."""
        return self is Outcome.ANSWERED


LABELS = {
    Outcome.NO_ANSWER: "No answer",
    Outcome.ANSWERED: "Answered",
    Outcome.REFUSED: "Refused to talk",
    Outcome.NO_ACCESS: "Could not get to the door",
}
CODES = {Outcome.NO_ANSWER: "N", Outcome.ANSWERED: "A", Outcome.REFUSED: "R", Outcome.NO_ACCESS: "X"}
