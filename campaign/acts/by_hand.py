"""What every change of doors and streets by hand begins and ends with: nobody else changes them, and states follow.

Locks are taken in one order: changes by hand, polling districts, streets, allocations, holds, states of doors, states
of people, totals. Phones and hand-outs take theirs in the same order, so nobody waits in a circle.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from canvassing.allocation import holds
from canvassing.allocation.models import Allocation, HeldDoor
from canvassing.doorstep.models import Contact
from canvassing.doorstep.refold import fold_anew, lock_doors
from canvassing.electorate.models import Elector, Household, PollingDistrict, Street
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day
from canvassing.register import locks
from canvassing.walks.models import WalkStreet

IMPORTING = "A register is being brought in just now. Try again when that has ended."


class DoorError(Exception):
    """Why a door or a street cannot be changed, in a sentence for the organiser."""


def begin(district_ids: Collection[int], *, streets: Collection[Street] = ()) -> None:
    """Let changes by hand follow one another, and keep imports, and cuts of these polling districts, waiting.

    `streets` are those that become part of another or get another place: phones add no door to them meanwhile.

    Raises DoorError while an import runs.
    """
    if not locks.take_for_changes_by_hand():
        raise DoorError(IMPORTING)
    districts = PollingDistrict.objects.filter(pk__in=district_ids).order_by("pk")
    list(districts.select_for_update(no_key=True).values_list("pk"))
    changing = Street.objects.filter(pk__in=[street.pk for street in streets]).order_by("pk")
    list(changing.select_for_update().values_list("pk"))


def take_in_hand(door_ids: Collection[int], *, at: datetime) -> None:
    """Let nobody hand out these doors, or hand them back, until the transaction ends; end leases that are over."""
    along = WalkStreet.objects.filter(walk__doors__household__in=door_ids).values_list("street", flat=True)
    lie_in = Household.objects.filter(pk__in=door_ids).values_list("street", flat=True)
    holds.lock_streets({*lie_in, *along})
    holding = HeldDoor.objects.filter(household__in=door_ids, released_at=None)
    of_doors = Q(pk__in=holding.values("allocation"))
    holds.end_run_out(of_doors, at=at)
    list(Allocation.objects.filter(of_doors).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def stop_phones(door_ids: Collection[int]) -> None:
    """Let phones that log at these doors wait until the transaction ends; what they sent before is committed now.

    Doors may change their address only after this. Foreign keys are checked when a phone commits: it then holds its
    states and asks for its doors, and whoever held the doors and asked for the states would wait in a circle with it.
    """
    lock_doors(door_ids)


def bring_up_to_date(
    *, doors: Collection[int], people: Collection[int] = (), districts: Collection[int] = (), at: datetime
) -> None:
    """Fold these doors and people anew, with everybody who lives or was met there, and settle the totals.

    `districts` are those that something has left: those where doors and people are now are found.
    """
    met = Contact.objects.filter(household__in=Household.objects.with_signposts(doors), elector__isnull=False)
    everybody = {
        *people,
        *met.values_list(Coalesce(F("elector__merged_into"), F("elector")), flat=True),
        *Elector.objects.filter(household__in=doors).values_list("pk", flat=True),
    }
    touched = {
        *districts,
        *Household.objects.filter(pk__in=doors).values_list("street__polling_district", flat=True),
        *Elector.objects.filter(pk__in=everybody).values_list("polling_district", flat=True),
    }
    states.open_doors(doors)
    fold_anew(doors=doors, people=everybody)
    states.refresh_standing(touched)
    deltas.settle(districts=touched, day=london_day(at))
