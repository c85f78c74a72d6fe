"""How good the register's data is: how much of each oddity there is, and where. Nobody on the register is named."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from canvassing.insight.quality_checks import CHECKS, Check

A_PAGE = "SELECT * FROM ({}) found ORDER BY district, street, odd LIMIT %(most)s OFFSET %(first)s"
A_COUNT = "(SELECT count(*) FROM ({}) found)"


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the register that is looked through: one constituency, and in it some wards or (None) all of it."""

    constituency_id: int | None
    ward_ids: Collection[int] | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        wards = None if self.ward_ids is None else sorted(self.ward_ids)
        return {"constituency": self.constituency_id, "wards": wards}


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
    """What one check finds in a part of the register, by polling district and street; a Paginator takes pages of it."""

    check: Check
    part: Part

    def count(self) -> int:
        return counts(self.part, [self.check])[0].count

    def __getitem__(self, rows: slice) -> list[Oddity]:
        first = rows.start or 0
        with connection.cursor() as cursor:
            asked = self.part.parameters | {"first": first, "most": (rows.stop or 0) - first}
            cursor.execute(A_PAGE.format(self.check.statement), asked)
            return [Oddity(*row) for row in cursor.fetchall()]


def counts(part: Part, checks: Collection[Check] = CHECKS) -> list[Counted]:
    """How many rows each check finds in this part of the register. One statement."""
    columns = ", ".join(A_COUNT.format(check.statement) for check in checks)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", part.parameters)
        return [Counted(check, count) for check, count in zip(checks, cursor.fetchone(), strict=True)]
