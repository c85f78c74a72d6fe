"""The page of the constituency, its wards and their outlines, for the agent."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, needs
from campaign.areas import naming, outlines
from campaign.areas.drawing import draw
from campaign.areas.models import Constituency, Ward
from campaign.home.forms import ConstituencyForm, OutlinesForm, WardNameForm, WardNamesForm


@dataclass
class AreaForms:
    """The page's forms; the one that was sent is bound, so that it keeps what was typed."""

    constituency: ConstituencyForm
    wards: WardNamesForm
    outlines: OutlinesForm
    rename: WardNameForm
    renamed: int | None


def _forms(request: HttpRequest, constituency: Constituency | None) -> AreaForms:
    sent = request.POST.get("do") if request.method == "POST" else None
    ward = request.POST.get("ward", "")
    return AreaForms(
        constituency=ConstituencyForm(request.POST if sent == "name" else None, instance=constituency, prefix="area"),
        wards=WardNamesForm(request.POST if sent == "add" else None),
        outlines=OutlinesForm(*((request.POST, request.FILES) if sent == "outlines" else ())),
        rename=WardNameForm(request.POST if sent == "rename" else None),
        renamed=int(ward) if sent == "rename" and ward.isdecimal() else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_DETAILS)
def areas(request: HttpRequest) -> HttpResponse:
    """One page, four acts: name the constituency, add wards, rename one, draw their outlines."""
    constituency = Constituency.objects.order_by("pk").first()
    forms = _forms(request, constituency)
    act = ACTS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if act and act(request, constituency, forms):
        return redirect("areas")
    wards = list(constituency.wards.order_by("name", "pk")) if constituency else []
    context = {
        "constituency": constituency,
        "forms": forms,
        "wards": wards,
        "drawing": draw((ward.name, ward.outline) for ward in wards if ward.outline),
    }
    return render(request, "campaign/home/areas.html", context)


def _name(request: HttpRequest, constituency: Constituency | None, forms: AreaForms) -> bool:
    if not forms.constituency.is_valid():
        return False
    naming.name_constituency(name=forms.constituency.cleaned_data["name"], actor=request.user, at=now())
    messages.success(request, "The constituency has its name.")
    return True


def _add(request: HttpRequest, constituency: Constituency | None, forms: AreaForms) -> bool:
    if constituency is None or not forms.wards.is_valid():
        return False
    names = forms.wards.cleaned_data["names"]
    new = naming.add_wards(constituency=constituency, names=names, actor=request.user, at=now())
    there = len(names) - len(new)
    messages.success(request, f"{len(new)} added" + (f"; {there} were there already." if there else "."))
    return True


def _rename(request: HttpRequest, constituency: Constituency | None, forms: AreaForms) -> bool:
    ward = get_object_or_404(Ward, pk=forms.renamed or 0, constituency=constituency)
    if not forms.rename.is_valid():
        return False
    try:
        naming.rename_ward(ward=ward, name=forms.rename.cleaned_data["name"], actor=request.user, at=now())
    except naming.NameTakenError as error:
        forms.rename.add_error("name", str(error))
        return False
    messages.success(request, f"Renamed to {ward.name}.")
    return True


def _attach(request: HttpRequest, constituency: Constituency | None, forms: AreaForms) -> bool:
    if constituency is None or not forms.outlines.is_valid():
        return False
    try:
        read = outlines.read(forms.outlines.cleaned_data["outlines"].read(outlines.LARGEST_FILE + 1))
        matched = outlines.attach(constituency=constituency, outlines=read, actor=request.user, at=now())
    except outlines.OutlineError as error:
        forms.outlines.add_error("outlines", str(error))
        return False
    messages.success(request, f"Outlines drawn: {len(matched.drawn)}.")
    if matched.unknown:
        messages.info(request, f"Left out, since no ward here bears these names: {', '.join(matched.unknown)}.")
    if matched.without:
        messages.warning(request, f"still without an outline: {', '.join(matched.without)}.")
    return True


ACTS: dict[str, Callable[[HttpRequest, Constituency | None, AreaForms], bool]] = {
    "name": _name,
    "add": _add,
    "rename": _rename,
    "outlines": _attach,
}
