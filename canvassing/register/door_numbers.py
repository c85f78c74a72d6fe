"""Doors of a street as a list writes them: how many ("82"), or which ("1-45 odd; 2-40 even; Flat 1-6, Rose Court").

Pure. Doors are kept apart by semicolons; numbers alone by commas as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_DOORS = 2000
LONGEST = 10_000
COUNT = re.compile(
    r"([0-9]{1,6})(?:\.0+)?(?:\s*(?:doors?|houses?|homes?|households?|properties|addresses))?", re.IGNORECASE
)
DASH = r"\s*(?:[-–—]|\bto\b)\s*"  # noqa: RUF001 - word processors make long ones
SIDE = r"(?:\s*\(?(?P<side>odds?|evens?)(?:\s+(?:numbers|only))*\)?)?"
RUN = re.compile(
    rf"(?P<unit>(?:flat|apartment|apt|unit|room)s?\s+)?(?:nos?\.?\s*)?(?P<first>[0-9]{{1,5}}){DASH}(?P<last>[0-9]{{1,5}})"
    rf"(?![0-9]|\s*[-/]){SIDE}(?P<place>\s*,.*|\s+[^\W\d].*)?",
    re.IGNORECASE,
)
NUMBERS = re.compile(rf"(?:nos?\.?\s*)?[0-9]{{1,5}}[a-z]?(?:{DASH}[0-9]{{1,5}}{SIDE})?", re.IGNORECASE)
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE = re.compile(
    rf"[0-9]{{1,2}}[-/ ](?:{MONTHS})[a-z]*(?:[-/ ][0-9]+)?|(?:{MONTHS})[a-z]*[-/ ][0-9]+|[0-9]+/[0-9]+/[0-9]{{4}}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}.*",
    re.IGNORECASE,
)


class DoorNumbersError(Exception):
    """Why a list of doors cannot be read, and how to write it; fit to show to a person."""


@dataclass(frozen=True, slots=True)
class DoorsSaid:
    """How many doors a street has, and the labels of those that are known; a bare count names none."""

    count: int
    labels: tuple[str, ...] = ()


def read_doors(text: str) -> DoorsSaid | None:
    """What a cell says about a street's doors; None when it says nothing. Raises DoorNumbersError."""
    text = " ".join(text.split())
    if not text:
        return None
    if counted := COUNT.fullmatch(text):
        return DoorsSaid(int(counted[1]))
    if len(text) > LONGEST:
        raise DoorNumbersError("the list of doors is too long. Put half of it on a row of its own.")
    labels = tuple(dict.fromkeys(label for part in _parts(text) for label in _labels(part)))
    if len(labels) > MOST_DOORS:
        raise DoorNumbersError(f"that would be {len(labels):,} doors; no street has more than {MOST_DOORS:,}.")
    return DoorsSaid(len(labels), labels)


def _parts(text: str) -> Iterator[str]:
    """The list cut at its semicolons, and at the commas between bare numbers."""
    for part in filter(None, map(str.strip, text.split(";"))):
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        bare = [bool(NUMBERS.fullmatch(piece)) for piece in pieces]
        if all(bare):
            yield from pieces
        elif sum(bare) > 1:
            raise DoorNumbersError(f"“{_short(part)}” mixes numbers and names. Put a semicolon between two doors.")
        else:
            yield part


def _labels(part: str) -> Iterator[str]:
    """The doors of one part: a run of numbers, or one door as it is written."""
    if DATE.fullmatch(part):
        raise DoorNumbersError(f"“{_short(part)}” is a date: a spreadsheet changed a run like 1-12. Write 1 to 12.")
    run = RUN.fullmatch(part)
    if run is None:
        if not any(map(str.isalnum, part)):
            raise DoorNumbersError(f"“{_short(part)}” names no door. Write numbers as 1-45 odd; 2-40 even; 12A.")
        yield part
        return
    first, last = int(run["first"]), int(run["last"])
    if last < first:
        raise DoorNumbersError(f"“{_short(part)}” runs backwards. Write the lower number first.")
    if last - first >= 2 * MOST_DOORS:
        raise DoorNumbersError(f"“{_short(part)}” is too long a run. Write a run of {MOST_DOORS:,} doors at most.")
    unit = f"{run['unit'].strip().rstrip('sS')} " if run["unit"] else ""
    place = (run["place"] or "").rstrip()
    for number in range(first, last + 1):
        if _is_on(run["side"], number):
            yield f"{unit}{number}{place}"


def _is_on(side: str | None, number: int) -> bool:
    return side is None or (number % 2 == 1) == side.lower().startswith("odd")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
