"""Forms of the walks' pages."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from campaign.access import Permission, roles_that_may
from canvassing.allocation.board import Show
from canvassing.allocation.hand_out import LONGEST_LEASE, USUAL_LEASE
from canvassing.allocation.models import Allocation
from canvassing.electorate.models import PollingDistrict
from volunteers.people.models import RoleGrant, Volunteer
from volunteers.sessions.models import Booking

QUARTER = timedelta(minutes=15)
NAMES_SHOWN = 150
LONGEST_KEY = 18  # digits that surely fit a key


class BoardForm(forms.Form):
    """What the list of walks is narrowed to."""

    district = forms.ModelChoiceField(PollingDistrict.objects.select_related("ward"), required=False)
    show = forms.ChoiceField(choices=Show.choices, required=False)


class CutForm(forms.Form):
    """One polling district to cut; none means every one."""

    district = forms.ModelChoiceField(PollingDistrict.objects.all(), required=False)

    def district_ids(self) -> list[int]:
        chosen = self.cleaned_data["district"]
        return [chosen.pk] if chosen else list(PollingDistrict.objects.order_by("pk").values_list("pk", flat=True))


class FindForm(forms.Form):
    """Part of somebody's name."""

    who = forms.CharField(required=False, max_length=120)


class HolderField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who may open a walk on the doorstep, by full name, and whether a walk is in those hands already."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name} (has a walk already)" if obj.has_a_walk else obj.full_name


def _until_field(help_text: str) -> forms.DateTimeField:
    picker = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 300}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label="Until", widget=picker, help_text=help_text)


class HandOutForm(forms.Form):
    """Who takes the walk, and until when. `who` narrows a long list of names."""

    holder = HolderField(Volunteer.objects.none(), label="Who takes it", empty_label="Choose somebody")
    until = _until_field(f"At most {LONGEST_LEASE.days} days. Whatever is out then is free again by itself.")

    def __init__(self, data: Any = None, *, at: datetime, who: str = "") -> None:
        super().__init__(data, initial={"until": on_the_quarter(at + USUAL_LEASE)})
        field = cast("HolderField", self.fields["holder"])
        everybody = canvassers(at)
        field.queryset = everybody
        found = list(named_like(everybody, who)[: NAMES_SHOWN + 1])
        self.too_many = len(found) > NAMES_SHOWN
        self.who = who
        holder = (data or {}).get("holder", "")
        chosen = everybody.filter(pk=holder) if holder.isdecimal() and len(holder) <= LONGEST_KEY else []
        shown = [*found[:NAMES_SHOWN], *(person for person in chosen if person not in found[:NAMES_SHOWN])]
        here = [(person.pk, field.label_from_instance(person)) for person in shown if person.is_here]
        others = [(person.pk, field.label_from_instance(person)) for person in shown if not person.is_here]
        grouped = [("Checked in now", here), ("Not checked in", others)] if here else others
        field.choices = [("", field.empty_label or ""), *grouped]


class ExtendForm(forms.Form):
    """Until when the holder keeps the walk."""

    until = _until_field("")


def on_the_quarter(moment: datetime) -> datetime:
    """The next quarter of an hour: 21:07 becomes 21:15."""
    local = localtime(moment)
    past = timedelta(minutes=local.minute % 15, seconds=local.second, microseconds=local.microsecond)
    return local + (QUARTER - past if past else timedelta())


def canvassers(at: datetime) -> QuerySet[Volunteer, Any]:
    """People who may open a walk on the doorstep, whoever is checked in first, with `is_here` and `has_a_walk`."""
    may = RoleGrant.objects.filter(user=OuterRef("user"), role__in=roles_that_may(Permission.OPEN_DOORSTEP))
    return (
        Volunteer.objects.present()
        .filter(Exists(may), user__is_active=True)
        .exclude(age_band=Volunteer.AgeBand.UNDER_SIXTEEN)
        .annotate(
            has_a_walk=Exists(Allocation.objects.standing(at).filter(holder=OuterRef("pk"))),
            is_here=Exists(Booking.objects.here(at).filter(volunteer=OuterRef("pk"))),
        )
        .order_by("-is_here", "given_name", "family_name", "pk")
    )


def named_like(people: QuerySet[Volunteer, Any], who: str) -> QuerySet[Volunteer, Any]:
    """Those whose name holds every word of `who`."""
    for word in who.split():
        people = people.filter(Q(given_name__icontains=word) | Q(family_name__icontains=word))
    return people
