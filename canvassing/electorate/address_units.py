"""The unit within a house: told apart from what follows it, compared with other spellings, sorted by floor. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

from canvassing.electorate.address_words import (
    BESIDE,
    NUMBER_WORDS,
    ON_TOP,
    ORDINAL,
    QUALIFIERS,
    ROADS,
    SAME_UNIT,
    STOREYS,
    UNITS,
    ends_in,
)
from canvassing.electorate.spelling import REMEMBERED, run_together, words

DIGITS = re.compile("[0-9]+")
# Scottish flats, and agents' short forms: 1F2 and PF1 by floor and door, TFL top floor left, GFF ground floor flat.
SHORT = re.compile(r"[0-9]{1,2}F[0-9LRC]{1,2}|(?:PF|GF|BF|TF|LGF)[0-9LRC]{0,2}|(?:G|F|S|T|LG)FF", re.IGNORECASE)
# The same by floor and door: 2/1, 0/2, G/1, 1/L. Alone it may be a house number, 12/14.
BY_FLOOR = re.compile(r"[0-9]{1,2}/[0-9LRC]{1,2}|[GBLP]/[0-9LRC]{1,2}|" + SHORT.pattern, re.IGNORECASE)
ONE_MARK = r"(?:[A-Z]{0,2}[0-9]{1,6}[A-Z]?|[A-Z])"
MARK = re.compile(rf"{ONE_MARK}(?:[-/.]{ONE_MARK}){{0,2}}|{SHORT.pattern}|[IVX]{{2,4}}", re.IGNORECASE)
WORDS = r"flats?|flt|fflat|apartments?|apts?|units?|rooms?|rm|studio|bedsit|bedroom|bed|plot|pitch|caravan"
GLUED = re.compile(rf"^({WORDS})(?:[-.:]\s?(?={MARK.pattern}(?:\s|$))|(?=[0-9]))", re.IGNORECASE)
# Flats 1 to 6, Flat 2 & 3: what one unit was made of.
SEVERAL = re.compile(
    r"^(?:((?:flats|apartments|apts|units|rooms)\s[0-9]+[a-z]?)\s?(?:&|-|and|to)\s?([0-9]+[a-z]?)(?=\s|$)"
    r"|((?:flat|flt|apartment|apt|unit|room)\s[0-9]+[a-z]?)\s?(?:&|and)\s?([0-9]+[a-z]?)$)",
    re.IGNORECASE,
)
INSIDE = re.compile(
    rf"^(?P<number>[0-9]{{1,5}}[A-Z]?)\s(?P<unit>(?:{WORDS})\s(?:{MARK.pattern})|{BY_FLOOR.pattern})\s(?P<road>[^0-9]+)$",
    re.IGNORECASE,
)
AT_END = re.compile(rf"\s+(?P<unit>(?:{WORDS})\s+(?:{MARK.pattern}))$", re.IGNORECASE)
# Words that are a unit only with a mark and nothing behind it, else a house's name: Chalet 14, but The Lodge.
NAMED_BY_MARK = re.compile(
    r"(?:chalet|lodge|villa|cottage|bungalow|almshouse|barn|stable|study\sbedroom|pod|(?:static\s)?caravan|(?:mobile|park)\s"
    r"home|boat|houseboat|garage)\s[0-9]{1,4}[a-z]?",
    re.IGNORECASE,
)
SELDOM_MARKED = {"basement", "attic", "penthouse", "annexe", "annex", "maisonette"}
UNMARKED = SELDOM_MARKED | {"floor", "floors", "flr"}
AT_GROUND = re.compile(r"(?:pf|gf|g) ?[0-9lrc]+")


def spelt_out(line: str) -> str:
    """`line` with its unit in front and its mark apart: "Flat3", "Flats 1 to 6", "14 Flat 3 High Street"."""
    line = GLUED.sub(r"\1 ", line)
    if several := SEVERAL.match(line):
        line = f"{several[1] or several[3]}-{several[2] or several[4]}{line[several.end() :]}"
    if inside := INSIDE.match(line):
        unit = inside["unit"]
        return f"{unit if ' ' in unit else f'Flat {unit}'} {inside['number']} {inside['road']}"
    return line


def is_unit(text: str) -> bool:
    """Whether `text` is a unit and nothing else: "Rear Flat", "Flat 3", "1F2"."""
    unit, rest = split_unit(text)
    return bool(unit) and not rest


def split_unit(line: str) -> tuple[str, str]:
    """The unit at the start of `line` ("Flat 17", "Ground Floor Flat", "Flat Above") and what follows it.

    A single word with a name behind it is a name itself ("Studio House"), and a qualified unit leaves a number that
    could be the house's: "Ground Floor Flat 27 Anson Road" is in house 27. "Flat Above The Red Lion" is all unit.
    """
    tokens = line.split(" ")
    if short := _short(tokens):
        taken = 2 if tokens[1:] and tokens[1].lower() == "flat" else 1
        return " ".join([short, *tokens[1:taken]]), " ".join(tokens[taken:])
    if NAMED_BY_MARK.fullmatch(line):
        return line, ""
    head = _unit_run(tokens)
    run = len(head)
    if head[:1] == ["land"] and head != ["land", "of"] and head[-1] in BESIDE and run < len(tokens):
        return " ".join(tokens[:run]), " ".join(tokens[run:])
    if not UNITS.intersection(head):
        return (line, "") if run == len(tokens) and _says_where(head) else ("", line)
    taken = run + _marks(head, tokens[run:])
    if run == taken == 1 and run < len(tokens) and not tokens[run][:1].isdigit():
        return "", line
    taken += _more_of_unit(tokens[taken:])
    if ON_TOP.intersection(head[-2:]):
        taken += _below(tokens[taken:])
    return " ".join(tokens[:taken]), " ".join(tokens[taken:]).lstrip("-–, ")  # noqa: RUF001


def _short(tokens: list[str]) -> str:
    """The first of `tokens` where it is a flat's short form: "1F2"; "2/1" only before a house's number."""
    first, *behind = tokens
    if not BY_FLOOR.fullmatch(first):
        return ""
    if "/" not in first:
        return first if first.isalpha() else f"Flat {first}"
    numbered = behind and behind[0][:1].isdigit() and not ORDINAL.fullmatch(behind[0])
    return f"Flat {first}" if numbered else ""


def _unit_run(tokens: Iterable[str]) -> list[str]:
    """The words at the start of `tokens` that a unit may be made of."""
    bare = (token.strip(".,'()").lower() for token in tokens)
    run = list(takewhile(lambda word: word in UNITS or word in QUALIFIERS or ORDINAL.fullmatch(word), bare))
    while run and run[-1] in ("and", "&"):
        run.pop()
    return run


def _says_where(head: list[str]) -> bool:
    """Whether these words are a unit by themselves: "Rear", "Top Left"; The Garden is a house, Upper Ground a road."""
    return head[0] != "the" and head[-1] not in BESIDE and head != ["upper", "ground"]


def _marks(head: list[str], behind: list[str]) -> int:
    """How many words behind the unit's own are its mark: the 17 of "Flat 17"."""
    if not behind or head[-1] not in UNITS:
        return 0
    if behind[0].lower() in NUMBER_WORDS and (len(behind) == 1 or behind[1][:1].isdigit()):
        return 1
    if not MARK.fullmatch(behind[0].rstrip(".:")):
        return 0
    bare = len(head) == 1 and head[0] not in SELDOM_MARKED
    another_number = len(behind) > 1 and behind[1][:1].isdigit()
    return int(bare or len(behind) == 1 or another_number or not behind[0][:1].isdigit())


def _more_of_unit(behind: list[str]) -> int:
    """How many words say where a marked unit lies ("Flat 1 Rear", "Flat 1 Ground Floor 12 High Street").

    Only a number or nothing may follow: "Flat 1 Upper Street" is in Upper Street.
    """
    head = _unit_run(behind)
    if not head or (head[0] == "the" and not UNITS.intersection(head)):
        return 0
    taken = len(head) + (0 if head[-1] in UNMARKED else _marks(head, behind[len(head) :]))
    return taken if taken == len(behind) or behind[taken][:1].isdigit() else 0


def _below(behind: list[str]) -> int:
    """How many words name what a flat lies above: all before a number, unless they are a road's."""
    name = list(takewhile(lambda token: not token[:1].isdigit(), behind))
    return 0 if ends_in(" ".join(name), ROADS) else len(name)


@lru_cache(REMEMBERED)
def unit_forms(unit: str) -> tuple[str, str]:
    """What a unit is compared by, and what it is sorted by."""
    found = _unit_words(unit)
    return run_together(found), _unit_order(found)


def _unit_words(unit: str) -> list[str]:
    """A unit's words for comparing: "Apartment 02", "Flat 2", "2" are one, and so are "1st Flr", "First Floor Flat"."""
    same = [one for word in words(unit) for one in SAME_UNIT.get(word, word).split()]
    known = [word.lstrip("0") or "0" if word.isdecimal() else word for word in same]
    return [word for at, word in enumerate(known) if word not in ("flat", "floor") or _counts(known, at)] or known


def _counts(known: list[str], at: int) -> bool:
    """Whether a "flat" or a "floor" must stay: flat 1 on floor 2 is not flat 1/2, nor is flat 3 of flat A flat A3."""

    def marked(word: str) -> bool:
        return len(word) == 1 or any(map(str.isdigit, word))

    has_mark = at + 1 < len(known) and marked(known[at + 1])
    return has_mark and (known[at] == "floor" or any(map(marked, known[:at])))


def _unit_order(found: list[str]) -> str:
    """Numbered flats, those at the ground first, then storeys from the basement up, then letters and names."""
    if AT_GROUND.fullmatch(joined := " ".join(found)):
        return f"0{0:06d} {padded(joined)}"
    storey = min((STOREYS[word] for word in found if word in STOREYS), default=None)
    rest = padded(" ".join(word for word in found if word not in STOREYS))
    if storey is not None:
        lower = storey - 1 if "lower" in found else storey
        return f"1{max(lower, 0):02d} {rest}"
    return "" if not found else f"0{rest}" if found[0][0].isdecimal() else f"2{rest}"


@lru_cache(REMEMBERED)
def padded(text: str) -> str:
    """`text` with its numbers padded, so that bytes sort them by size."""
    return DIGITS.sub(lambda digits: digits[0].zfill(6), text)
