"""How good the register's data is: how much of each oddity there is, and where. Nobody on the register is named."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from canvassing.insight.quality_checks import CHECKS, Check

A_PAGE = "SELECT * FROM ({}) found ORDER BY district, street, odd LIMIT %(most)s OFFSET %(first)s"
A_COUNT = "(SELECT count(*) FROM ({}) found)"


@dataclass(frozen=True, slots=True)
class Counted:
    """A check and how many rows it finds."""

    check: Check
    count: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """One row of a check; `street_id` is None where a whole polling district is meant."""

    street_id: int | None
    street: str
    district_id: int
    district: str
    odd: str


@dataclass(frozen=True, slots=True)
class Oddities:
    """What one check finds within these wards, by polling district and street; a Paginator takes pages of it."""

    check: Check
    ward_ids: Collection[int] | None

    def count(self) -> int:
        return counts(self.ward_ids, [self.check])[0].count

    def __getitem__(self, rows: slice) -> list[Oddity]:
        first = rows.start or 0
        with connection.cursor() as cursor:
            cursor.execute(
                A_PAGE.format(self.check.statement),
                _wards(self.ward_ids) | {"first": first, "most": (rows.stop or 0) - first},
            )
            return [Oddity(*row) for row in cursor.fetchall()]


def counts(ward_ids: Collection[int] | None, checks: Collection[Check] = CHECKS) -> list[Counted]:
    """How many rows each check finds within these wards; everywhere for None. One statement."""
    columns = ", ".join(A_COUNT.format(check.statement) for check in checks)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", _wards(ward_ids))
        return [Counted(check, count) for check, count in zip(checks, cursor.fetchone(), strict=True)]


def _wards(ward_ids: Collection[int] | None) -> dict[str, Any]:
    return {"wards": None if ward_ids is None else sorted(ward_ids)}
