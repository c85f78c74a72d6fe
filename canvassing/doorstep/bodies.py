"""What a request may carry: plain JSON of a bounded size, and no value that only Python calls JSON."""

import json
import math
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponseBase
from ninja.parser import Parser

from canvassing.doorstep.problems import problem

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

MOST_BYTES = 256 * 1024  # our own client sends 64 kB at most


class StrictParser(Parser):
    """JSON as RFC 8259 has it: NaN and numbers beyond a double, which PostgreSQL refuses too, are no JSON."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        parsed = json.loads(request.body, parse_constant=_not_json, parse_float=_finite)
        return cast("dict[str, Any]", parsed)


def bounded(view: View[P]) -> View[P]:
    """Refuse a body that is compressed, or too large, before reading it: a few kilobytes of gzip can hold gigabytes."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return problem(415, "compressed", "Send the body as plain JSON, not compressed.")
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return problem(413, "too_large", "Send fewer events at once: 256 kB at most.")
        return view(request, *args, **kwargs)

    return guarded


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond what a double holds")
    return number
