"""Pages of the campaign's details and its deadlines, for the agent."""

from django.contrib import messages
from django.db import transaction
from django.forms import BaseModelFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, needs
from campaign.details import deadlines as acts
from campaign.details import editing
from campaign.details.models import CampaignDetails, Deadline
from campaign.foundation.election_dates import holiday_horizon
from campaign.home.forms import CONSENT_REFUSED, DeadlineForm, DeadlineFormSet, DetailsForm


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_DETAILS)
def details(request: HttpRequest) -> HttpResponse:
    """The one form of facts. A new polling day leads on to the deadlines, which hang on it."""
    form = DetailsForm(request.POST or None, instance=CampaignDetails.objects.current())
    if request.method == "POST" and form.is_valid():
        editing.save(details=form.instance, changed=form.changed_data, actor=request.user, at=now())
        return _after_details(request, form)
    return render(request, "campaign/home/details.html", {"form": form, "consent_refused": CONSENT_REFUSED})


def _after_details(request: HttpRequest, form: DetailsForm) -> HttpResponseRedirect:
    messages.success(request, "Details saved.")
    if form.instance.polling_day is None or "polling_day" not in form.changed_data:
        return redirect("details")
    messages.warning(
        request, "Polling day has changed. Work the deadlines out again below; those you confirmed keep their dates."
    )
    return redirect("deadlines")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_DETAILS)
def deadlines(request: HttpRequest) -> HttpResponse:
    """Propose every deadline from polling day; enter and confirm each one."""
    polling_day = CampaignDetails.objects.current().polling_day
    if request.method == "POST" and request.POST.get("do") == "propose":
        return _propose(request)
    forms = DeadlineFormSet(
        request.POST or None, queryset=Deadline.objects.order_by("proposed_at", "pk"), prefix="deadlines"
    )
    if request.method == "POST" and forms.is_valid():
        return _enter(request, forms)
    context = {
        "forms": forms,
        "polling_day": polling_day,
        "horizon": holiday_horizon(),
        "past_horizon": polling_day is not None and polling_day > holiday_horizon(),
    }
    return render(request, "campaign/home/deadlines.html", context)


def _propose(request: HttpRequest) -> HttpResponseRedirect:
    polling_day = CampaignDetails.objects.current().polling_day
    if polling_day is None:
        messages.error(request, "set polling day first.")
        return redirect("details")
    moved = acts.propose(polling_day=polling_day, actor=request.user, at=now())
    messages.success(request, f"{moved} deadlines worked out from {polling_day:%-d %B %Y}. Check each, then confirm.")
    return redirect("deadlines")


@transaction.atomic
def _enter(request: HttpRequest, forms: "BaseModelFormSet[Deadline, DeadlineForm]") -> HttpResponseRedirect:
    changed = [form for form in forms if form.has_changed()]
    for form in changed:
        acts.enter(
            deadline=form.instance,
            due_at=form.cleaned_data["due_at"],
            confirmed=form.cleaned_data["confirmed"],
            actor=request.user,
            at=now(),
        )
    messages.success(request, f"Saved; {len(changed)} changed." if changed else "Nothing was changed.")
    return redirect("deadlines")
