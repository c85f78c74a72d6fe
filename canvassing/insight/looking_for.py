"""What somebody may mean by what they typed in the search box: a number, a name, an address, a postcode. Pure.

One text has several readings ("N1 4" is an elector number and half a postcode), so each is looked for.
"""

import re
from dataclasses import dataclass

from campaign.foundation import postcodes
from canvassing.electorate.address import NO_NUMBER, NO_STREET, parse
from canvassing.electorate.spelling import key, person_key, place_key, squeeze

LONGEST = 120
LEAST_LETTERS = 2  # of a name: one letter is no name to look for
MOST_WORDS = 5  # of a name, so that the ways to cut it into surname and forenames stay few
NUMBER = re.compile(r"(?:(?P<district>\S.*?)[\s\-]*)??(?P<number>[0-9]{1,6})(?:\s*/\s*(?P<suffix>[0-9A-Za-z]{1,4}))?")
OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?")
SECTOR = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?) ([0-9][A-Z]?)")
NO_STREET_KEY, NO_NUMBER_KEY = place_key(NO_STREET), f"|{place_key(NO_NUMBER)}"


@dataclass(frozen=True, slots=True)
class Number:
    """An elector number; without a polling district where only the number was typed."""

    district: str
    number: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Place:
    """The beginning of a street's key, and perhaps a door in it: by its whole key, or by the house number alone."""

    street: str
    address_key: str = ""
    house_number: int | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """Everything the text may mean. `names` and `postcode` are what keys and postcodes begin with; empty: not that."""

    number: Number | None
    names: tuple[str, ...]
    place: Place | None
    postcode: str


def read(text: str) -> Readings:
    """The readings of `text`, which holds nothing else to look for when all of them are empty."""
    text = squeeze(text[:LONGEST])
    postcode = _postcode(text)
    whole_postcode = bool(postcodes.tidy(text))
    return Readings(
        number=None if whole_postcode else _number(text),
        names=() if whole_postcode else names(text),
        place=None if whole_postcode else _place(text),
        postcode=postcode,
    )


def _number(text: str) -> Number | None:
    """ "AD-203", "AD 203/1", "AD203", "203"."""
    found = NUMBER.fullmatch(text)
    if not found:
        return None
    return Number((found["district"] or "").strip().upper(), found["number"], (found["suffix"] or "").upper())


def names(text: str) -> tuple[str, ...]:
    """What a person's key may begin with: "smith", "smith john", "john smith", "smith, john", "van der berg"."""
    if any(letter.isdigit() for letter in text) or len(key(text)) < LEAST_LETTERS:
        return ()
    surname, comma, forenames = text.partition(",")
    if comma:
        return (person_key(surname, forenames),) if key(surname) else ()
    typed = text.split(" ")[:MOST_WORDS]
    ways = [person_key(text, "")]
    for cut in range(1, len(typed)):
        before, behind = " ".join(typed[:cut]), " ".join(typed[cut:])
        ways += [person_key(behind, before), person_key(before, behind)]
    return tuple(dict.fromkeys(way for way in ways if way))


def _place(text: str) -> Place | None:
    """ "14 thorne park", "flat 3 14a thorne park", "thorne park", and with a postcode behind."""
    text, _ = postcodes.split_off(text)
    if not any(letter.isdigit() for letter in text):
        return Place(place_key(text)) if len(key(text)) >= LEAST_LETTERS else None
    found = parse([text])
    if found.street_key == NO_STREET_KEY or not found.street_key:
        return None
    if found.address_key == NO_NUMBER_KEY:
        return Place(found.street_key)
    only_number = found.address_key == str(found.house_number)
    return Place(found.street_key, found.address_key, found.house_number if only_number else None)


def _postcode(text: str) -> str:
    """What postcodes begin with: "N1 4DL" for a whole one, "N1 4" for "n1 4", "N1 " for "n1"."""
    text = text.upper()
    if whole := postcodes.tidy(text):
        return whole
    if OUTWARD.fullmatch(text):
        return f"{text} "
    return text if SECTOR.fullmatch(text) else ""
