"""The organiser's page of links for posters: what each brought, and its QR code to print."""

import segno
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, needs
from volunteers.people.models import Volunteer
from volunteers.people.presence import user_of
from volunteers.referrals import links
from volunteers.referrals.models import JoinLink

A_PAGE = 30


class SourceForm(forms.Form):
    """Where a poster hangs."""

    source = forms.CharField(label="Where it hangs or goes", max_length=60, help_text="Such as “Station poster”.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PLAN_SESSIONS)
def links_page(request: HttpRequest) -> HttpResponse:
    """Every poster's link with how many joined by it, and the form for another."""
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = links.of_source(source=form.cleaned_data["source"], by=user_of(request), at=now())
        return redirect("volunteers:join-link", made.pk)
    joined = Volunteer.objects.filter(source=OuterRef("source")).values("source").annotate(n=Count("pk")).values("n")
    rows = JoinLink.objects.filter(inviter=None).annotate(
        joined=Coalesce(Subquery(joined, output_field=IntegerField()), 0)
    )
    page = Paginator(rows.order_by("-made_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "volunteers/referrals/links.html", {"form": form, "page": page, "kept": ""})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PLAN_SESSIONS)
def link_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One link with its code to print, and the button that closes it."""
    link = get_object_or_404(JoinLink, pk=pk, inviter=None)
    if request.method == "POST":
        links.close(link=link, by=user_of(request), at=now())
        messages.success(request, "Closed. Who joined by it stays counted.")
        return redirect("volunteers:join-links")
    address = links.address_of(link)
    qr = segno.make(address, error="q", micro=False).svg_data_uri(scale=8, border=4, light="white")
    return render(request, "volunteers/referrals/link.html", {"link": link, "address": address, "qr": qr})
