"""Which ward each polling district lies in, from a table: registers from most councils do not say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from campaign.areas.naming import add_wards, same_name
from canvassing.electorate.models import PollingDistrict
from canvassing.register import alone
from canvassing.register.known_districts import (
    LONGEST_CODE,
    LONGEST_COUNCIL,
    LONGEST_WARD,
    KnownDistricts,
    the_constituency,
    wards_by_name,
)
from canvassing.register.opening import Source
from canvassing.register.place_tables import COUNCIL_HEADINGS, DISTRICT_HEADINGS, WARD_HEADINGS, Place, read_rows
from canvassing.register.report import Problem, RegisterRefused

HEADINGS = {"polling_district": DISTRICT_HEADINGS, "ward": WARD_HEADINGS, "council": COUNCIL_HEADINGS}


@dataclass(frozen=True, slots=True)
class WardsReport:
    """One table of wards: rows read, polling districts put in another ward than before, and those left without."""

    rows: int = 0
    changed: int = 0
    polling_districts: int = 0
    wards: int = 0
    without_ward: int = 0
    problems: Sequence[Problem] = ()
    seconds: float = 0

    @property
    def facts(self) -> dict[str, int]:
        return {"rows": self.rows, "changed": self.changed}

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "changed": self.changed,
            "polling_districts": self.polling_districts,
            "wards": self.wards,
            "without_ward": self.without_ward,
            "problems": [problem.as_json() for problem in self.problems],
            "seconds": self.seconds,
        }

    @property
    def in_words(self) -> str:
        return (
            f"{self.rows:,} rows name {self.polling_districts:,} polling districts in {self.wards:,} wards; "
            f"{self.changed:,} put in their ward, {self.without_ward:,} without a ward still."
        )


def import_district_wards(
    sources: Sequence[Source], *, at: datetime, actor: Any = None, dry_run: bool = False
) -> WardsReport:
    """Put each polling district of the table in the ward it names; both are made where they are not there yet.

    Raises RegisterRefused, when nothing was written.
    """
    work = partial(_import, sources, at)
    return alone.carry_out(work, act="polling districts put in wards", actor=actor, at=at, dry_run=dry_run)


def so_far() -> WardsReport:
    """What there is, as the report of an import that did nothing."""
    return WardsReport(without_ward=PollingDistrict.objects.filter(ward=None).count())


def _import(sources: Sequence[Source], at: datetime) -> WardsReport:
    districts = KnownDistricts(the_constituency())
    said: dict[int, tuple[str, Place]] = {}
    rows = 0
    for source in sources:
        for row in read_rows(source, HEADINGS, ["polling_district", "ward"]):
            rows += 1
            code = row.required("polling_district", LONGEST_CODE)
            district = districts.get(code, row.text("council", LONGEST_COUNCIL), row.at)
            name = row.required("ward", LONGEST_WARD)
            before, first = said.setdefault(district.pk, (name, row.at))
            if same_name(before) != same_name(name):
                raise row.at.refuse(
                    f"polling district {district} lies in {name} here and in {before} on line {first.line}. "
                    "Correct one of them."
                )
    if not rows:
        raise RegisterRefused("there is no polling district in it.", file=", ".join(source.name for source in sources))
    changed = put_in_wards(districts, {pk: name for pk, (name, _) in said.items()}, at=at)
    return WardsReport(
        rows=rows,
        changed=changed,
        polling_districts=len(said),
        wards=len({same_name(name) for name, _ in said.values()}),
        without_ward=so_far().without_ward,
    )


def put_in_wards(districts: KnownDistricts, names: dict[int, str], *, at: datetime) -> int:
    """Put each of the named districts in the ward of that name, made if there is none; returns how many moved.

    Runs in the caller's transaction.
    """
    known = wards_by_name(districts.constituency)
    new = {same_name(name): name for name in sorted(names.values()) if same_name(name) not in known}
    if new:
        add_wards(constituency=districts.constituency, names=new.values(), actor=None, at=at)
        known = wards_by_name(districts.constituency)
    moved = []
    for pk, name in names.items():
        district, ward = districts.named[pk], known[same_name(name)]
        if district.ward != ward:
            district.ward = ward
            moved.append(district)
    return PollingDistrict.objects.bulk_update(moved, ["ward"], batch_size=2000)
