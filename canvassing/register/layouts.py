"""The layouts of councils' files as data. Codes are read per layout: suppliers' tables contradict each other. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from campaign.foundation.text_tables import column_key


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields stand in one file's rows."""

    district: int
    number: int
    suffix: int
    marker: int
    attains_on: int
    surname: int
    forename: int
    postcode: int
    address: tuple[int, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """One supplier's file: its headings, and what its markers mean (docs: the Electoral Commission's marker list)."""

    name: str
    title: str
    headings: Mapping[str, str]
    address: Sequence[str]
    optional: Sequence[str] = ()
    anonymous: str = ""
    markers: Mapping[str, str] = field(default_factory=dict)

    def columns(self, header: Sequence[str]) -> Columns | None:
        """Where this layout's fields stand under `header`; None when it is another layout's header."""
        keys = [column_key(heading) for heading in header]
        wanted = [column_key(heading) for heading in (*self.headings.values(), *self.address)]
        spare = set(keys) - set(wanted) - {column_key(heading) for heading in self.optional}
        if spare or len(set(keys)) != len(keys) or not set(wanted) <= set(keys):
            return None
        places = {name: keys.index(column_key(heading)) for name, heading in self.headings.items()}
        address = tuple(keys.index(column_key(heading)) for heading in self.address)
        return Columns(**places, address=address, width=len(keys))

    def is_anonymous(self, marker: str) -> bool:
        """Whether one of the marker's letters says so, in any case: councils write "N", "n" and "GN"."""
        return bool(self.anonymous) and self.anonymous.casefold() in _letters(marker)

    def meaning(self, marker: str) -> str:
        """What the marker says, letter by letter; "" when a letter of it is unknown."""
        meanings = {code.casefold(): meaning for code, meaning in self.markers.items()}
        found = [meanings.get(letter, "") for letter in _letters(marker)] if marker else [meanings.get("", "")]
        return "; ".join(found) if all(found) else ""


def _letters(marker: str) -> list[str]:
    return [letter for letter in marker.casefold() if letter.isalnum()]


XPRESS_FULL_14 = Layout(
    name="xpress_full_14",
    title="Xpress, full register in 14 columns",
    headings={
        "district": "Elector Number Prefix",
        "number": "Elector Number",
        "suffix": "Elector Number Suffix",
        "marker": "Elector Markers",
        "attains_on": "Elector DOB",  # the day an attainer comes of age, whatever the heading says
        "surname": "Elector Surname",
        "forename": "Elector Forename",
        "postcode": "PostCode",
    },
    address=[f"Address{number}" for number in range(1, 7)],
    optional=["Elector ID"],
    anonymous="N",
    markers={
        "": "British, Irish or qualifying Commonwealth citizen",
        "F": "overseas elector",
        "G": "EU citizen, local elections",
        "B": "EU citizen confirmed under the 2024 rules, local elections",
        "L": "member of the House of Lords",
        "M": "qualifying foreign national, devolved and local elections",
        "K": "EU citizen (obsolete)",
        "E": "peer overseas (obsolete)",
        "N": "anonymous entry",
    },
)
LAYOUTS = {layout.name: layout for layout in (XPRESS_FULL_14,)}


def recognise(header: Sequence[str], among: Sequence[Layout]) -> Layout | None:
    """The layout whose header this is."""
    return next((layout for layout in among if layout.columns(header)), None)
