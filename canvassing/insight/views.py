"""Coverage of the whole, and of one polling district by street."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from campaign.access import Permission, may, needs
from campaign.areas.models import Constituency
from canvassing.electorate.models import PollingDistrict
from canvassing.insight import coverage
from canvassing.insight.forms import WardForm
from canvassing.insight.set_ward import set_ward
from canvassing.insight.ward_map import draw_map
from canvassing.progress.days import london_day
from volunteers.people.presence import user_of


@require_safe
@needs(Permission.SEE_COVERAGE)
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Doors tried, doors answered and people reached in one constituency, by ward and polling district."""
    constituencies = list(Constituency.objects.order_by("name", "pk"))
    wanted = request.GET.get("constituency")
    shown = next((area for area in constituencies if str(area.pk) == wanted), next(iter(constituencies), None))
    wards = coverage.by_ward(shown) if shown else []
    if shown is None or not any(group.districts for group in wards):
        empty = {"may_import": may(request.user, Permission.IMPORT_REGISTER)}
        return render(request, "canvassing/insight/no_register.html", empty)
    context = {
        "constituency": shown,
        "others": [area for area in constituencies if area != shown],
        "headline": coverage.headline(on=london_day(now()), constituency=shown),
        "wards": wards,
        "without_ward": next((group for group in wards if group.ward is None), None),
        "map": draw_map(wards),
    }
    return render(request, "canvassing/insight/coverage.html", context)


@require_safe
@needs(Permission.SEE_COVERAGE)
def district_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One polling district by street, and the ward it lies in."""
    district = _district(pk)
    return _district_page(request, district, WardForm(district=district))


@require_POST
@needs(Permission.PLAN_WALKS)
def put_in_ward(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the polling district in the ward that was chosen or typed."""
    district = _district(pk)
    form = WardForm(request.POST, district=district)
    if not form.is_valid():
        return _district_page(request, district, form)
    ward = set_ward(
        district=district,
        ward=form.cleaned_data["ward"],
        new_name=form.cleaned_data["new_ward"],
        actor=request.user,
        at=now(),
    )
    messages.success(request, f"{district} lies in {ward}." if ward else f"{district} has no ward now.")
    return redirect("canvassing:district", pk)


def _district(pk: int) -> PollingDistrict:
    return get_object_or_404(PollingDistrict.objects.select_related("constituency", "ward", "station"), pk=pk)


def _district_page(request: HttpRequest, district: PollingDistrict, form: WardForm) -> HttpResponse:
    streets = coverage.by_street(district)
    context = {
        "district": district,
        "streets": streets,
        "to_be_found": coverage.to_be_found(district),
        "totals": coverage.total(street.totals for street in streets),
        "form": form if may(request.user, Permission.PLAN_WALKS) else None,
        "may_browse": _may_browse(request, district),
    }
    return render(request, "canvassing/insight/district.html", context)


def _may_browse(request: HttpRequest, district: PollingDistrict) -> bool:
    """Whether the streets of `district` are open to who asks: an organiser may be limited to other wards."""
    ward_ids = user_of(request).ward_ids
    return may(request.user, Permission.BROWSE_REGISTER) and (ward_ids is None or district.ward_id in ward_ids)
