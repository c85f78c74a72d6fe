"""Undoing the latest import of the register."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from campaign.access import Permission, needs
from campaign.acts.undo_import import undo_import as undo
from canvassing.register.models import RegisterImport
from canvassing.register.undoing import UndoError
from volunteers.people.models import User


@require_POST
@needs(Permission.IMPORT_REGISTER)
def undo_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the register back as it was before this import."""
    get_object_or_404(RegisterImport, pk=pk)
    try:
        undo(import_id=pk, by=cast("User", request.user), at=now())
        messages.success(request, "Undone. The register is as it was before this import.")
    except UndoError as error:
        messages.error(request, str(error))
    return redirect("canvassing:register-run", pk)
