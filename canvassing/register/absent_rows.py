"""The rows of a list of absent voters: of each its elector number and how that elector votes. Nothing else is kept."""

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from campaign.foundation.text_tables import TableError
from canvassing.electorate.models import AbsentVote
from canvassing.electorate.spelling import squeeze
from canvassing.register.numbers import number_reader
from canvassing.register.report import Census, Problem, RegisterRefused
from canvassing.register.rows import RegisterFile

Kind = AbsentVote.Kind
DIGIT = re.compile("[0-9]")
POSTAL = re.compile(r"\bpost(?:al)?(?=proxy|vot|\b)")
PROXY = re.compile(r"(?:\b|(?<=postal))prox(?:y|ies)(?=vot|\b)")
# Polling station registers mark who votes by post with A, which is prescribed, and by proxy with P, which is common.
CODES = {
    "a": Kind.POSTAL, "av": Kind.POSTAL, "pv": Kind.POSTAL,
    "p": Kind.PROXY, "px": Kind.PROXY, "prx": Kind.PROXY,
    "ap": Kind.POSTAL_PROXY, "pp": Kind.POSTAL_PROXY, "ppv": Kind.POSTAL_PROXY,
}  # fmt: skip
NO_NUMBER = "this row has no polling district or no elector number; it was left out."
NOT_CLEAR = (
    "this row does not say in a form we know whether it is a postal or a proxy vote. What was known of its elector "
    "stays. Say of which kind the list is."
)
NO_KIND = (
    "the file does not say who votes by post and who by proxy. Say of which kind the list is (postal, proxy or "
    "postal_proxy)."
)


class AbsentRow(NamedTuple):
    """One row with an elector number; `kind` is "" where it is not clear."""

    line: int
    district: str
    number: str
    suffix: str
    kind: str


def kind_of(text: str) -> str:
    """The kind a status column's cell says, in words or as a code; "" when it says none."""
    text = text.casefold().replace("_", " ")
    by_post, by_proxy = POSTAL.search(text) is not None, PROXY.search(text) is not None
    if by_post or by_proxy:
        return Kind.POSTAL_PROXY if by_post and by_proxy else Kind.PROXY if by_proxy else Kind.POSTAL
    return CODES.get("".join(filter(str.isalnum, text)), "")


def rows_of(file: RegisterFile, *, said: str, census: Census) -> Iterator[AbsentRow]:
    """Every row of `file` with an elector number; one is in memory at a time. All are counted in `census`.

    `said` is the kind of the rows that do not say theirs. Raises RegisterRefused where neither file nor anybody says
    it, and at a broken row.
    """
    if not said and not file.columns.has("absent"):
        raise RegisterRefused(NO_KIND, file=file.name)
    fields_of = itemgetter(*(file.columns.places[name] for name in ("district", "number", "suffix", "absent")))
    number_of = number_reader(file.layout.numbers)
    try:
        for line, cells in file.table.rows():
            cells.append("")  # where a field stands that this file does not have
            census.rows += 1
            district, number, suffix, status = map(squeeze, fields_of(cells))
            numbers = number_of(district, number, suffix)
            if not numbers[0] or not DIGIT.search(numbers[1]):
                census.note(Problem(file.name, line, NO_NUMBER))
                continue
            kind = kind_of(status) or said
            if not kind:
                census.note(Problem(file.name, line, NOT_CLEAR))
            yield AbsentRow(line, *numbers, kind)
    except TableError as error:
        raise RegisterRefused(error.reason, file=file.name, line=error.line) from None
