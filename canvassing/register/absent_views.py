"""The page of absent voters: bring in a list, see what it did, say what the columns of an unknown one hold."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from campaign.access import Permission, needs
from canvassing.register import absent, opening
from canvassing.register.absent import Wishes
from canvassing.register.absent_forms import AbsentForm, AbsentMappingForm, header_of
from canvassing.register.absent_report import AbsentReport
from canvassing.register.mapping import MappingError
from canvassing.register.opening import Source, UnknownHeader
from canvassing.register.report import RegisterRefused
from canvassing.register.runs import BrokenOffError
from volunteers.people.models import User

PROBLEMS_SHOWN = 100
LATEST = "latest_absent_list"
"""Where the sign-in session keeps what the latest list did: counts and lines, nobody's name or number."""


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_REGISTER)
def absent_page(request: HttpRequest) -> HttpResponse:
    """The form for a list, and what the latest one sent from here did."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AbsentForm(*sent)
    if sent and form.is_valid():
        at = now()
        try:
            report = _replace(form.cleaned_data, by=cast("User", request.user), at=at)
        except UnknownHeader as unknown:
            if unknown.header:
                return _ask_columns(request, AbsentMappingForm(header=unknown.header, rows=unknown.rows))
            form.add_error(None, f"Nothing was changed: {unknown}")
        except (RegisterRefused, BrokenOffError) as refusal:
            form.add_error(None, f"Nothing was changed: {refusal}")
        else:
            request.session[LATEST] = _kept(report, at)
            messages.success(request, "The list is in. What it did is told below.")
            return redirect("canvassing:absent")
    return render(request, "canvassing/register/absent.html", {"form": form, **_latest(request)})


@require_POST
@needs(Permission.IMPORT_REGISTER)
def absent_columns(request: HttpRequest) -> HttpResponse:
    """Keep what the columns of a list hold whose header nobody knew. The list itself was not kept."""
    header = header_of(request.POST.get("header_sent", ""))
    if not header:
        return redirect("canvassing:absent")
    form = AbsentMappingForm(request.POST, header=header)
    if form.is_valid():
        try:
            absent.save_layout(mapping=form.mapping, by=cast("User", request.user), at=now())
        except MappingError as error:
            form.add_error("name", str(error)[:1].upper() + str(error)[1:])
        else:
            messages.success(request, "The columns are known now. Send the file again.")
            return redirect("canvassing:absent")
    return _ask_columns(request, form)


def _ask_columns(request: HttpRequest, form: AbsentMappingForm) -> HttpResponse:
    return render(request, "canvassing/register/absent_columns.html", {"form": form})


def _replace(said: dict[str, Any], *, by: User, at: datetime) -> AbsentReport:
    wishes = Wishes(kind=said["kind"], council=said["council"], accept_losses=said["accept_losses"])
    with _on_disk(said["file"], said["password"]) as source:
        return absent.replace_list(sources=[source], wishes=wishes, by=by, at=at)


@contextmanager
def _on_disk(upload: Any, password: str) -> Iterator[Source]:
    """The upload as a file, which is gone when the request ends; `sweep` takes what a killed process left."""
    folder = opening.unpacked_in()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as inside:
        path = Path(inside) / "list"
        with path.open("wb") as file:
            file.writelines(upload.chunks())
        yield Source(path, upload.name or "", password)


def _kept(report: AbsentReport, at: datetime) -> dict[str, Any]:
    problems = report.as_json()["problems"]
    left = max(len(problems) - PROBLEMS_SHOWN, 0)
    return {"at": at.isoformat(), **report.counts(), "problems": problems[:PROBLEMS_SHOWN], "problems_left": left}


def _latest(request: HttpRequest) -> dict[str, Any]:
    latest = request.session.get(LATEST)
    return {"latest": latest | {"at": datetime.fromisoformat(latest["at"])}} if latest else {}
