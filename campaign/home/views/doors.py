"""Pages on which streets and doors are put right by hand: find a street, its doors, and one door with its people."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, needs
from campaign.acts.add_door import add_door, split_door
from campaign.acts.by_hand import DoorError
from campaign.acts.move_door import move_door
from campaign.acts.streets import add_street, merge_streets, move_street, rename_street, split_street
from campaign.audit import trail
from campaign.home.door_forms import (
    AddDoorForm,
    AddStreetForm,
    FindStreetForm,
    MergeStreetForm,
    MoveDoorForm,
    MoveStreetForm,
    NameForm,
    SplitDoorForm,
    SplitStreetForm,
    first_error,
)
from canvassing.electorate.models import Household, Street
from canvassing.electorate.spelling import place_key
from volunteers.people.models import User
from volunteers.people.presence import user_of

A_PAGE, STREETS_SHOWN = 100, 30
Thing = TypeVar("Thing", Street, Household, None)
Page = tuple[str] | tuple[str, int]  # the name of an address, and the number in it
NEXT_CUT = "It comes into a walk when its polling district is cut again."


class Done(NamedTuple):
    """What was done, in a sentence, and the page that shows it."""

    said: str
    page: Page


class Act(NamedTuple, Generic[Thing]):
    """Something that can be done about a street or a door: the form that it takes, and the act."""

    form: Callable[[QueryDict | None, Thing, User], forms.Form]
    carry_out: Callable[[Thing, dict[str, Any], User], Done]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PLAN_WALKS)
def streets(request: HttpRequest) -> HttpResponse:
    """Find a street by the beginning of its name, or add one that is not listed."""
    done, shown = _act(request, STREETS_ACTS, None)
    if done:
        return redirect(*done.page)
    form = FindStreetForm(request.POST if request.POST.get("do") == "find" else None)
    found: list[Street] = []
    if form.is_bound and form.is_valid():
        standing = Street.objects.standing().within(user_of(request).ward_ids)
        named = standing.filter(name_key__startswith=place_key(form.cleaned_data["name"]))
        rows = named.select_related("polling_district").order_by("name_key", "polling_district__code", "pk")
        found = list(rows[: STREETS_SHOWN + 1])
    context = {
        "form": form,
        "forms": shown,
        "streets": found[:STREETS_SHOWN],
        "more": len(found) > STREETS_SHOWN,
        "asked": form.is_bound,
    }
    return render(request, "campaign/home/streets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PLAN_WALKS)
def street(request: HttpRequest, pk: int) -> HttpResponse:
    """One street: its doors, and what can be changed about it."""
    streets = Street.objects.within(user_of(request).ward_ids)
    found = get_object_or_404(streets.select_related("polling_district__ward"), pk=pk)
    if found.merged_into_id:
        return redirect("street-edit", found.merged_into_id)
    done, shown = _act(request, STREET_ACTS, found)
    if done:
        return redirect(*done.page)
    doors = found.households.filter(merged_into=None).select_related("state").order_by("sort_key", "pk")
    page = Paginator(doors, A_PAGE).get_page(request.GET.get("page"))
    ticked = request.POST.getlist("doors")
    context = {"street": found, "page": page, "forms": shown, "ticked": ticked}
    return render(request, "campaign/home/street.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PLAN_WALKS)
@never_cache
def door(request: HttpRequest, pk: int) -> HttpResponse:
    """One door with the people registered there, written in the trail, and what can be changed about it."""
    doors = Household.objects.within(user_of(request).ward_ids)
    found = get_object_or_404(doors.select_related("street__polling_district", "block", "state"), pk=pk)
    if found.merged_into_id:
        return redirect("door-edit", found.merged_into_id)
    done, shown = _act(request, DOOR_ACTS, found)
    if done:
        return redirect(*done.page)
    trail.record(act="door looked at", actor=user_of(request), at=now(), subject=f"household:{pk}")
    return render(request, "campaign/home/door.html", {"door": found, "forms": shown})


def _act(
    request: HttpRequest, acts: Mapping[str, Act[Thing]], thing: Thing
) -> tuple[Done | None, dict[str, forms.Form]]:
    """Do what the pressed button says: what was done, if anything, and every form of the page.

    The form of an act that was refused keeps what was typed and says why, beside the field and above the page.
    """
    user, pressed = user_of(request), request.POST.get("do", "")
    shown = {name: act.form(None, thing, user) for name, act in acts.items()}
    if pressed not in acts:
        return None, shown
    form = shown[pressed] = acts[pressed].form(request.POST, thing, user)
    if form.is_valid():
        try:
            done = acts[pressed].carry_out(thing, form.cleaned_data, user)
        except DoorError as error:
            form.add_error(next(iter(form.fields)), str(error))
        else:
            messages.success(request, done.said)
            return done, shown
    messages.error(request, first_error(form))
    return None, shown


def _add_street(_: None, sent: dict[str, Any], by: User) -> Done:
    added = add_street(**sent, by=by, at=now())
    said = f"{added.street} {'is added' if added.made else 'is listed already'}."
    return Done(said, ("street-edit", added.street.pk))


def _add_door(street: Street, sent: dict[str, Any], by: User) -> Done:
    added = add_door(street=street, **sent, by=by, at=now())
    said = f"{added.door.label} is added. {NEXT_CUT}" if added.made else f"{added.door.label} is listed already."
    return Done(said, ("street-edit", street.pk))


def _rename(street: Street, sent: dict[str, Any], by: User) -> Done:
    rename_street(street=street, **sent, by=by, at=now())
    return Done("The street has its name. A register that prints the old one finds it.", ("street-edit", street.pk))


def _merge(street: Street, sent: dict[str, Any], by: User) -> Done:
    merge_streets(**sent, other=street, by=by, at=now())
    said = "They are one street now. Cut its polling district again for new walks."
    return Done(said, ("street-edit", sent["keep"].pk))


def _move(street: Street, sent: dict[str, Any], by: User) -> Done:
    stays = move_street(street=street, district=sent["code"], by=by, at=now())
    return Done("The street lies there now, and its doors with it.", ("street-edit", stays.pk))


def _split(street: Street, sent: dict[str, Any], by: User) -> Done:
    doors = list(sent["doors"])
    new = split_street(street=street, name=sent["name"], doors=doors, by=by, at=now())
    return Done(f"{len(doors)} door{'s' * (len(doors) != 1)} went to {new}.", ("street-edit", new.pk))


def _move_door(door: Household, sent: dict[str, Any], by: User) -> Done:
    stays = move_door(door=door, **sent, by=by, at=now())
    said = "The door has its address." if stays.pk == door.pk else "They are one door now. Nothing logged was lost."
    return Done(f"{said} A register that prints the old address finds it.", ("door-edit", stays.pk))


def _split_door(door: Household, sent: dict[str, Any], by: User) -> Done:
    added = split_door(door=door, label=sent["label"], people=list(sent["people"]), by=by, at=now())
    return Done(f"There are two doors now. {NEXT_CUT}", ("door-edit", added.door.pk))


STREETS_ACTS: dict[str, Act[None]] = {
    "add": Act(lambda sent, _, user: AddStreetForm(sent, ward_ids=user.ward_ids), _add_street),
}
STREET_ACTS: dict[str, Act[Street]] = {
    "add": Act(lambda sent, _, __: AddDoorForm(sent, auto_id="add_%s"), _add_door),
    "rename": Act(lambda sent, street, _: NameForm(sent, initial={"name": street.name}, auto_id="rename_%s"), _rename),
    "merge": Act(lambda sent, street, _: MergeStreetForm(sent, street=street), _merge),
    "move": Act(lambda sent, street, user: MoveStreetForm(sent, street=street, ward_ids=user.ward_ids), _move),
    "split": Act(lambda sent, street, _: SplitStreetForm(sent, street=street), _split),
}
DOOR_ACTS: dict[str, Act[Household]] = {
    "move": Act(lambda sent, door, _: MoveDoorForm(sent, door=door), _move_door),
    "split": Act(lambda sent, door, _: SplitDoorForm(sent, door=door), _split_door),
}
