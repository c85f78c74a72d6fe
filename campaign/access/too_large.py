"""Turns a body away that is larger than anything here needs, before a byte of it is kept."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from campaign.foundation.unpacking import LARGEST

ORGANISERS = "/organise/"
LARGEST_FORM = 10 << 20
"""Bytes of a body outside the organisers' pages, where nobody sends a file."""


def too_large(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, to stand before whatever reads the body."""

    def answer(request: HttpRequest) -> HttpResponse:
        most = LARGEST if request.path.startswith(ORGANISERS) else LARGEST_FORM
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdecimal() and int(said) > most:
            return render(request, "413.html", status=413)
        return get_response(request)

    return answer
