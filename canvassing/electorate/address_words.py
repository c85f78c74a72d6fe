"""The words of British addresses: what roads, buildings and units are called, and what a name ends in. Pure."""

import re
from functools import lru_cache
from itertools import takewhile

from canvassing.electorate.spelling import REMEMBERED, words


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROADS = _set(
    "alley approach avenue boulevard broadway circus close crescent drive embankment esplanade gardens grove highway "
    "lane loop mews parade passage path promenade quadrant ride rise road row square street terrace vale walk way yard "
    "parkway ridgeway wynd lanes mall strand steps pleasant "
    "rd st str ave av ln cl dr cres cresc ter terr gdns gdn gro grv sq mws wlk "
    "heol ffordd stryd lon rhodfa rhes teras clos"
)
"""What a road's name ends in, and hardly anything else's; in Welsh what it begins with."""
WELSH_ROADS = _set("heol ffordd stryd lon rhodfa rhes teras clos")
LONE_ROADS = _set("broadway strand esplanade embankment promenade")
"""Such words that are a road's whole name."""
PLACES = _set(
    "bank bridge brow chase common copse corner court croft cross dell dene down downs end field fields garth gate "
    "green heath hill island market mead meadow meadows mount orchard park place quay reach side view village wharf "
    "wood pk pl"
)
"""What a road's name may end in, a building's or a town's as well."""
BUILDINGS = _set(
    "apartment apartments block blocks building buildings chambers cottage cottages court dwellings estate exchange "
    "factory flats hall heights home hostel hotel house lodge mansion mansions mill point residence residences school "
    "studios tower towers villa villas warehouse wharf works apts bldg bldgs est hse mans"
)
"""What a building's name ends in."""
ESTATES = _set("estate est")
SURELY_ROADS = ROADS | (PLACES - BUILDINGS)
SURELY_BUILDINGS = BUILDINGS - PLACES
TOWNS = _set("chesterlestreet collierrow ebbwvale forestrow stokerow")
"""Towns that end like a road, run together."""
COMPASS = _set("north south east west upper lower")

UNITS = _set(
    "flat flats flt fflat apartment apartments apt apts unit units room rooms rm studio maisonette bedsit bedroom bed "
    "suite penthouse annexe annex attic basement floor floors flr cabin caravan pitch plot berth mooring"
)
"""A run of words at the start of a line is a unit within a house when one of these is in it…"""
QUALIFIERS = _set(
    "ground grd gnd first second third fourth fifth sixth seventh eighth ninth tenth 1st 2nd 3rd 4th 5th 6th 7th 8th "
    "9th 10th lower upper top middle mezzanine garden front rear back left right hand side above over at of the to "
    "behind under shop shops premises garage garages land and &"
)
"""… and these may stand beside it."""
BESIDE = _set("above over behind opposite opp adjacent adj at of to under near")
"""A name that ends in one of these says where something lies, not what a house is called."""
ON_TOP = _set("above over behind under")
"""What follows a flat and one of these is what it lies above, name and all."""
SAME_UNIT = {
    "flt": "flat", "flats": "flat", "fflat": "flat", "apartment": "flat", "apartments": "flat", "apt": "flat",
    "apts": "flat", "units": "unit", "rm": "room", "rooms": "room", "flr": "floor", "floors": "floor",
    "annex": "annexe", "grd": "ground", "gnd": "ground", "1st": "first", "2nd": "second", "3rd": "third",
    "4th": "fourth", "5th": "fifth", "6th": "sixth", "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth",
    "gff": "ground", "fff": "first", "sff": "second", "lgf": "lower ground", "lgff": "lower ground",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
NUMBER_WORDS = frozenset(word for word, number in SAME_UNIT.items() if number.isdecimal())
STOREYS = {
    "basement": 0, "garden": 1, "ground": 2, "mezzanine": 3, "first": 4, "second": 5, "third": 6, "fourth": 7,
    "fifth": 8, "sixth": 9, "seventh": 10, "eighth": 11, "ninth": 12, "tenth": 13, "upper": 14, "top": 15, "attic": 16,
    "penthouse": 17,
}  # fmt: skip

ORDINAL = re.compile(r"[0-9]+(?:st|nd|rd|th)", re.IGNORECASE)


def is_road(name: str) -> bool:
    """Whether `name` can hardly be a building's: "Thorne Park", "Broadway", but not "Fonthill Court", "Spectrum"."""
    return ends_in(name, SURELY_ROADS) or name.lower() in ROADS


def split_beside(name: str) -> tuple[str, str]:
    """A name and where something lies from it: "Houseboat Willow opposite" is a boat, opposite the number to come."""
    tokens = name.split(" ")
    bare = [token.strip(".,'()").lower() for token in tokens]
    if bare[-1] not in BESIDE:
        return name, ""
    beside = len(list(takewhile(lambda word: word in BESIDE or word in QUALIFIERS, reversed(bare))))
    return " ".join(tokens[:-beside]), " ".join(tokens[-beside:])


@lru_cache(REMEMBERED)
def ends_in(name: str, endings: frozenset[str]) -> bool:
    """Whether the last word of `name`, a compass point aside, is one of `endings`, or its first a Welsh one.

    A lone word is no ending but for a few, nor is part of one: Chester-le-Street is a town.
    """
    if "-" in name.rpartition(" ")[2]:
        return False
    found = words(name)
    if len(found) > 2 and found[-1] in COMPASS:
        found = found[:-1]
    if not found or (len(found) == 1 and found[0] not in LONE_ROADS):
        return False
    is_welsh = found[0] in WELSH_ROADS and found[0] in endings and found[-1] not in BUILDINGS
    return (is_welsh or found[-1] in endings) and "".join(found) not in TOWNS
