"""What a layout of a council's file says: headings, forms, codes. Codes are read per layout, never globally. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from campaign.foundation.text_tables import column_key

WORD = re.compile(r"[^\W_]+")
LONGEST_MARKER = 8


class Kind(StrEnum):
    """What a file is: everybody of its polling districts, what changed, or who votes by post or proxy."""

    FULL = "full"
    UPDATE = "update"
    ABSENT = "absent"


class Change(StrEnum):
    """What a row of an update says happened to its elector."""

    ADD = "add"
    AMEND = "amend"
    DELETE = "delete"
    NOTHING = "nothing"


class Numbers(StrEnum):
    """How a file writes number and suffix."""

    PARTS = "parts"  # a column each, or a number alone
    SLASHED = "slashed"  # 463/3
    DECIMAL = "decimal"  # 463.3; 463.0 has no suffix
    JOINED = "joined"  # AA-463/3: the polling district too


FIELDS = (
    "district", "number", "suffix", "marker", "attains_on", "surname", "forename", "middle", "name", "postcode", "uprn",
    "ward", "change", "created", "changed", "deleted", "absent",
)  # fmt: skip
"""What a column may hold. `name` is a whole name, surname first; `created`, `changed`, `deleted` are months."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What a marker means, and whether its electors may vote at a UK general election."""

    meaning: str
    may_vote: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields stand in one file's rows; a field the file does not have stands behind the last column."""

    places: Mapping[str, int]
    address: tuple[int, ...]
    width: int

    def has(self, name: str) -> bool:
        return self.places[name] < self.width


@dataclass(frozen=True, slots=True)
class Layout:
    """One supplier's file.

    `headings` gives each field the headings it may stand under; those of `needed` and the first address lines must be
    there. A header with a column that is in none of the lists is another layout's, unless this one is forced.
    """

    name: str
    title: str
    kind: Kind
    headings: Mapping[str, Sequence[str]]
    needed: Sequence[str]
    address: Sequence[str]
    optional: Sequence[str] = ()
    distinctive: Sequence[str] = ()
    numbers: Numbers = Numbers.PARTS
    changes: Mapping[str, Change] = field(default_factory=dict)
    anonymous: str = ""
    markers: Mapping[str, Marker] = field(default_factory=dict)
    fewest_address_lines: int = 4

    def columns(self, header: Sequence[str], *, forced: bool = False) -> Columns | None:
        """Where this layout's fields stand under `header`; None when it is another layout's header."""
        keys = [column_key(heading) for heading in header]
        if self.missing(header) or self.twice(header) or (not forced and set(filter(None, keys)) - self._known()):
            return None
        places = {name: self._place(keys, name, len(header)) for name in FIELDS}
        address = tuple(keys.index(key) for key in map(column_key, self.address) if key in keys)
        return Columns(places, address, len(header))

    def twice(self, header: Sequence[str]) -> list[str]:
        """The headings under which this layout looks for something and `header` has two columns."""
        keys = [column_key(heading) for heading in header]
        wanted = [heading for several in self.headings.values() for heading in several]
        return [heading for heading in (*wanted, *self.address) if keys.count(column_key(heading)) > 1]

    def missing(self, header: Sequence[str]) -> list[str]:
        """The headings this layout cannot do without and `header` does not have."""
        keys = {column_key(heading) for heading in header}
        needed = [self.headings[name] for name in self.needed] + [[line] for line in self._first_lines()]
        absent = [headings[0] for headings in needed if not keys & set(map(column_key, headings))]
        if self.distinctive and not keys & set(map(column_key, self.distinctive)):
            absent.append(" or ".join(self.distinctive))
        return absent

    def _first_lines(self) -> Sequence[str]:
        return self.address[: self.fewest_address_lines]

    def _known(self) -> set[str]:
        headings = [heading for several in self.headings.values() for heading in several]
        return set(map(column_key, (*headings, *self.address, *self.optional, *self.distinctive)))

    def _place(self, keys: Sequence[str], name: str, behind: int) -> int:
        found = (keys.index(key) for key in map(column_key, self.headings.get(name, ())) if key in keys)
        return next(found, behind)

    def is_anonymous(self, marker: str) -> bool:
        """Whether the marker or one of its letters says so, in any case: councils write "N", "n" and "GN".

        The letters of "None" or "Commonwealth" are no markers, and say nothing.
        """
        code, known = self.anonymous.casefold()[:LONGEST_MARKER], {*map(str.casefold, self.markers)}
        words = WORD.findall(marker.casefold()) if code else []
        return any(word == code or (code in set(word) and set(word) <= {*known, code}) for word in words)

    def meaning(self, marker: str) -> str:
        """What the marker says, as a whole or letter by letter; "" when it is unknown."""
        found = [known.meaning if known else "" for known in self._known_letters(marker)]
        return "; ".join(found) if all(found) else ""

    def may_vote(self, marker: str) -> bool:
        """Whether the marker's electors may vote at a UK general election: an unknown marker takes nobody's vote."""
        return all(known is None or known.may_vote for known in self._known_letters(marker))

    def _known_letters(self, marker: str) -> list[Marker | None]:
        known = {code.casefold()[:LONGEST_MARKER]: meaning for code, meaning in self.markers.items()}
        if not marker or marker.casefold() in known:
            return [known.get(marker.casefold())]
        letters = [known.get(letter) for letter in _letters(marker)]
        return letters if all(letters) else [None]


def _letters(marker: str) -> list[str]:
    return [letter for letter in marker.casefold() if letter.isalnum()]


def recognise(header: Sequence[str], among: Iterable[Layout], *, forced: bool = False) -> Layout | None:
    """The layout whose header this is: of several, the one that uses most of its columns."""
    found = [layout for layout in among if layout.columns(header, forced=forced)]
    return max(found, key=lambda layout: (len(layout.distinctive), len(layout.headings)), default=None)
