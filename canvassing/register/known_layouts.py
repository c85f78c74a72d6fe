"""The layouts a file may have here: the suppliers', and those the campaign mapped itself and keeps."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from campaign.audit import trail
from canvassing.register.layouts import Kind, Layout
from canvassing.register.mapping import layout_of
from canvassing.register.models import ConfirmedMarker, SavedLayout
from canvassing.register.opening import Known, Votes
from canvassing.register.report import RegisterRefused
from canvassing.register.suppliers import LAYOUTS
from volunteers.people.models import User

ELSEWHERE = "Registers and lists of absent voters are imported each in their own place."


def layouts() -> dict[str, Layout]:
    """Every layout by name, the campaign's own last."""
    saved = SavedLayout.objects.order_by("name")
    return LAYOUTS | {row.name: layout_of(row.mapping) for row in saved}


def known(*, absent: bool = False, forced: str = "") -> Known:
    """What a register file may be, or a list of absent voters; with `forced`, only that.

    Raises RegisterRefused where a layout of the other kind is forced.
    """
    found = layouts()
    if forced and (found[forced].kind == Kind.ABSENT) != absent:
        raise RegisterRefused(f"{found[forced].title} is {'no' if absent else 'a'} list of absent voters. {ELSEWHERE}")
    among = [found[forced]] if forced else [one for one in found.values() if (one.kind == Kind.ABSENT) == absent]
    return Known(among, forced=bool(forced), votes=confirmed())


def confirmed() -> Votes:
    """What the agent confirmed of markers, by layout."""
    votes: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for layout, marker, may_vote in ConfirmedMarker.objects.values_list("layout", "marker", "may_vote"):
        votes[layout][marker] = may_vote
    return votes


@transaction.atomic
def save(*, mapping: Mapping[str, Any], by: User | None, at: datetime) -> Layout:
    """Keep a mapping under its name, in place of one that had it. Raises MappingError when it cannot be used."""
    layout = layout_of(mapping)
    SavedLayout.objects.update_or_create(
        name=layout.name, defaults={"mapping": dict(mapping), "made_by": by, "made_at": at}
    )
    trail.record(act="layout mapped", actor=by, at=at, subject=f"layout:{layout.name}")
    return layout


@transaction.atomic
def confirm(*, layout: str, votes: Mapping[str, bool], by: User | None, at: datetime) -> None:
    """Write down for each marker of a layout whether its electors may vote at this election."""
    for marker, may_vote in votes.items():
        ConfirmedMarker.objects.update_or_create(
            layout=layout, marker=marker,
            defaults={"may_vote": may_vote, "confirmed_by": by, "confirmed_at": at},
        )  # fmt: skip
    trail.record(act="markers confirmed", actor=by, at=at, subject=f"layout:{layout}", facts={"votes": dict(votes)})
