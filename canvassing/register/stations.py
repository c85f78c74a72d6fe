"""Where each polling district votes, from a table of polling stations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from campaign.foundation import postcodes
from canvassing.electorate.models import PollingDistrict, PollingStation
from canvassing.electorate.spelling import shown
from canvassing.register import alone
from canvassing.register.known_districts import LONGEST_CODE, LONGEST_COUNCIL, KnownDistricts, the_constituency
from canvassing.register.opening import Source
from canvassing.register.place_tables import COUNCIL_HEADINGS, DISTRICT_HEADINGS, Place, PlaceRow, read_rows
from canvassing.register.report import Problem, RegisterRefused

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_POSTCODE, LONGEST_LIST = 160, 240, 20, 1000
HEADINGS = {
    "polling_district": (*DISTRICT_HEADINGS, "pollingdistricts", "pds", "districts"),
    "council": COUNCIL_HEADINGS,
    "station": (
        "station", "stationname", "pollingstation", "pollingstationname", "pollingplace", "pollingplacename",
        "placename", "venue", "name",
    ),
    "address": ("address", "stationaddress", "pollingstationaddress", "pollingplaceaddress", "address1"),
    "postcode": ("postcode", "stationpostcode", "pollingstationpostcode", "pollingplacepostcode"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StationsReport:
    """One table of polling stations: what was made or corrected, and the districts that have none still."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    total: int = 0
    polling_districts: int = 0
    moved: int = 0
    without_station: int = 0
    problems: Sequence[Problem] = ()
    seconds: float = 0

    @property
    def facts(self) -> dict[str, int]:
        return {"rows": self.rows, "stations": self.added, "districts": self.moved}

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "stations": {"added": self.added, "changed": self.changed, "total": self.total},
            "polling_districts": {"named": self.polling_districts, "changed": self.moved},
            "without_station": self.without_station,
            "problems": [problem.as_json() for problem in self.problems],
            "seconds": self.seconds,
        }

    @property
    def in_words(self) -> str:
        return (
            f"{self.rows:,} rows. Polling stations: {self.added:,} added, {self.changed:,} changed, {self.total:,} in "
            f"all. {self.moved:,} polling districts got theirs, {self.without_station:,} have none still."
        )


@dataclass(slots=True)
class _Listed:
    """A station of the table, and the polling districts that vote there."""

    at: Place
    name: str
    postcode: str
    addresses: set[str] = field(default_factory=set)
    districts: set[int] = field(default_factory=set)


def import_polling_stations(
    sources: Sequence[Source], *, at: datetime, actor: Any = None, dry_run: bool = False
) -> StationsReport:
    """Give each polling district of the table its station; both are made where they are not there yet.

    A cell may name several districts, kept apart by commas or semicolons. Raises RegisterRefused, when nothing was
    written.
    """
    work = partial(_import, sources)
    return alone.carry_out(work, act="polling stations imported", actor=actor, at=at, dry_run=dry_run)


def so_far() -> StationsReport:
    """What there is, as the report of an import that did nothing."""
    return StationsReport(
        total=PollingStation.objects.count(),
        without_station=PollingDistrict.objects.filter(station=None).exclude(code="").count(),
    )


def _import(sources: Sequence[Source]) -> StationsReport:
    districts = KnownDistricts(the_constituency())
    listed: dict[tuple[str, str], _Listed] = {}
    voting: dict[int, _Listed] = {}
    rows = 0
    for source in sources:
        for row in read_rows(source, HEADINGS, ["polling_district", "station"]):
            rows += 1
            _gather(row, districts, listed, voting)
    if not rows:
        raise RegisterRefused("there is no polling station in it.", file=", ".join(source.name for source in sources))
    stations, added, changed = _find_or_make(districts, listed)
    moved = []
    for pk, one in voting.items():
        district, station = districts.named[pk], stations[one.name, one.postcode]
        if district.station_id != station.pk:
            district.station = station
            moved.append(district)
    PollingDistrict.objects.bulk_update(moved, ["station"], batch_size=2000)
    now = so_far()
    return StationsReport(
        rows=rows,
        added=added,
        changed=changed,
        total=now.total,
        polling_districts=len(voting),
        moved=len(moved),
        without_station=now.without_station,
    )


def _gather(
    row: PlaceRow,
    districts: KnownDistricts,
    listed: dict[tuple[str, str], _Listed],
    voting: dict[int, _Listed],
) -> None:
    name, postcode = shown(row.required("station", LONGEST_NAME)), _postcode(row)
    one = listed.setdefault((name, postcode), _Listed(row.at, name, postcode))
    one.addresses.add(row.text("address", LONGEST_ADDRESS))
    for code in _codes(row):
        district = districts.get(code, row.text("council", LONGEST_COUNCIL), row.at)
        before = voting.setdefault(district.pk, one)
        if before is not one:
            raise row.at.refuse(
                f"polling district {district} votes at {name} here and at {before.name} on line {before.at.line}. "
                "Correct one of them."
            )


def _codes(row: PlaceRow) -> Iterator[str]:
    cell = row.required("polling_district", LONGEST_LIST)
    for code in filter(None, map(str.strip, cell.replace(";", ",").split(","))):
        if len(code) > LONGEST_CODE:
            raise row.at.refuse(
                f"a polling district's code is longer than {LONGEST_CODE} letters. Keep two apart by a comma."
            )
        yield code


def _postcode(row: PlaceRow) -> str:
    text = row.text("postcode", LONGEST_POSTCODE)
    postcode = postcodes.tidy(text)
    if text and not postcode:
        raise row.at.refuse("what stands under postcode is none. Correct it, or leave it empty.")
    return postcode


def _find_or_make(
    districts: KnownDistricts, listed: dict[tuple[str, str], _Listed]
) -> tuple[dict[tuple[str, str], PollingStation], int, int]:
    """The stations by name and postcode; how many were made, and how many have another address now."""
    constituency = districts.constituency
    stations = {(one.name, one.postcode): one for one in constituency.polling_stations.order_by("pk")}
    new = [
        PollingStation(constituency=constituency, name=one.name, postcode=one.postcode, address=max(one.addresses))
        for key, one in sorted(listed.items())
        if key not in stations
    ]
    moved = []
    for key in listed.keys() & stations.keys():
        address = max(listed[key].addresses)
        if address and stations[key].address != address:
            stations[key].address = address
            moved.append(stations[key])
    for one in PollingStation.objects.bulk_create(new, batch_size=2000):
        stations[one.name, one.postcode] = one
    PollingStation.objects.bulk_update(moved, ["address"], batch_size=2000)
    return stations, len(new), len(moved)
