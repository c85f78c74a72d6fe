"""How the API says no: a status, a reason for the phone and a sentence for the person."""

import logging
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from canvassing.allocation.codes import CodeError
from canvassing.doorstep.tokens import UNKNOWN, TokenError, Wipe

A_MOMENT = timedelta(seconds=5)
logger = logging.getLogger(__name__)


def problem(status: int, reason: str, message: str, *, wait: timedelta | None = None, **more: Any) -> JsonResponse:
    """One refusal, with the server's clock, which a phone may need to see why; `wait` goes into Retry-After."""
    answer = JsonResponse({"reason": reason, "message": message, **more, "server_time": now()}, status=status)
    if wait is not None:
        answer["Retry-After"] = str(int(wait.total_seconds()))
    return answer


def explain(api: NinjaAPI) -> None:
    """Make every error of `api` speak in this form."""
    api.add_exception_handler(TokenError, _token)
    api.add_exception_handler(CodeError, _code)
    api.add_exception_handler(AuthenticationError, _nobody)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(ValidationError, _envelope)
    api.add_exception_handler(OperationalError, _busy)
    api.add_exception_handler(InterfaceError, _busy)


def _token(request: HttpRequest, error: Any) -> JsonResponse:
    status = 410 if error.over else 401
    return problem(status, error.reason, str(error), wipe=error.wipe)


def _code(request: HttpRequest, error: Any) -> JsonResponse:
    return problem(404 if error.reason == CodeError.Reason.UNKNOWN else 410, error.reason, str(error))


def _nobody(request: HttpRequest, error: Any) -> JsonResponse:
    return problem(401, "unknown", UNKNOWN, wipe=Wipe.NONE)


def _http(request: HttpRequest, error: Any) -> JsonResponse:
    if error.status_code == 400:
        return problem(400, "unreadable", "This is not JSON as we know it.")
    return problem(error.status_code, "refused", str(error))


def _envelope(request: HttpRequest, error: Any) -> JsonResponse:
    """Names the fields that are wrong, never what stood in them."""
    wrong = {".".join(str(part) for part in one["loc"][2:]) or "body" for one in error.errors}
    return problem(422, "bad_envelope", f"These fields are not as they should be: {', '.join(sorted(wrong))}.")


def _busy(request: HttpRequest, error: Any) -> JsonResponse:
    """The database does not answer. The phone keeps what it has and asks again."""
    logger.error("the database does not answer: %s", type(error).__name__)
    return problem(503, "busy", "The server is busy. Everything stays on this phone until it was sent.", wait=A_MOMENT)
