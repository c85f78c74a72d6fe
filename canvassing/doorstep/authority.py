"""Who may call: a walk's token with one of its two powers, or for `redeem` somebody signed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.timezone import now
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.security.session import SessionAuth

from canvassing.doorstep import tokens
from canvassing.doorstep.tokens import Pass


class Reads(HttpBearer):
    """A token that may see doors: until the walk ends, runs out or is taken back."""

    def authenticate(self, request: HttpRequest, token: str) -> Pass:
        return tokens.look_up(token).check_read(now())


class Appends(HttpBearer):
    """A token that may send what happened: 14 days longer."""

    def authenticate(self, request: HttpRequest, token: str) -> Pass:
        return tokens.look_up(token).check_append(now())


class SignedIn(APIKeyCookie):
    """Somebody signed in, by cookie and therefore with a CSRF token. Who is not signed in hears that first."""

    param_name = SessionAuth.param_name

    def __init__(self) -> None:
        super().__init__(csrf=False)  # ninja's own check renders a page to say no

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            return None
        if _Csrf(HttpResponse).process_view(request, HttpResponse, (), {}) is not None:
            raise HttpError(403, "The form's key is missing. Reload the page and try again.")
        return request.user


class _Csrf(CsrfViewMiddleware):
    """Django's check, for a view that the middleware leaves out. It wants views to be made with, and calls none."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        return HttpResponseForbidden()
