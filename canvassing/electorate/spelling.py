"""Spellings of names and streets brought together: what is compared (`key`) and what is shown (`shown`). Pure."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

QUOTES = "'`´‘’‚‛ʹʻʼʽˈ′‵＇\""  # noqa: RUF001 - the odd ones are the point
REMEMBERED = 4096  # a file names the same streets, flats and towns again and again
DROP_QUOTES = dict.fromkeys(map(ord, QUOTES))
WORD = re.compile(r"[^\W_]+")
DIGITS_APART = re.compile(r"(?<=[0-9]) (?=[0-9])")
# Written out so that hand-typed and printed names meet; "St" is a saint unless it ends the name.
ABBREVIATIONS = {
    "rd": "road", "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close",
    "dr": "drive", "cres": "crescent", "cresc": "crescent", "ter": "terrace", "terr": "terrace", "gdns": "gardens",
    "gdn": "gardens", "gro": "grove", "grv": "grove", "sq": "square", "pl": "place", "pk": "park", "mws": "mews",
    "wlk": "walk", "ct": "court", "hse": "house", "bldgs": "buildings", "mans": "mansions", "apts": "apartments",
    "est": "estate",
}  # fmt: skip
POINTS = {"north", "south", "east", "west"}
SMALL_WORDS = {"and", "at", "by", "in", "of", "on", "the", "upon", "under", "le", "la", "de"}
CAPITAL = re.compile(r"(?<![^\W_]['’])\b[^\W\d_]")  # noqa: RUF001 - not the s of St John's
SECOND_CAPITAL = re.compile(r"\b([DLO]['’]|Mc)([a-z])(?=[a-z])")  # noqa: RUF001
SMALL_WITHIN = re.compile(r"-(?:and|at|by|in|of|on|the|upon|under|le|la|de|y|yr)(?=-)", re.IGNORECASE)
WELSH_SMALL = re.compile(r"(?<=[^\W\d_] )Yr?(?= [^\W\d_]{2})")
ROMAN = re.compile(r"\b(?:Ii|Iii|Iv|Vi|Vii|Viii|Ix)\b")


@lru_cache(REMEMBERED)
def squeeze(text: str) -> str:
    """`text` in composed form, on one line, single-spaced, without no-break spaces and invisible characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    return " ".join(text.split())


@lru_cache(REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """The words of `text` without case, accents, quotes and punctuation."""
    if text.isascii() and text.isalnum():
        return (text.lower(),)
    text = text.translate(DROP_QUOTES).replace("&", " and ").casefold()
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text).casefold()
        text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(WORD.findall(text))


def run_together(found: Sequence[str]) -> str:
    """Words as one, so that spacing does not matter; numbers stay apart: "1 2" is not "12"."""
    if len(found) == 1:
        return found[0]
    return DIGITS_APART.sub(".", " ".join(found)).replace(" ", "")


def key(text: str) -> str:
    """What two spellings of one name have in common: letters and digits, without case, spacing, punctuation, quotes."""
    return run_together(words(text))


@lru_cache(REMEMBERED)
def place_key(name: str) -> str:
    """`key` of a street or a building, the usual abbreviations written out: "St. Mary's Rd" is "Saint Marys Road"."""
    found = words(name)
    if len(found) < 2:
        return found[0] if found else ""
    # "High St North" ends in its street too.
    ends = len(found) - (2 if len(found) > 2 and found[-1] in POINTS else 1)
    first, last = found[:ends], ABBREVIATIONS.get(found[ends], found[ends])
    return run_together([*("st" if word == "saint" else word for word in first), last, *found[ends + 1 :]])


def person_key(surname: str, forename: str) -> str:
    """What two spellings of one person's name have in common: the surname run together, then each forename."""
    return " ".join(part for part in (key(surname), *words(forename)) if part)


@lru_cache(REMEMBERED)
def shown(text: str) -> str:
    """`text` for display: a name all in capitals or all in small letters gets its capitals, other names stay."""
    text = squeeze(text).replace("``", "'").replace("`", "'").replace("´", "'")  # noqa: RUF001
    if not (text.isupper() or text.islower()):
        return text
    text = CAPITAL.sub(lambda letter: letter[0].upper(), text.lower())
    text = SECOND_CAPITAL.sub(lambda letters: letters[1] + letters[2].upper(), text)
    text = SMALL_WITHIN.sub(lambda word: word[0].lower(), text)
    text = WELSH_SMALL.sub(lambda word: word[0].lower(), text)
    text = ROMAN.sub(lambda number: number[0].upper(), text)
    first, *rest = text.split(" ") if text else [""]
    return " ".join([first, *(word.lower() if word.lower() in SMALL_WORDS else word for word in rest)])


def fitted(text: str, length: int) -> str:
    """`text`, or where it is longer than `length` its beginning and a digest, so that two long ones stay apart."""
    return text if len(text) <= length else f"{text[: length - 17]}~{sha256(text.encode()).hexdigest()[:16]}"
