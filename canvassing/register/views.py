"""Pages of the register: bring in a file, and one import as it runs and as it ended."""

from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError

from campaign.access import Permission, needs
from canvassing.electorate.models import PollingDistrict
from canvassing.progress.days import london_day
from canvassing.register import locks, runs
from canvassing.register.forms import ImportForm
from canvassing.register.layouts import LAYOUTS
from canvassing.register.models import RegisterImport
from canvassing.register.tasks import import_upload
from volunteers.people.models import User

IMPORTS_SHOWN, PROBLEMS_SHOWN, DISTRICTS_SHOWN = 10, 100, 200
PATIENCE = timedelta(seconds=15)  # a worker that runs takes an import up sooner
STOP_POLLING = 286  # htmx's own status


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_REGISTER)
def register_page(request: HttpRequest) -> HttpResponse:
    """The form for a file, and the latest imports."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*sent, today=london_day(now()))
    if sent and form.is_valid():
        if not locks.is_taken(locks.ALL_IMPORTS):
            return redirect("canvassing:register-run", _ask(request, form).pk)
        form.add_error(None, "Another import is running. Wait until it has ended, then send the file again.")
    imports = RegisterImport.objects.newest_first()[:IMPORTS_SHOWN]
    return render(request, "canvassing/register/register.html", {"form": form, "imports": imports})


@require_safe
@needs(Permission.IMPORT_REGISTER)
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it has come, or what it did. htmx asks for the changing part until it has ended."""
    record = get_object_or_404(RegisterImport, pk=pk)
    ended = record.ended_at is not None
    late = now() - record.asked_at > PATIENCE
    context = {"record": record, "stopped": _has_stopped(record), "late": late} | (_result(record) if ended else {})
    if request.htmx:  # type: ignore[attr-defined]
        status = STOP_POLLING if ended else 200
        return render(request, "canvassing/register/run.html#state", context, status=status)
    return render(request, "canvassing/register/run.html", context)


@require_POST
@needs(Permission.IMPORT_REGISTER)
def start_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ring again for an import that waits or was cut short; one that runs or has ended does not mind."""
    _ring(request, get_object_or_404(RegisterImport, pk=pk))
    return redirect("canvassing:register-run", pk)


@require_POST
@needs(Permission.IMPORT_REGISTER)
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """End an import that waits or was cut short, and delete its file."""
    get_object_or_404(RegisterImport, pk=pk)
    runs.give_up(import_id=pk, by=cast("User", request.user), at=now())
    return redirect("canvassing:register-run", pk)


def _ask(request: HttpRequest, form: ImportForm) -> RegisterImport:
    file = form.cleaned_data.pop("file")
    wishes = form.cleaned_data
    record = runs.ask(filename=file.name, upload=file, asked_by=cast("User", request.user), at=now(), **wishes)
    _ring(request, record)
    return record


def _ring(request: HttpRequest, record: RegisterImport) -> None:
    """The record is the job and this only its bell: one that is not heard is rung again from the page."""
    try:
        import_upload.delay_on_commit(record.pk)
    except OperationalError:
        messages.warning(request, "the worker could not be reached. Start again in a moment.")


def _has_stopped(record: RegisterImport) -> bool:
    """Whether the import was cut short: it says that it reads, and nobody holds its lock."""
    return record.state == RegisterImport.State.READING and not locks.is_taken(record.pk)


def _result(record: RegisterImport) -> dict[str, Any]:
    report = record.report
    edition = report.get("edition")
    layout = LAYOUTS.get(report.get("layout") or "")
    problems = report.get("problems", [])
    without_ward = PollingDistrict.objects.filter(ward=None).order_by("code", "pk")
    return {
        "report": report,
        "layout": layout,
        "edition": date.fromisoformat(edition) if edition else None,
        "markers": [
            (code, layout.meaning(code) if layout else "", count) for code, count in report.get("markers", {}).items()
        ],
        "problems": problems[:PROBLEMS_SHOWN],
        "problems_left": max(len(problems) - PROBLEMS_SHOWN, 0),
        "without_ward": without_ward[:DISTRICTS_SHOWN] if record.state == RegisterImport.State.DONE else [],
    }
