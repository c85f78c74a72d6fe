"""What an import says about a file and about the register: counts, and problems by line. It names no elector."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

MOST_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a line of a file, 1 first; no line means the whole file, or files."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.file, f"line {self.line}" if self.line else "")))
        return f"{place}: {self.reason}" if place else self.reason

    def as_json(self) -> dict[str, Any]:
        """With a line always: what is wrong with a whole file is told at its first."""
        return {"file": self.file, "line": self.line or 1, "reason": self.reason}


class RegisterRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Why nothing of a file was imported; fit to show to a person."""

    def __init__(self, reason: str, *, file: str = "", line: int | None = None) -> None:
        self.problem = Problem(file, line, reason)
        super().__init__(str(self.problem))


@dataclass(slots=True)
class Census:
    """What the files hold, whatever the register holds already."""

    rows: int = 0
    attainers: int = 0
    without_address: int = 0
    cannot_vote: int = 0
    duplicates: int = 0
    markers: Counter[str] = field(default_factory=Counter)
    wards: Counter[tuple[str, str]] = field(default_factory=Counter)
    districts: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    problems_untold: int = 0

    def note(self, problem: Problem) -> None:
        """Keep the first thousand problems and count the rest, so that a bad file cannot fill memory."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.problems_untold += 1

    def told(self) -> list[Problem]:
        """The problems in the order of the files' lines."""
        found = sorted(self.problems, key=lambda problem: (problem.file, problem.line or 0))
        if self.problems_untold:
            files = ", ".join(dict.fromkeys(problem.file for problem in found))
            found.append(Problem(files, None, f"{self.problems_untold:,} more problems are not listed."))
        return found


@dataclass(frozen=True, slots=True)
class People:
    """Effects on electors: `added` counts those who came back, `changed` any column, a new number included."""

    added: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0
    total: int = 0
    moved: int = 0

    def and_then(self, later: "People") -> "People":
        """Both together: the effects add up, and the later total stands."""
        return People(
            self.added + later.added,
            self.changed + later.changed,
            self.gone + later.gone,
            self.unchanged + later.unchanged,
            later.total,
            self.moved + later.moved,
        )

    def as_json(self) -> dict[str, int]:
        """Without `moved`, which is among `changed`."""
        return {name: value for name, value in asdict(self).items() if name != "moved"}


@dataclass(frozen=True, slots=True)
class Places:
    """Effects on households or streets: rows made, and how many count now."""

    added: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One import of one or more files."""

    layouts: Sequence[str]
    kinds: Sequence[str]
    encodings: Sequence[str]
    editions: Sequence[date]
    census: Census
    electors: People
    households: Places
    streets: Places
    review: int
    seconds: float
    doors_moved: int = 0
    districts: Sequence[int] = ()

    def as_json(self) -> dict[str, Any]:
        """The one JSON object of the command. A text is null when files or districts differ in it."""
        return {
            "layout": _only(self.layouts),
            "encoding": _only(self.encodings),
            "edition": _only([edition.isoformat() for edition in self.editions]),
            "rows": self.census.rows,
            "electors": self.electors.as_json(),
            "households": asdict(self.households),
            "streets": asdict(self.streets),
            "polling_districts": len(self.census.districts),
            "markers": dict(sorted(self.census.markers.items())),
            "attainers": self.census.attainers,
            "without_address": self.census.without_address,
            "review": self.review,
            "problems": [problem.as_json() for problem in self.census.told()],
            "seconds": round(self.seconds, 2),
        }

    def as_kept(self) -> dict[str, Any]:
        """What the record keeps: that object, and under `page` what only the page shows."""
        page = {
            "kinds": sorted(set(self.kinds)),
            "layouts": sorted(set(self.layouts)),
            "duplicates": self.census.duplicates,
            "cannot_vote": self.census.cannot_vote,
            "moved": self.electors.moved,
            "doors_moved": self.doors_moved,
        }
        return self.as_json() | {"page": page}


def _only(values: Sequence[str]) -> str | None:
    return values[0] if len(set(values)) == 1 else None
