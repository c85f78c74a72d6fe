"""Saying which ward a polling district lies in, where the register file did not."""

from datetime import datetime
from typing import Any

from django.db import transaction

from campaign.areas import naming
from campaign.areas.models import Ward
from campaign.audit import trail
from canvassing.electorate.models import PollingDistrict


@transaction.atomic
def set_ward(
    *, district: PollingDistrict, ward: Ward | None = None, new_name: str = "", actor: Any, at: datetime
) -> Ward | None:
    """Put `district` in `ward`, or in the one called `new_name`, made if there is none; with neither, in no ward.

    Returns the ward it lies in now.
    """
    kept = PollingDistrict.objects.select_for_update(of=("self",)).get(pk=district.pk)
    lies_in = _called(new_name, kept, actor=actor, at=at) if new_name else ward
    before, kept.ward = kept.ward_id, lies_in
    kept.save(update_fields=["ward"])
    trail.record(
        act="polling district's ward set",
        actor=actor,
        at=at,
        subject=f"polling district:{kept.pk}",
        facts={"code": kept.code, "before": before, "after": kept.ward_id},
    )
    return lies_in


def _called(name: str, district: PollingDistrict, *, actor: Any, at: datetime) -> Ward:
    """The ward of this name, however it was typed ("St Mary's Ward" is St Marys)."""
    naming.add_wards(constituency=district.constituency, names=[name], actor=actor, at=at)
    wards = district.constituency.wards.order_by("pk")
    return next(ward for ward in wards if naming.same_name(ward.name) == naming.same_name(name))
