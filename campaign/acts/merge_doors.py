"""Two doors that are one become one. What was logged stays where it was written, and counts at the door that stays."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from campaign.acts.by_hand import DoorError, begin, bring_up_to_date, stop_phones, take_in_hand
from campaign.audit import trail
from canvassing.allocation.models import HeldDoor
from canvassing.electorate.models import Elector, Household, Objection
from canvassing.walks.models import WalkDoor
from volunteers.people.models import User


@transaction.atomic
def merge_doors(*, keep: Household, other: Household, by: User | None, at: datetime) -> None:
    """Make `other` a signpost to `keep`: people, walk and hold go over, and what was logged at both counts there.

    A phone that has `other` on its list goes on. Doing it twice changes nothing. Raises DoorError for one door twice,
    for doors that are part of others already, and while two people hold the two for one purpose.
    """
    begin({keep.street.polling_district_id, other.street.polling_district_id})
    kept, gone = Household.objects.get(pk=keep.pk), Household.objects.get(pk=other.pk)
    if gone.merged_into_id == kept.pk:
        return
    make_ready(doors={kept.pk, gone.pk}, pairs=[(kept, gone)], at=at)
    join(keep=kept, other=gone)
    bring_up_to_date(doors={kept.pk, gone.pk}, at=at)
    trail.record(act="doors merged", actor=by, at=at, subject=f"household:{kept.pk}", facts={"merged": gone.pk})


def make_ready(*, doors: Collection[int], pairs: Iterable[tuple[Household, Household]], at: datetime) -> None:
    """Pass the holds of the second of each pair to the first, then let no phone log at any of `doors`.

    Raises DoorError when the two of a pair cannot become one.
    """
    take_in_hand(doors, at=at)
    for keep, other in pairs:
        _check(keep, other)
        _pass_holds(keep, other, at)
    stop_phones(doors)


def join(*, keep: Household, other: Household) -> None:
    """Make `other` a signpost, after `make_ready`; states are brought up to date by the caller. Raises DoorError."""
    _check(keep, other)
    if other.holds.filter(released_at=None).exists():
        raise DoorError("A phone has taken one of the doors this moment. Try again.")
    _pass_places(keep, other)
    _pass_people(keep, other)
    _fill_in(keep, other)
    Household.objects.filter(Q(pk=other.pk) | Q(merged_into=other)).update(merged_into=keep)


def _check(keep: Household, other: Household) -> None:
    if keep.pk == other.pk:
        raise DoorError("Choose two different doors.")
    if keep.merged_into_id or other.merged_into_id:
        raise DoorError("One of the two has become part of another door already.")
    if keep.constituency_id != other.constituency_id:
        raise DoorError("The two doors lie in two constituencies.")


def _pass_holds(keep: Household, other: Household, at: datetime) -> None:
    """Whoever has `other` in hands has `keep`. The released row goes on authorising phones that list `other`."""
    held = HeldDoor.objects.filter(household__in=[keep, other], released_at=None)
    mine, theirs = (
        _by_purpose(held.filter(household=door).select_related("allocation__holder")) for door in (keep, other)
    )
    for purpose, hold in theirs.items():
        own = mine.get(purpose)
        if own is not None and own.allocation.holder_id != hold.allocation.holder_id:
            raise DoorError(
                f"One of the doors is with {own.allocation.holder.known_as}, the other with "
                f"{hold.allocation.holder.known_as}. They can become one as soon as one of the two walks is back."
            )
        HeldDoor.objects.filter(pk=hold.pk).update(released_at=at)
        if own is None:
            HeldDoor.objects.update_or_create(
                allocation=hold.allocation, household=keep, defaults={"purpose": purpose, "released_at": None}
            )


def _by_purpose(held: Iterable[HeldDoor]) -> dict[str, HeldDoor]:
    return {hold.purpose: hold for hold in held}


def _pass_places(keep: Household, other: Household) -> None:
    """The place in a live walk, unless `keep` has one for that purpose."""
    live = WalkDoor.objects.filter(live=True)
    of_keep = live.filter(household=keep).values_list("purpose", flat=True)
    live.filter(household=other, purpose__in=list(of_keep)).update(live=False)
    live.filter(household=other).update(household=keep)


def _pass_people(keep: Household, other: Household) -> None:
    """Whoever lives there or is printed there. Somebody printed at the door where he or she is was put nowhere."""
    Elector.objects.filter(household=other).update(household=keep)
    Elector.objects.filter(printed_household=other).update(printed_household=keep)
    Elector.objects.filter(printed_household=keep, household=F("printed_household")).update(printed_household=None)
    Objection.objects.filter(household=other).update(household=keep)


def _fill_in(keep: Household, other: Household) -> None:
    """What `keep` does not say and `other` does. A door that somebody saw goes on standing without a register."""
    for name in ("postcode", "uprn"):
        setattr(keep, name, getattr(keep, name) or getattr(other, name))
    if keep.origin == Household.Origin.REGISTER and not keep.electors.living().exists():
        keep.origin = other.origin
    keep.save(update_fields=["postcode", "uprn", "origin"])
