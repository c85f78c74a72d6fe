"""Elector numbers as files write them: polling district, number and suffix, all text. Pure.

A number is no quantity: 10.10 is suffix 10 of number 10, and 5.000 is number 5 without a suffix.
"""

import re
from collections.abc import Callable

from canvassing.register.layouts import Numbers

LONGEST_CODE, LONGEST_NUMBER = 20, 12
# From the right: "KD-2/2-289/1" is in polling district KD-2/2.
JOINED = re.compile(r"(?P<district>.+?) ?- ?(?P<number>[0-9]+)(?: ?/ ?(?P<suffix>[0-9]+))?")

NumberParts = tuple[str, str, str]


def number_reader(numbers: Numbers) -> Callable[[str, str, str], NumberParts]:
    """What makes district, number and suffix of a row's three squeezed cells, as files of this kind write them."""
    return {
        Numbers.PARTS: _parts,
        Numbers.SLASHED: _slashed,
        Numbers.DECIMAL: _decimal,
        Numbers.JOINED: _joined,
    }[numbers]


def _parts(district: str, number: str, suffix: str) -> NumberParts:
    """Xpress writes 0 for "no suffix"."""
    return district, number, suffix if suffix.strip("0") else ""


def _slashed(district: str, number: str, suffix: str) -> NumberParts:
    number, _, behind = number.partition("/")
    return _parts(district, number.strip(), behind.strip() or suffix)


def _decimal(district: str, number: str, suffix: str) -> NumberParts:
    number, _, behind = number.partition(".")
    return _parts(district, number, behind if behind.strip("0") else suffix)


def _joined(district: str, number: str, suffix: str) -> NumberParts:
    found = JOINED.fullmatch(number)
    if found is None:
        return _slashed(district, number, suffix)
    return _parts(found["district"], found["number"], found["suffix"] or "")
