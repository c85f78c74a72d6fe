"""The printed lines of an address made ready for reading: no postcode, care-of, repeats or odd marks left. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from campaign.foundation import postcodes
from canvassing.electorate.address_units import BY_FLOOR, is_unit
from canvassing.electorate.address_words import COMPASS, ON_TOP, is_road
from canvassing.electorate.spelling import REMEMBERED, squeeze

LONGEST_LINE = 300
EDGES = " .:;-"
# Everything here is rare, so that most lines are looked at once and left alone.
ODD = re.compile(r"[^\x00-\x7f]|[(\";+]|'$|^r/o\b|^rear/", re.IGNORECASE)
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")  # noqa: RUF001 - the odd ones are the point
MARKS = DASHES | {
    ord("№"): "No ",
    ord("℅"): "c/o",
    ord("⁄"): "/",  # noqa: RUF001
    ord('"'): "",
    ord("“"): "",
    ord("”"): "",
    ord("+"): "&",
}
CARE_OF = re.compile(r"^(?:c/o|c/-|care of)\s*", re.IGNORECASE)
REAR_OF = re.compile(r"^(?:r/o|rear/of)(?=\s|$)", re.IGNORECASE)
HALF = re.compile(r"(?<=[0-9])\s(?=[½¼¾])")
LETTER_APART = re.compile(r"(?<=[0-9])\s?\(([a-z])\)", re.IGNORECASE)
IN_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*")
NUMBERED = re.compile(r"(?:nos?\.?\s?|number\s)?[0-9]{1,5}[A-Za-z]?(?:\s|$|[-/&])", re.IGNORECASE)
NUMBER_OF_ROAD = re.compile(
    r"(?:nos?\.?\s?|number\s)?[0-9]{1,5}\S*\s\S*[^\W\d_]{2}|[0-9]{1,5}[A-Za-z]?$", re.IGNORECASE
)
# A mark alone above the house is a flat's: A, C12, C12.3, 12.03.
LONE_MARK = re.compile(
    r"[A-Z]{1,2}[0-9]{1,4}[A-Z]?(?:[-/.][0-9]{1,4}[A-Z]?)?|[A-Z](?:[-/.][A-Z0-9]{1,4})?|[0-9]{1,4}\.[0-9]{1,4}", re.I
)
# A nought typed as O, a one typed as I: N1 ODL, NI 4DL. There must be one digit left to tell it from a town.
MISREAD = re.compile(r"(?!GIR)(?=.*[0-9])([A-Z]{1,2})([0-9I][0-9A-Z]?)\s?([0-9OI])([A-Z]{2})")


def pieces(lines: Iterable[str], postcode: str) -> tuple[list[str], str]:
    """The lines cut at their commas and made ready, and the postcode: the given one's shape, else the lines' own."""
    cut = [part for line in lines if line for part in line[:LONGEST_LINE].replace(";", ",").split(",")]
    printed = [ready for part in cut if part for ready in _ready(part)]
    if not printed:
        return [], fitting_postcode(postcode)
    printed, own = _without_postcodes(printed, postcode)
    return _joined(_each_once(_without_care_of(printed))), fitting_postcode(postcode) or own


def fitting_postcode(text: str) -> str:
    """`text` as a postcode, a letter typed for a figure mended; "" when it has not the shape of one."""
    if (tidy := postcodes.tidy(text)) or len(text) > 10:
        return tidy
    found = MISREAD.fullmatch(" ".join(text.upper().split()))
    if not found:
        return ""
    area, district, sector, unit = found.groups()
    return postcodes.tidy(f"{area}{district.replace('I', '1', 1)} {sector.replace('O', '0').replace('I', '1')}{unit}")


@lru_cache(REMEMBERED)
def _ready(part: str) -> Sequence[str]:
    """A part between commas without odd marks; what stands in brackets may be a piece of its own."""
    piece = squeeze(part).strip(EDGES)
    if not ODD.search(piece):
        return [piece] if piece else []
    piece = HALF.sub("", squeeze(piece.translate(MARKS))).strip(EDGES)
    if piece[:1] == "'" == piece[-1:]:
        piece = piece[1:-1]
    piece = REAR_OF.sub("Rear of", squeeze(piece))
    return _out_of_brackets(LETTER_APART.sub(r"\1", piece))


def _out_of_brackets(piece: str) -> list[str]:
    """ "14 (2F1) Leith Walk" is flat 2F1 at 14; the brackets of "Orchard House (East)" belong to its name."""
    brackets = IN_BRACKETS.search(piece)
    if not brackets:
        return [piece]
    inner = brackets[1].strip(EDGES)
    outer = f"{piece[: brackets.start()]} {piece[brackets.end() :]}".strip()
    if not inner or not outer:
        return [inner or outer] if inner or outer else []
    if postcodes.tidy(inner):
        return [outer, inner]
    if inner.isdecimal():
        return [f"{outer} {inner}"]
    names_house = NUMBER_OF_ROAD.match(outer) and " " in outer and inner.lower() not in COMPASS
    if not (is_unit(inner) or BY_FLOOR.fullmatch(inner) or names_house):
        return [piece]
    if brackets.start() and is_unit(outer):
        return [*_out_of_brackets(outer), inner]
    return [inner, *_out_of_brackets(outer)]


def _without_postcodes(printed: list[str], postcode: str) -> tuple[list[str], str]:
    """The pieces without any that is a postcode, and without the one at the end; and the last of these."""
    last, own = printed[-1], ""
    if last.replace(" ", "").upper() == squeeze(postcode).replace(" ", "").upper():
        last = ""
    elif found := fitting_postcode(last):
        last, own = "", found
    else:
        last, own = postcodes.split_off(last)
    kept = list[str]()
    for piece in [*printed[:-1], last]:
        found = postcodes.tidy(piece) if piece[-3:-2].isdigit() and len(piece) < 9 else ""
        own = own or found
        if piece and not found:
            kept.append(piece)
    return kept, own


def _without_care_of(printed: list[str]) -> list[str]:
    """Whom the post goes to is no part of the door where a number says which it is; else it is all there is."""
    if not any(CARE_OF.match(piece) for piece in printed):
        return printed
    kept = list[str]()
    for at, piece in enumerate(printed):
        rest = CARE_OF.sub("", piece)
        is_door = rest == piece or NUMBERED.match(rest) or is_unit(rest)
        if rest and (is_door or not any(NUMBERED.match(line) for line in printed[at + 1 :])):
            kept.append(rest)
    return kept


def _each_once(printed: list[str]) -> list[str]:
    """The pieces, one printed twice in a row only once; but "1", "1", "Thorne Park" is flat 1 at number 1."""
    kept = printed[:1]
    for above, piece in pairwise(printed):
        if len(piece) != len(above) or len(piece) < 4 or piece.lower() != above.lower():
            kept.append(piece)
    return kept


def _joined(printed: list[str]) -> list[str]:
    """What only the pieces together say: "A" or "2/1" above a house is a flat, "Flat Above" one over "The Red Lion"."""
    if len(printed) > 1 and LONE_MARK.fullmatch(printed[0]):
        printed[0] = f"Flat {printed[0]}"
    for at in range(len(printed) - 1):
        piece, below = printed[at], printed[at + 1]
        if "/" in piece and BY_FLOOR.fullmatch(piece) and any(NUMBER_OF_ROAD.match(line) for line in printed[at + 1 :]):
            printed[at] = f"Flat {piece}"
        if at + 2 < len(printed) and below[:4].lower() == "the " and _lies_over(piece, below):
            return [*printed[:at], f"{piece} {below}", *printed[at + 2 :]]
    return printed


def _lies_over(piece: str, below: str) -> bool:
    is_name = not is_road(below) and not any(map(str.isdigit, below))
    return is_name and piece.rpartition(" ")[2].lower() in ON_TOP and is_unit(piece)
