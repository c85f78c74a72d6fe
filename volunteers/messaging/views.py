"""Pages of messages: what is owed, stuck and failed; what each kind says; and the one that stops a kind."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.access import Permission, needs, open_to_all
from campaign.details.models import CampaignDetails
from campaign.foundation.signed_links import read
from volunteers.messaging import again, consents, letters, rendering, wordings
from volunteers.messaging.composing import Composed
from volunteers.messaging.default_wordings import DEFAULTS, Text
from volunteers.messaging.forms import WordingForm
from volunteers.messaging.kinds import KINDS, Kind
from volunteers.messaging.models import Message, Wording
from volunteers.people.models import Volunteer
from volunteers.people.presence import user_of

A_PAGE = 30
SHOWS = {"owed": "Owed", "stuck": "Stuck", "failed": "Failed", "skipped": "Not sent", "sent": "Sent"}


@require_safe
@needs(Permission.SEE_MESSAGES)
def outbox(request: HttpRequest) -> HttpResponse:
    """What is owed, does not get through, or failed. No address and no text: kind, moment and what went wrong."""
    at, show = now(), request.GET.get("show", "owed")
    within = Message.objects.within(user_of(request).ward_ids)
    show = show if show in SHOWS else "owed"
    rows = {
        "owed": within.owed(at).order_by("due_at", "pk"),
        "stuck": within.stuck(at).order_by("due_at", "pk"),
        "failed": within.failed().newest_first(),
        "skipped": within.filter(state=Message.State.SKIPPED).newest_first(),
        "sent": within.filter(state=Message.State.SENT).newest_first(),
    }[show]
    page = Paginator(rows.select_related("volunteer"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "show": show, "shows": SHOWS, "kept": f"show={show}&",
        "failed": within.failed().count(), "owed": within.owed(at).count(),
        "stuck": within.stuck(at).count(),
    }  # fmt: skip
    return render(request, "volunteers/messaging/outbox.html", context)


@require_POST
@needs(Permission.SEE_MESSAGES)
def try_again(request: HttpRequest) -> HttpResponse:
    """Try the chosen ones again, or all that failed."""
    within = Message.objects.within(user_of(request).ward_ids)
    if "all" in request.POST:
        chosen = list(within.failed().values_list("pk", flat=True))
    else:
        chosen = [int(pk) for pk in request.POST.getlist("message") if pk.isdecimal() and len(pk) < 19]
    mine = list(within.filter(pk__in=chosen).values_list("pk", flat=True))
    tried = again.try_again(message_ids=mine, by=user_of(request), at=now())
    messages.success(request, f"{tried} to be tried again now.")
    if tried < len(chosen):
        messages.info(request, f"{len(chosen) - tried} stay as they are: gone by now, or too late to be of use.")
    return redirect("volunteers:outbox")


@require_safe
@needs(Permission.EDIT_WORDINGS)
def wording_list(request: HttpRequest) -> HttpResponse:
    """Every kind of message there is, and whether its words are the campaign's own."""
    own = set(Wording.objects.values_list("kind", flat=True))
    kinds = [(kind, kind.name in own) for kind in KINDS.values()]
    return render(request, "volunteers/messaging/wordings.html", {"kinds": kinds})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_WORDINGS)
def wording(request: HttpRequest, name: str) -> HttpResponse:
    """What one kind says: changed, previewed, or set back."""
    kind = KINDS.get(name)
    if kind is None:
        raise Http404
    if "reset" in request.POST:
        wordings.reset(kind=kind, by=user_of(request), at=now())
        messages.success(request, "The default words stand again.")
        return redirect("volunteers:wording", name)
    now_said = letters.wording_of(name)
    initial = {"subject": now_said.subject, "body": now_said.body, "sms": now_said.sms}
    form = WordingForm(request.POST or None, kind=kind, initial=initial)
    if request.method == "POST" and form.is_valid() and "save" in request.POST:
        wordings.save(kind=kind, text=_text(form), by=user_of(request), at=now())
        messages.success(request, "Saved. Messages say this from now on.")
        return redirect("volunteers:wording", name)
    shown = _text(form) if form.is_bound and form.is_valid() else now_said
    context = {"form": form, "kind": kind, "preview": _preview(kind, shown), "default": now_said == DEFAULTS[name]}
    return render(request, "volunteers/messaging/wording.html", context)


def _text(form: WordingForm) -> Text:
    return Text(form.cleaned_data["subject"], form.cleaned_data["body"], form.cleaned_data.get("sms", ""))


def _preview(kind: Kind, text: Text) -> dict[str, object]:
    """How it would read, with invented facts."""
    facts = rendering.samples(kind)
    plain, _ = letters.bodies(kind, text, Composed(facts), details=CampaignDetails.objects.current(), stop="")
    return {
        "subject": rendering.line(text.subject, facts),
        "blocks": list(rendering.blocks(kind, text.body, facts)),
        "plain": plain,
        "sms": rendering.line(text.sms, facts),
    }


@csrf_exempt  # mail programs post here without a cookie, as RFC 8058 says; the signed address is the permission
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def stop(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """One button, and one POST from the mail program: no more messages of this kind, nor by text message instead."""
    kind, key = KINDS.get(name), read(f"stop {name}", token)
    # A message may be older than the merging of two entries into one.
    known = Volunteer.objects.present().filter(Q(pk=key or 0) | Q(merged=key or 0))
    volunteer = known.distinct().order_by("pk").first()
    if kind is None or not kind.can_stop or volunteer is None:
        return render(request, "parts/_dead_link.html", status=410)
    stopped = request.method == "POST"
    if stopped:
        for channel in kind.channels:
            consents.stop(volunteer=volunteer, kind=name, channel=channel, at=now())
    return render(request, "volunteers/messaging/stop.html", {"kind": kind, "stopped": stopped})
