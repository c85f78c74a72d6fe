"""The page beside the areas: which ward polling districts lie in, where they vote, and where postcodes lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, needs
from campaign.areas.models import Constituency
from campaign.home.forms import TableForm
from canvassing.electorate.models import PollingDistrict
from canvassing.register import district_wards, postcode_points, stations, ward_proposals
from canvassing.register.opening import Source
from canvassing.register.report import Problem, RegisterRefused
from canvassing.register.uploads import on_disk

PROBLEMS_SHOWN = 10


class Report(Protocol):
    """What an import says it did."""

    @property
    def problems(self) -> Sequence[Problem]: ...

    @property
    def in_words(self) -> str: ...


class Act(Protocol):
    """One of the imports."""

    def __call__(self, sources: Sequence[Source], *, at: datetime, actor: Any) -> Report: ...


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of file that may be sent: its form, and what brings it in."""

    label: str
    help_text: str
    bring_in: Act


TABLES = {
    "wards": Table(
        "Table of wards",
        "Two columns: polling_district and ward. A ward that is not there yet is made.",
        district_wards.import_district_wards,
    ),
    "stations": Table(
        "Table of polling stations",
        "The columns polling_district and station, and address and postcode if you have them.",
        stations.import_polling_stations,
    ),
    "postcodes": Table(
        "File of postcodes",
        "From Code-Point Open, the file of your postcode area, or from the ONS Postcode Directory. Only what this "
        "place needs is kept. For files of the whole country there is the command import_postcodes.",
        postcode_points.import_postcodes,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_DETAILS)
def districts(request: HttpRequest) -> HttpResponse:
    """One page, four acts: three kinds of files, and the wards that the outlines propose."""
    sent = request.POST.get("do", "") if request.method == "POST" else ""
    forms = {name: _form(request, name, sent) for name in TABLES}
    constituency = Constituency.objects.order_by("pk").first()
    if sent == "accept" and constituency and _accept(request, constituency):
        return redirect("districts")
    if sent in TABLES and _bring_in(request, TABLES[sent].bring_in, forms[sent]):
        return redirect("districts")
    context = {
        "forms": forms,
        "proposals": ward_proposals.proposals(constituency) if constituency else [],
        "so_far": _so_far(),
    }
    return render(request, "campaign/home/districts.html", context)


def _so_far() -> dict[str, int]:
    """What is known of polling districts, those that have a code, and how many postcodes have a point."""
    with_code = PollingDistrict.objects.exclude(code="")
    return with_code.aggregate(
        districts=Count("pk"),
        without_ward=Count("pk", filter=Q(ward=None)),
        without_station=Count("pk", filter=Q(station=None)),
    ) | {"points": postcode_points.so_far().total}


def _form(request: HttpRequest, name: str, sent: str) -> TableForm:
    table = TABLES[name]
    bound = (request.POST, request.FILES) if sent == name else ()
    return TableForm(*bound, label=table.label, help_text=table.help_text, prefix=name)


def _bring_in(request: HttpRequest, bring_in: Act, form: TableForm) -> bool:
    if not form.is_valid():
        return False
    try:
        with on_disk(form.cleaned_data["file"]) as source:
            report = bring_in([source], at=now(), actor=request.user)
    except RegisterRefused as refusal:
        form.add_error("file", f"Nothing was changed. {refusal}")
        return False
    messages.success(request, report.in_words)
    for problem in report.problems[:PROBLEMS_SHOWN]:
        messages.warning(request, str(problem))
    return True


def _accept(request: HttpRequest, constituency: Constituency) -> bool:
    """Accept the proposals that were ticked."""
    try:
        accepted = ward_proposals.accept(
            constituency=constituency, keys=set(request.POST.getlist("proposal")), actor=request.user, at=now()
        )
    except RegisterRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{accepted} put in their ward.")
    return True
