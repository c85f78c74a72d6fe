"""Calling a session off: the walks that are out for it come back as well."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from campaign.access import Permission, needs
from campaign.acts.cancel_session import cancel_session
from volunteers.people.presence import user_of
from volunteers.sessions.forms import CancelForm
from volunteers.sessions.models import Session
from volunteers.sessions.planning import SessionError


@require_POST
@needs(Permission.PLAN_SESSIONS)
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The session is off; everybody who has a place is told why."""
    user, form = user_of(request), CancelForm(request.POST)
    found = get_object_or_404(Session.objects.within(user.ward_ids), pk=pk)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    try:
        cancel_session(session=found, because=because, by=user, at=now())
        messages.success(request, "The session is off. Everybody who had a place is told why.")
    except SessionError as error:
        messages.error(request, str(error))
    return redirect("volunteers:plan-session", pk)
