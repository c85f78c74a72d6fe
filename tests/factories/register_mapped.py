"""A file that no supplier's system writes, and the mapping with which the campaign reads it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from canvassing.register import known_layouts
from canvassing.register.models import RegisterImport
from tests.factories.register import AT, bring_in
from tests.factories.register_layouts import write_rows

OURS: dict[str, Any] = {
    "name": "ours",
    "columns": {
        "district": "Ward code", "number": "No", "surname": "Family", "forename": "Given", "postcode": "Post",
        "marker": "Mark",
    },
    "address": ["Home"],
    "header": ["Ward code", "No", "Family", "Given", "Home", "Post", "Mark"],
}  # fmt: skip
ANN = ["TA", "1", "Smith", "Ann", "12 High Street", "N1 1AA", ""]
BOB = ["TA", "2", "Jones", "Bob", "14 High Street", "N1 1AA", ""]


def mapped(path: Path, rows: Sequence[Sequence[str]], **said: Any) -> RegisterImport:
    """Import a file whose columns the campaign has mapped itself."""
    mapping = OURS | said
    known_layouts.save(mapping=mapping, by=None, at=AT)
    return bring_in(write_rows(path, [mapping["header"], *rows]))
