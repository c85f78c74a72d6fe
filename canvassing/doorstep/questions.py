"""The questions asked at a door, and which answers there are. Their ids are fixed; the words name the candidate."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to choose from, with the `key` a board runner writes for it."""

    id: str
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question to one person. A `scale` runs from its first answer to its last; a `choice` has no order."""

    id: str
    kind: str
    text: str
    answers: tuple[Answer, ...]


def questions(*, candidate: str, standing_as: str) -> tuple[Question, ...]:
    """The two questions of every campaign: whose candidate people think he is, and whether they will vote for him."""
    who = candidate or "the candidate"
    return (
        Question(
            "stands_for",
            "choice",
            f"Who do you think {who} is standing for?",
            (
                Answer("independent", standing_as or "Independent", "I"),
                Answer("former_party", "The party they were in before", "F"),
                Answer("other_party", "Another party", "O"),
                Answer("not_sure", "Not sure", "N"),
            ),
        ),
        Question(
            "support",
            "scale",
            f"Will you vote for {who}?",
            (
                Answer("1", "Definitely not", "1"),
                Answer("2", "Probably not", "2"),
                Answer("3", "Undecided", "3"),
                Answer("4", "Probably", "4"),
                Answer("5", "Definitely", "5"),
            ),
        ),
    )


ANSWERS: Mapping[str, frozenset[str]] = {
    question.id: frozenset(answer.id for answer in question.answers)
    for question in questions(candidate="", standing_as="")
}
