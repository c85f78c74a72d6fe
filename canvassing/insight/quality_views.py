"""Pages of data quality: every check with its count, and the rows of one."""

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaign.access import Permission, needs
from canvassing.insight import quality
from canvassing.insight.quality_checks import CHECKS
from canvassing.register.models import ReviewItem
from volunteers.people.presence import user_of

A_PAGE = 50


@require_safe
@needs(Permission.BROWSE_REGISTER)
def quality_page(request: HttpRequest) -> HttpResponse:
    """What looks wrong in the register, and how much of it there is."""
    ward_ids = user_of(request).ward_ids
    questions = ReviewItem.objects.open()
    if ward_ids is not None:
        questions = questions.filter(polling_district__ward__in=ward_ids)
    context = {"checks": quality.counts(ward_ids), "questions": questions.count(), "limited": ward_ids is not None}
    return render(request, "canvassing/insight/quality.html", context)


@require_safe
@needs(Permission.BROWSE_REGISTER)
def oddities(request: HttpRequest, slug: str) -> HttpResponse:
    """Where one check finds something, fifty rows a page."""
    check = next((check for check in CHECKS if check.slug == slug), None)
    if check is None:
        raise Http404
    rows = quality.Oddities(check, user_of(request).ward_ids)
    page: Page[Any] = Paginator(cast("Any", rows), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "canvassing/insight/oddities.html", {"check": check, "page": page})
