"""The organiser's pages of volunteers: who there is, contact details on demand, entries that are one person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaign.access import Permission, needs
from campaign.acts.merge_volunteers import MergeError, merge
from campaign.audit import trail
from volunteers.people.duplicates import likely_duplicates
from volunteers.people.models import Volunteer
from volunteers.people.presence import user_of

A_PAGE = 30
PAIRS_SHOWN = 30


class FindForm(forms.Form):
    """Part of a name. It is posted: names do not stand in addresses."""

    who = forms.CharField(label="Find somebody", required=False, max_length=120)


class MergeForm(forms.Form):
    """Which entry stays, and which goes into it."""

    keep = forms.ModelChoiceField(Volunteer.objects.none())
    other = forms.ModelChoiceField(Volunteer.objects.none())

    def __init__(self, data: Any, *, people: QuerySet[Volunteer, Any]) -> None:
        super().__init__(data)
        for name in ("keep", "other"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE_VOLUNTEERS)
def volunteers(request: HttpRequest) -> HttpResponse:
    """Everybody by name, with how often they came; in an organiser's wards only, where there are such."""
    people = _people(request)
    form = FindForm(request.POST or None)
    if form.is_bound and form.is_valid():
        for word in form.cleaned_data["who"].split():
            people = people.filter(Q(given_name__icontains=word) | Q(family_name__icontains=word))
    came = Count("bookings", filter=Q(bookings__checked_in_at__isnull=False))
    booked = Q(bookings__state="confirmed", bookings__session__cancelled_at=None)
    ahead = Count("bookings", filter=booked & Q(bookings__session__starts_at__gt=now()))
    rows = people.select_related("ward").annotate(came=came, ahead=ahead)
    page = Paginator(rows.order_by(Lower("given_name"), Lower("family_name"), "pk"), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "form": form, "kept": "", "found": form.is_bound}
    return render(request, "campaign/home/volunteers.html", context)


@require_POST
@needs(Permission.SEE_VOLUNTEERS)
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """How to reach one person: shown in this answer only, and written in the trail."""
    person = get_object_or_404(_people(request).select_related("user", "ward", "inviter"), pk=pk)
    trail.record(act="contact details shown", actor=user_of(request), at=now(), subject=f"volunteer:{person.pk}")
    return render(request, "campaign/home/volunteer.html", {"person": person})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE_VOLUNTEERS)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Entries that look like one person, side by side; which stays is for the organiser to say."""
    people = _people(request)
    if request.method == "POST":
        _merge(request, MergeForm(request.POST, people=people))
        return redirect("duplicates")
    pairs = likely_duplicates(people, most=PAIRS_SHOWN)
    return render(request, "campaign/home/duplicates.html", {"pairs": pairs})


def _merge(request: HttpRequest, form: MergeForm) -> None:
    if not form.is_valid():
        messages.error(request, "choose two entries that are both still there.")
        return
    try:
        merge(keep=form.cleaned_data["keep"], other=form.cleaned_data["other"], by=user_of(request), at=now())
        messages.success(request, "They are one person now. Nothing was lost.")
    except MergeError as error:
        messages.error(request, str(error))


def _people(request: HttpRequest) -> QuerySet[Volunteer, Any]:
    return Volunteer.objects.present().within(user_of(request).ward_ids)
