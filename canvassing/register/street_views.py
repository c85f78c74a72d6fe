"""The page for streets before the register: send a list, and see what it made."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, needs
from canvassing.electorate.models import PollingDistrict
from canvassing.register.report import RegisterRefused
from canvassing.register.street_forms import StreetsForm
from canvassing.register.streets import StreetsReport, import_streets, so_far
from canvassing.register.uploads import on_disk

PROBLEMS_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_REGISTER)
def streets_page(request: HttpRequest) -> HttpResponse:
    """The form for a list, and how many streets and doors there are."""
    form = StreetsForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        try:
            report = _bring_in(request, form)
        except RegisterRefused as refusal:
            form.add_error("file", f"Nothing was changed. {refusal}")
        else:
            _tell(request, report, dry_run=form.cleaned_data["dry_run"])
            return redirect("canvassing:streets")
    waiting = PollingDistrict.objects.filter(code="", streets__merged_into=None, streets__isnull=False).first()
    context = {"form": form, "so_far": so_far(), "waiting": waiting}
    return render(request, "canvassing/register/streets.html", context)


def _bring_in(request: HttpRequest, form: StreetsForm) -> StreetsReport:
    said = form.cleaned_data
    with on_disk(said["file"]) as source:
        return import_streets(
            [source], at=now(), actor=request.user, district=said["district"], dry_run=said["dry_run"]
        )


def _tell(request: HttpRequest, report: StreetsReport, *, dry_run: bool) -> None:
    if dry_run:
        messages.info(request, f"Only checked, nothing was changed. {report.in_words}")
    else:
        messages.success(request, report.in_words)
    for problem in report.problems[:PROBLEMS_SHOWN]:
        messages.warning(request, str(problem))
    if len(report.problems) > PROBLEMS_SHOWN:
        messages.warning(request, f"… and {len(report.problems) - PROBLEMS_SHOWN} more lines like these.")
