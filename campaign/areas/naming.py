"""Writing names: of the constituency, and of its wards."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from campaign.areas.models import Constituency, Ward
from campaign.audit import trail


class NameTakenError(Exception):
    """Two areas would bear one name; the text says which."""


def same_name(name: str) -> str:
    """`name` as it is compared: "St Mary's & St James' Ward" is "st marys and st james"."""
    plain = name.casefold().replace("&", " and ").replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    words = plain.replace("-", " ").replace(".", " ").split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] == "ward" else words)


@transaction.atomic
def name_constituency(*, name: str, actor: Any, at: datetime) -> Constituency:
    """Give the constituency its name; it is made when there is none yet."""
    constituency = Constituency.objects.select_for_update().order_by("pk").first() or Constituency()
    constituency.name = name
    constituency.save()
    trail.record(
        act="constituency named", actor=actor, at=at, subject=f"constituency:{constituency.pk}", facts={"name": name}
    )
    return constituency


@transaction.atomic
def add_wards(*, constituency: Constituency, names: Iterable[str], actor: Any, at: datetime) -> list[Ward]:
    """Add a ward for each of `names` that is not there yet, in the order given."""
    Constituency.objects.select_for_update().get(pk=constituency.pk)
    known = {same_name(name) for name in constituency.wards.values_list("name", flat=True)}
    new: dict[str, str] = {}
    for name in names:
        if same_name(name) not in known:
            new.setdefault(same_name(name), name)
    wards = Ward.objects.bulk_create(Ward(constituency=constituency, name=name) for name in new.values())
    trail.record(
        act="wards added",
        actor=actor,
        at=at,
        subject=f"constituency:{constituency.pk}",
        facts={"names": list(new.values())},
    )
    return wards


@transaction.atomic
def rename_ward(*, ward: Ward, name: str, actor: Any, at: datetime) -> None:
    """Give `ward` another name. Raises NameTakenError when a ward of its constituency bears it."""
    Constituency.objects.select_for_update().get(pk=ward.constituency_id)
    others = Ward.objects.filter(constituency=ward.constituency_id).exclude(pk=ward.pk)
    if same_name(name) in {same_name(other) for other in others.values_list("name", flat=True)}:
        raise NameTakenError(f"There is already a ward called {name}.")
    before, ward.name = ward.name, name
    ward.save(update_fields=["name"])
    trail.record(
        act="ward renamed", actor=actor, at=at, subject=f"ward:{ward.pk}", facts={"before": before, "after": name}
    )
