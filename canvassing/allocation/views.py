"""The organiser's pages of walks: the board, one walk, and what is done to it."""

from typing import Any
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaign.access import Permission, may, needs
from canvassing.allocation import board, codes, hand_back, hand_out
from canvassing.allocation.forms import BoardForm, CutForm, ExtendForm, FindForm, HandOutForm, on_the_quarter
from canvassing.allocation.models import Allocation
from canvassing.allocation.sheet import sheet
from canvassing.electorate.models import PollingDistrict
from canvassing.walks.cut import CutReport, cut
from canvassing.walks.models import Purpose, Walk
from volunteers.people.presence import user_of

A_PAGE = 30


@require_safe
@needs(Permission.PLAN_WALKS)
def walks(request: HttpRequest) -> HttpResponse:
    """The board by ward and polling district; with a district or a filter, the walks themselves."""
    form = BoardForm(request.GET)
    district, show = (form.cleaned_data.get(name) for name in ("district", "show")) if form.is_valid() else (None, "")
    if district or show:
        return _list(request, district, show or board.Show.ALL)
    at = now()
    page = Paginator(board.districts(at=at), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wards": board.by_ward(page.object_list),
        "totals": board.totals(at=at),
        "may_import": may(request.user, Permission.IMPORT_REGISTER),
    }
    return render(request, "canvassing/walks/areas.html", context)


def _list(request: HttpRequest, district: PollingDistrict | None, show: str) -> HttpResponse:
    at = now()
    page = Paginator(board.walks(show=show, district=district, at=at), A_PAGE).get_page(request.GET.get("page"))
    kept = {"show": show} | ({"district": district.pk} if district else {})
    context = {
        "page": page,
        "kept": f"{urlencode(kept)}&",
        "walks": board.listed(list(page.object_list), at=at),
        "district": district,
        "show": show,
        "choices": board.Show.choices,
    }
    return render(request, "canvassing/walks/walks.html", context)


@require_POST
@needs(Permission.PLAN_WALKS)
def cut_walks(request: HttpRequest) -> HttpResponse:
    """Cut one polling district into walks, or every one."""
    form = CutForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That polling district is not here any more.")
        return redirect("canvassing:walks")
    report = cut(district_ids=form.district_ids(), purpose=Purpose.CANVASS, at=now(), by=user_of(request))
    messages.success(request, _what_was_cut(report))
    district = form.cleaned_data["district"]
    return redirect(reverse("canvassing:walks") + (f"?district={district.pk}" if district else ""))


def _what_was_cut(report: CutReport) -> str:
    if not report.made:
        return "Nothing to cut anew: every street is in walks as it should be."
    kept = f" {report.streets_kept} streets stay as they were." if report.streets_kept else ""
    return f"{report.made} walks made with {report.doors} doors.{kept}"


@require_safe
@needs(Permission.PLAN_WALKS)
def walk(request: HttpRequest, pk: int) -> HttpResponse:
    """One walk: its doors in order, who has it, and what can be done."""
    return _walk_page(request, _walk(pk))


@require_POST
@needs(Permission.PLAN_WALKS)
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the walk out; or find somebody to hand it to, whose name must not stand in an address."""
    at, found = now(), _walk(pk)
    if "find" in request.POST:
        find = FindForm(request.POST)
        who = find.cleaned_data["who"] if find.is_valid() else ""
        return _walk_page(request, found, hand_out_form=HandOutForm(at=at, who=who))
    form = HandOutForm(request.POST, at=at)
    if not form.is_valid():
        return _walk_page(request, found, hand_out_form=form)
    holder = form.cleaned_data["holder"]
    try:
        given = hand_out.hand_out(
            walk=found, holder=holder, by=user_of(request), until=form.cleaned_data["until"], at=at
        )
    except hand_out.HandOutError as error:
        form.add_error(None, str(error))
        return _walk_page(request, found, hand_out_form=form)
    _say_what_was_given(request, given)
    return redirect("canvassing:walk", pk)


def _say_what_was_given(request: HttpRequest, given: hand_out.HandOut) -> None:
    messages.success(request, f"{given.allocation.walk} is with {given.allocation.holder.known_as} now.")
    if given.held_elsewhere:
        count = len(given.held_elsewhere)
        doors = "1 door was" if count == 1 else f"{count} doors were"
        messages.warning(request, f"{doors} left out, already in somebody's hands. They are named below.")


@require_POST
@needs(Permission.PLAN_WALKS)
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """The holder has given the walk back."""
    return _end(request, pk, hand_back.hand_back, "is handed back; its doors are free.")


@require_POST
@needs(Permission.PLAN_WALKS)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the walk from its holder; phones that have it open may no longer read it."""
    return _end(request, pk, hand_back.revoke, "is taken back; its doors are free.")


def _end(request: HttpRequest, pk: int, act: Any, said: str) -> HttpResponse:
    allocation = _allocation(pk)
    try:
        act(allocation=allocation, by=user_of(request), at=now())
        messages.success(request, f"{allocation.walk} {said}")
    except hand_back.HandBackError as error:
        messages.error(request, str(error))
    return redirect("canvassing:walk", allocation.walk_id)


@require_POST
@needs(Permission.PLAN_WALKS)
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the holder more time."""
    allocation, form = _allocation(pk), ExtendForm(request.POST)
    if not form.is_valid():
        return _walk_page(request, allocation.walk, extend_form=form)
    try:
        hand_back.extend(allocation=allocation, until=form.cleaned_data["until"], by=user_of(request), at=now())
    except hand_back.HandBackError as error:
        form.add_error("until", str(error))
        return _walk_page(request, allocation.walk, extend_form=form)
    messages.success(request, f"{allocation.holder.known_as} has more time.")
    return redirect("canvassing:walk", allocation.walk_id)


@require_POST
@needs(Permission.PLAN_WALKS)
@never_cache
def make_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a new code once, as letters, link and QR. It is in this answer only: neither stored nor in an address."""
    allocation = _allocation(pk)
    try:
        code = codes.spelled(codes.issue(allocation=allocation, by=user_of(request), at=now()))
    except codes.CodeError as error:
        messages.error(request, str(error))
        return redirect("canvassing:walk", allocation.walk_id)
    link = request.build_absolute_uri(f"{reverse('canvassing:phone')}#{code}")
    qr = segno.make(link, error="m", micro=False).svg_data_uri(scale=6, border=4, light="white")
    return _walk_page(request, allocation.walk, code=code, link=link, qr=qr)


def _walk(pk: int) -> Walk:
    return get_object_or_404(Walk.objects.select_related("polling_district__ward"), pk=pk)


def _allocation(pk: int) -> Allocation:
    return get_object_or_404(Allocation.objects.select_related("walk__polling_district__ward", "holder"), pk=pk)


def _walk_page(request: HttpRequest, found: Walk, **context: Any) -> HttpResponse:
    at = now()
    shown = sheet(found, at=at)
    if shown.out:
        later = on_the_quarter(shown.out.allocation.expires_at + hand_out.A_LITTLE_MORE)
        context.setdefault("extend_form", ExtendForm(initial={"until": later}))
    else:
        context.setdefault("hand_out_form", HandOutForm(at=at))
    return render(request, "canvassing/allocation/walk.html", context | {"sheet": shown})
