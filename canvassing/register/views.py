"""Pages of the register: look at a file, bring it in, and one import as it runs and as it ended."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
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
from canvassing.register import known_layouts, locks, opening, runs
from canvassing.register.forms import ImportForm, MappingForm
from canvassing.register.layouts import Kind
from canvassing.register.models import RegisterImport, ReviewItem
from canvassing.register.opening import Source, UnknownHeader
from canvassing.register.report import RegisterRefused
from canvassing.register.tasks import import_upload
from volunteers.people.models import User

IMPORTS_SHOWN, PROBLEMS_SHOWN, DISTRICTS_SHOWN = 10, 100, 200
PATIENCE = timedelta(seconds=15)  # a worker that runs takes an import up sooner
STOP_POLLING = 286  # htmx's own status
State = RegisterImport.State


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_REGISTER)
def register_page(request: HttpRequest) -> HttpResponse:
    """The form for a file, and the latest imports."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    layouts = [layout for layout in known_layouts.layouts().values() if layout.kind != Kind.ABSENT]
    form = ImportForm(*sent, today=london_day(now()), layouts=layouts)
    if sent and form.is_valid():
        if locks.is_taken(locks.ALL_IMPORTS):
            form.add_error(None, "Another import is running. Wait until it has ended, then send the file again.")
        elif record := _ask(request, form):
            return redirect("canvassing:register-run", record.pk)
    context = {
        "form": form,
        "imports": RegisterImport.objects.newest_first()[:IMPORTS_SHOWN],
        "questions": ReviewItem.objects.open().count(),
    }
    return render(request, "canvassing/register/register.html", context)


@require_safe
@needs(Permission.IMPORT_REGISTER)
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it has come, its preview, or what it did. htmx asks for the changing part while it runs."""
    record = get_object_or_404(RegisterImport, pk=pk)
    under_way = record.state in runs.UNDER_WAY
    late = now() - record.asked_at > PATIENCE
    context = {"record": record, "stopped": _has_stopped(record), "late": late, "under_way": under_way}
    context |= {} if under_way else _result(record)
    if request.htmx:  # type: ignore[attr-defined]
        status = 200 if under_way else STOP_POLLING
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
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out an import that was previewed, with what the agent says of its markers."""
    record = get_object_or_404(RegisterImport, pk=pk)
    by, at = cast("User", request.user), now()
    for layout in _layouts_of(record) if record.state == State.PREVIEWED else []:
        votes = {marker: f"vote-{marker}" in request.POST for marker in record.report.get("markers", {})}
        known_layouts.confirm(layout=layout, votes=votes, by=by, at=at)
    if runs.confirm(import_id=pk, by=by, at=at):
        _ring(request, record)
    return redirect("canvassing:register-run", pk)


@require_POST
@needs(Permission.IMPORT_REGISTER)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an import, whether it waits, runs or is previewed, and delete its file."""
    get_object_or_404(RegisterImport, pk=pk)
    runs.cancel(import_id=pk, by=cast("User", request.user), at=now())
    return redirect("canvassing:register-run", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_REGISTER)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns of a file hold whose header nobody knew; it is looked at again with that."""
    record = get_object_or_404(RegisterImport, pk=pk, state=State.PREVIEWED)
    header = record.report.get("header")
    if not header:
        return redirect("canvassing:register-run", pk)
    sent = (request.POST,) if request.method == "POST" else ()
    form = MappingForm(*sent, header=header, rows=_first_rows(record))
    if sent and form.is_valid():
        layout = known_layouts.save(mapping=form.mapping, by=cast("User", request.user), at=now())
        runs.look_again(import_id=pk, layout=layout.name, at=now())
        _ring(request, record)
        return redirect("canvassing:register-run", pk)
    return render(request, "canvassing/register/columns.html", {"record": record, "form": form})


def _first_rows(record: RegisterImport) -> list[list[str]]:
    """A few rows of the file, to show what its columns hold; none where it cannot be opened any more."""
    source = Source(Path(record.upload.path), record.filename, record.password)
    try:
        with opening.opened([source], known_layouts.known()):
            return []
    except UnknownHeader as unknown:
        return [list(cells) for cells in unknown.rows]
    except RegisterRefused:
        return []


def _ask(request: HttpRequest, form: ImportForm) -> RegisterImport | None:
    """Keep the file and ring the worker; None, with a word on the form, where there is no room for the file."""
    wishes = {name: value for name, value in form.cleaned_data.items() if name != "file"}
    file, by = form.cleaned_data["file"], cast("User", request.user)
    try:
        record = runs.ask(filename=file.name, upload=file, asked_by=by, at=now(), dry_run=True, **wishes)
    except OSError:
        form.add_error("file", "There is no room for the file here. Free some space, then send it again.")
        return None
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


def _layouts_of(record: RegisterImport) -> list[str]:
    names: list[str] = record.report.get("page", {}).get("layouts", [])
    return names


def _result(record: RegisterImport) -> dict[str, Any]:
    report = record.report
    edition = report.get("edition")
    problems = report.get("problems", [])
    without_ward = PollingDistrict.objects.filter(ward=None).exclude(code="").order_by("code", "pk")
    return {
        "report": report,
        "layouts": [layout.title for name, layout in known_layouts.layouts().items() if name in _layouts_of(record)],
        "edition": date.fromisoformat(edition) if edition else None,
        "markers": _markers(record),
        "problems": problems[:PROBLEMS_SHOWN],
        "problems_left": max(len(problems) - PROBLEMS_SHOWN, 0),
        "without_ward": without_ward[:DISTRICTS_SHOWN] if record.state == State.DONE else [],
        "can_be_undone": record.state == State.DONE and bool(record.undo),
    }


def _markers(record: RegisterImport) -> list[tuple[str, str, int, bool]]:
    """Each marker of the file with its meaning, its rows, and whether its electors may vote, as far as is known."""
    found, confirmed = known_layouts.layouts(), known_layouts.confirmed()
    name = next(iter(_layouts_of(record)), "")
    layout, votes = found.get(name), confirmed.get(name, cast("Mapping[str, bool]", {}))
    return [
        (code, layout.meaning(code), count, votes.get(code, layout.may_vote(code)))
        for code, count in (record.report.get("markers", {}) if layout else {}).items()
        if layout
    ]
