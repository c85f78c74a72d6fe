"""Everything is closed unless opened; whoever must sign in first comes back to a page, never to a form's address."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


class SignInFirst(LoginRequiredMiddleware):
    """Django's middleware, for a session that ran out on an open page.

    The address of a form takes POST only, so after signing in it would answer a GET with an empty 405: one goes back
    to the page the form stood on. A live part of a page must not be filled with the sign-in page: the page goes there.
    """

    def handle_no_permission(  # type: ignore[override] # htmx's redirect is none of Django's
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        live = getattr(request, "htmx", False)
        if request.method in {"GET", "HEAD"} and not live:
            return super().handle_no_permission(request, view_func)
        to_sign_in = redirect_to_login(_page_of(request), str(self.get_login_url(view_func)))
        return HttpResponseClientRedirect(to_sign_in.url) if live else to_sign_in


def _page_of(request: HttpRequest) -> str:
    """The page of ours that the request was made from; the first page of whoever signs in where nothing tells."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return "/start/"
    found = urlsplit(page)
    return f"{found.path}?{found.query}" if found.query else found.path
