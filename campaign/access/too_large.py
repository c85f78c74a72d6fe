"""Turns a body away that is larger than anything here needs, before a byte of it is kept."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from campaign.access import Permission, may
from campaign.foundation.unpacking import LARGEST

LARGEST_FORM = 10 << 20
"""Bytes of a body from anybody but those who may send a register."""


def too_large(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, to stand behind the one that says who asks; bodies are read by views, and by what guards them."""

    def answer(request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        size = int(said) if said.isdecimal() else 0
        if size > LARGEST_FORM and (size > LARGEST or not may(request.user, Permission.IMPORT_REGISTER)):
            return render(request, "413.html", status=413)
        return get_response(request)

    return answer
