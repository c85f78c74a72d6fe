"""Pages of data quality: every check with its count, and the rows of one."""

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaign.access import Permission, may, needs
from campaign.areas.models import Constituency
from canvassing.insight import quality
from canvassing.insight.quality_checks import CHECKS
from canvassing.register.models import ReviewItem
from volunteers.people.presence import user_of

A_PAGE = 50


@require_safe
@needs(Permission.BROWSE_REGISTER)
def quality_page(request: HttpRequest) -> HttpResponse:
    """What looks wrong in one constituency's register, and how much of it there is."""
    areas, part = _areas(request)
    questions = ReviewItem.objects.open().filter(polling_district__constituency=part.constituency_id)
    if part.ward_ids is not None:
        questions = questions.filter(polling_district__ward__in=part.ward_ids)
    context = {
        "areas": areas if len(areas) > 1 else [],
        "shown": part.constituency_id,
        "checks": quality.counts(part),
        "questions": questions.count(),
        "limited": part.ward_ids is not None,
        "may_import": may(request.user, Permission.IMPORT_REGISTER),
    }
    return render(request, "canvassing/insight/quality.html", context)


@require_safe
@needs(Permission.BROWSE_REGISTER)
def oddities(request: HttpRequest, slug: str) -> HttpResponse:
    """Where one check finds something, fifty rows a page."""
    check = next((check for check in CHECKS if check.slug == slug), None)
    if check is None:
        raise Http404
    _, part = _areas(request)
    rows = quality.Oddities(check, part)
    page: Page[Any] = Paginator(cast("Any", rows), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "check": check,
        "page": page,
        "shown": part.constituency_id,
        "kept": f"constituency={part.constituency_id}&",
    }
    return render(request, "canvassing/insight/oddities.html", context)


def _areas(request: HttpRequest) -> tuple[list[Constituency], quality.Part]:
    """The constituencies the person may look at, and what is looked at now: the one asked for, or the first."""
    ward_ids = user_of(request).ward_ids
    rows = Constituency.objects.order_by("name", "pk")
    areas = list(rows if ward_ids is None else rows.filter(wards__in=ward_ids).distinct())
    wanted = request.GET.get("constituency")
    shown = next((area for area in areas if str(area.pk) == wanted), next(iter(areas), None))
    return areas, quality.Part(shown.pk if shown else None, ward_ids)
