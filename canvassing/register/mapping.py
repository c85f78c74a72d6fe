"""A layout that the campaign maps itself: which heading holds what.

As a form, as a JSON file and as a saved row it is one dict: `name`; `kind` ("full", "update", "absent"); `columns`
(field: heading); `address` (headings); `numbers` ("parts", "slashed", "decimal", "joined"); `changes` (code: "add",
"amend", "delete"); `markers` (code: [meaning, may vote]); `anonymous` (the marker of anonymous entries); `header`
(every heading of the file, by which it is recognised).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from campaign.foundation.text_tables import column_key
from canvassing.register.layouts import FIELDS, Change, Kind, Layout, Marker, Numbers
from canvassing.register.suppliers import LAYOUTS, MARKERS

LONGEST_NAME = 60
LABELS = {
    "district": "Polling district",
    "number": "Elector number",
    "suffix": "Suffix of the number",
    "surname": "Surname",
    "forename": "Forename",
    "middle": "Middle names",
    "name": "Whole name, surname first",
    "marker": "Marker (franchise)",
    "attains_on": "Date of attainment",
    "postcode": "Postcode",
    "uprn": "UPRN",
    "ward": "Ward",
    "change": "What changed",
    "created": "Month added",
    "changed": "Month changed",
    "deleted": "Month deleted",
    "absent": "Postal or proxy",
    "address": "Line of the address",
}
"""What the page calls each field that a column may hold."""


GUESSES = {
    column_key(heading): field
    for layout in LAYOUTS.values()
    for field, headings in layout.headings.items()
    for heading in headings
    if field != "change"  # a full register may have such a column, and says nothing in it
} | {
    "pollingdistrict": "district", "electornumber": "number", "electorno": "number", "rollnumber": "number",
    "firstname": "forename", "forenames": "forename", "lastname": "surname", "familyname": "surname",
    "middlenames": "middle", "fullname": "name", "franchise": "marker", "markers": "marker", "pcode": "postcode",
}  # fmt: skip
"""What a column of such a heading holds at the suppliers, and by other names that councils use."""


class MappingError(Exception):
    """Why a mapping cannot be used; fit to show to a person."""


def layout_of(mapping: Mapping[str, Any]) -> Layout:
    """The layout that `mapping` describes. Raises MappingError with the part that is wrong."""
    try:
        name, kind = str(mapping["name"]).strip(), Kind(mapping.get("kind", "full"))
        columns = {str(field): str(heading) for field, heading in dict(mapping["columns"]).items() if heading}
        address = [str(heading) for heading in mapping.get("address", [])]
        numbers = Numbers(mapping.get("numbers", "parts"))
        changes = {str(code).upper(): Change(change) for code, change in dict(mapping.get("changes", {})).items()}
        markers = _markers(mapping.get("markers", {}))
        header = [str(heading) for heading in mapping.get("header", [])]
    except KeyError as error:
        raise MappingError(f"the mapping has no {error}.") from None
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise MappingError(f"a part of the mapping is not what it should be: {error}.") from None
    _refuse_unusable(name, kind, columns, address, numbers, changes)
    layout = Layout(
        name=name,
        title=name,
        kind=kind,
        headings={field: [heading] for field, heading in columns.items()},
        needed=tuple(columns),
        address=address,
        optional=[heading for heading in header if heading],
        numbers=numbers,
        changes=changes,
        anonymous=str(mapping.get("anonymous", "N")),
        markers=markers,
        fewest_address_lines=len(address),
    )
    if twice := layout.twice(header):
        raise MappingError(f"two columns are called “{twice[0]}”. Give each a heading of its own in the file.")
    return layout


def _markers(said: Mapping[str, Any]) -> dict[str, Marker]:
    """The codes that nearly all councils use, and over them what this mapping says."""
    return MARKERS | {str(code).upper(): Marker(str(what[0]), may_vote=bool(what[1])) for code, what in said.items()}


def _refuse_unusable(
    name: str,
    kind: Kind,
    columns: Mapping[str, str],
    address: Sequence[str],
    numbers: Numbers,
    changes: Mapping[str, Change],
) -> None:
    if not name or len(name) > LONGEST_NAME or name in LAYOUTS:
        raise MappingError(f"give the layout a name of its own, of at most {LONGEST_NAME} letters.")
    if unknown := set(columns) - set(FIELDS):
        raise MappingError(f"a file has no {', '.join(sorted(unknown))}; it may have {', '.join(FIELDS)}.")
    keys = [column_key(heading) for heading in (*columns.values(), *address)]
    if len(set(keys)) != len(keys):
        raise MappingError("one column is used for two things.")
    if "number" not in columns:
        raise MappingError("say which column holds the elector number.")
    if "district" not in columns and numbers != Numbers.JOINED:
        raise MappingError("say which column holds the polling district, or that it stands in the elector number.")
    if kind != Kind.ABSENT:
        _refuse_nobody(columns, address)
    if kind == Kind.UPDATE and not (changes and "change" in columns) and "deleted" not in columns:
        raise MappingError("say which column holds what changed, and what each of its codes means.")


def _refuse_nobody(columns: Mapping[str, str], address: Sequence[str]) -> None:
    if "name" not in columns and not {"surname", "forename"} <= set(columns):
        raise MappingError("say which columns hold surname and forename, or the whole name.")
    if not address:
        raise MappingError("say which columns hold the lines of the address.")


def guess(header: Sequence[str]) -> list[str]:
    """What each column of `header` most likely holds, for the form to begin with; "" where nothing says so."""
    found: list[str] = []
    for key in map(column_key, header):
        line = "address" if key.startswith(("address", "registeredaddress", "propertyaddress")) else ""
        field = GUESSES.get(key, line)
        found.append(field if field == "address" or field not in found else "")
    return found


def read(path: Path) -> dict[str, Any]:
    """The mapping in a JSON file. Raises MappingError when it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"the mapping file cannot be read ({type(error).__name__}).") from None
    except json.JSONDecodeError as error:
        raise MappingError(f"the mapping file is not JSON: line {error.lineno}, {error.msg}.") from None
    if not isinstance(found, dict):
        raise MappingError("the mapping file holds no JSON object.")
    return found
