"""Undoing an import: what phones, walks and hands refer to stays, everything else is as it was before."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Model, QuerySet

from canvassing.allocation.models import HeldDoor
from canvassing.doorstep.models import Contact, Tally
from canvassing.electorate.models import Objection, PollingDistrict
from canvassing.register import undoing
from canvassing.register.undoing import Kept
from canvassing.walks.models import Walk, WalkDoor, WalkStreet
from volunteers.people.models import User


@transaction.atomic
def undo_import(*, import_id: int, by: User, at: datetime) -> None:
    """Put the register back as it was before the latest import. Raises UndoError when that cannot be done."""
    record = undoing.locked(import_id)
    keys = undoing.last_keys(record)
    constituency = PollingDistrict.objects.filter(pk__in=keys["districts"]).values_list("constituency", flat=True)
    kept = Kept(
        electors=_referred_to("elector", keys["elector"], Contact, Objection),
        households=_referred_to("household", keys["household"], Contact, Objection, HeldDoor, WalkDoor),
        streets=_referred_to("street", keys["street"], WalkStreet),
        districts=_referred_to("polling_district", keys["pollingdistrict"], Tally, Walk),
    )
    undoing.undo(record, constituency_id=constituency[0], kept=kept, by=by, at=at)


def _referred_to(what: str, last_key: int, *models: type[Model]) -> Collection[int]:
    """The added rows to which a row of one of `models` refers."""
    found: set[int] = set()
    for model in models:
        added = QuerySet(model).filter(**{f"{what}__gt": last_key})
        found |= set(added.values_list(what, flat=True).distinct())
    return found
