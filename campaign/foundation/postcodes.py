"""Postcodes by shape: a council's postcode may disagree with the Post Office's, so none is ever refused. Pure."""

import re
from functools import lru_cache

SHAPE = re.compile(r"(?:^|\s)([A-Z]{1,2}[0-9][0-9A-Z]?)\s*([0-9][A-Z]{2})$")


@lru_cache(1024)
def tidy(text: str) -> str:
    """`text` as "N1 4DL", whatever its case and spaces; "" when it has not the shape of a postcode."""
    found = SHAPE.fullmatch(" ".join(text.upper().split()))
    return f"{found[1]} {found[2]}" if found else ""


def split_off(text: str) -> tuple[str, str]:
    """`text` without the postcode at its end, and that postcode, tidied; "" when it ends in none."""
    text = " ".join(text.split())
    found = SHAPE.search(text.upper()) if text.isascii() else None
    return (text[: found.start()].rstrip(" ,"), f"{found[1]} {found[2]}") if found else (text, "")
