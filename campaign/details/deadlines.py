"""Writing deadlines: propose them from polling day, enter what the Returning Officer's timetable says."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from campaign.audit import trail
from campaign.details.models import Deadline
from campaign.foundation import election_dates


@transaction.atomic
def propose(*, polling_day: date, actor: Any, at: datetime) -> int:
    """Work every deadline out anew from `polling_day`; how many rows now stand at the proposal.

    A confirmed deadline keeps its date: only the proposal beside it moves, so that the difference shows.
    """
    proposals = election_dates.deadlines(polling_day)
    confirmed = set(
        Deadline.objects.select_for_update().filter(confirmed_at__isnull=False).values_list("kind", flat=True)
    )
    for kind, proposed_at in proposals.items():
        due = {} if kind in confirmed else {"due_at": proposed_at}
        Deadline.objects.update_or_create(
            kind=kind,
            defaults={"proposed_at": proposed_at} | due,
            create_defaults={"proposed_at": proposed_at, "due_at": proposed_at},
        )
    trail.record(act="deadlines proposed", actor=actor, at=at, facts={"polling_day": polling_day.isoformat()})
    return len(proposals) - len(confirmed)


@transaction.atomic
def enter(*, deadline: Deadline, due_at: datetime, confirmed: bool, actor: Any, at: datetime) -> None:
    """Set what `deadline` says and whether the Returning Officer's timetable says the same."""
    deadline.due_at = due_at
    deadline.confirmed_at = (deadline.confirmed_at or at) if confirmed else None
    deadline.save(update_fields=["due_at", "confirmed_at"])
    trail.record(
        act="deadline entered",
        actor=actor,
        at=at,
        subject=f"deadline:{deadline.kind}",
        facts={"due_at": due_at.isoformat(), "confirmed": confirmed},
    )
