"""What bringing in a list of absent voters did: counts, and problems by line. It names no elector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from canvassing.electorate.models import AbsentVote
from canvassing.register.report import Census, Problem


@dataclass(frozen=True, slots=True)
class AbsentReport:
    """One list, of one or more files. `standing` counts the marks of its electors afterwards, by kind."""

    layouts: Sequence[str] = ()
    encodings: Sequence[str] = ()
    census: Census = field(default_factory=Census)
    standing: Mapping[str, int] = field(default_factory=dict)
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    unmatched: int = 0
    seconds: float = 0

    def counts(self) -> dict[str, int]:
        """What the audit trail keeps."""
        return {
            "rows": self.census.rows,
            **{kind.value: self.standing.get(kind, 0) for kind in AbsentVote.Kind},
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "unchanged": self.unchanged,
            "unmatched": self.unmatched,
        }

    def as_json(self) -> dict[str, Any]:
        """The one JSON object of the command. A text is null when files differ in it."""
        return {
            "layout": _only(self.layouts),
            "encoding": _only(self.encodings),
            **self.counts(),
            "problems": [problem.as_json() for problem in self.census.told()],
            "seconds": round(self.seconds, 2),
        }


def nothing_replaced(problem: Problem) -> AbsentReport:
    """The report of a refused list: the reason as its one problem."""
    return AbsentReport(census=Census(problems=[problem]))


def _only(values: Sequence[str]) -> str | None:
    return values[0] if len(set(values)) == 1 else None
