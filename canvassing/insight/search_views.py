"""The search box. What was typed is posted: no name and no address stands in an address of ours, a log or the trail."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, needs
from campaign.audit import trail
from canvassing.electorate.models import PollingDistrict
from canvassing.insight import looking_for
from canvassing.insight.one_door import name_of, number_of
from canvassing.insight.search import MOST, Found, Scope, search
from volunteers.people.presence import user_of


class SearchForm(forms.Form):
    """What to look for, and perhaps only in one polling district."""

    text = forms.CharField(max_length=looking_for.LONGEST)
    only_here = forms.BooleanField(required=False)
    district = forms.IntegerField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.BROWSE_REGISTER)
@never_cache
def browse(request: HttpRequest) -> HttpResponse:
    """The search box, and below it what was found for what was typed into it."""
    form = SearchForm(request.POST or None)
    asked = form.cleaned_data if form.is_valid() else {}
    ward_ids = user_of(request).ward_ids
    wanted = request.POST.get("district", "") or request.GET.get("district", "")
    district = _district(wanted, Scope(ward_ids))
    context: dict[str, Any] = {
        "form": form,
        "district": district,
        "most": MOST,
        "asked": asked,
        "limited": ward_ids is not None,
    }
    if asked:
        found = _look(request, asked["text"], Scope(ward_ids, district if asked["only_here"] else None))
        context |= {"found": found, "people": [(name_of(row), number_of(row), row) for row in found.electors]}
    return render(request, "canvassing/insight/browse.html", context)


def _look(request: HttpRequest, text: str, scope: Scope) -> Found:
    """Search, and write in the trail that somebody did: which kinds of reading, and how many rows."""
    readings = looking_for.read(text)
    found = search(readings, scope)
    kinds = {
        "number": readings.number,
        "name": readings.names,
        "address": readings.place,
        "postcode": readings.postcode,
    }
    facts = {"kinds": [kind for kind, reading in kinds.items() if reading], "results": found.count}
    trail.record(act="register searched", actor=user_of(request), at=now(), facts=facts)
    return found


def _district(wanted: str, scope: Scope) -> PollingDistrict | None:
    """The polling district a search was begun from, where the person may look in it."""
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 19):
        return None
    rows = PollingDistrict.objects.filter(pk=wanted)
    return (rows if scope.ward_ids is None else rows.filter(ward__in=scope.ward_ids)).first()
