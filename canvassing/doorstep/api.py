"""The doorstep API: what phones call. Every call but `redeem` is opened by a walk's token alone, never by a cookie."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, Concatenate, ParamSpec
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, URLResolver
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from ninja import NinjaAPI, Query, Router
from ninja.decorators import decorate_view

from campaign.access import Permission, may, open_to_all
from canvassing.allocation.codes import WRONG_CODES_OF_A_USER, CodeError
from canvassing.doorstep import problems, reconcile, register_rules, schemas, tokens
from canvassing.doorstep.authority import Appends, Reads, SignedIn
from canvassing.doorstep.bodies import StrictParser, bounded
from canvassing.doorstep.changes import changes
from canvassing.doorstep.events import Envelope
from canvassing.doorstep.ingest import ingest
from canvassing.doorstep.problems import problem
from canvassing.doorstep.redeem import NotAcknowledged, open_walk
from canvassing.doorstep.tokens import Pass, Wipe
from canvassing.doorstep.verdicts import Result
from canvassing.doorstep.walk_list import walk_list

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def private(view: View[P]) -> View[P]:
    """No cache on the way or in the browser keeps an answer: the phone keeps the walk where it can be wiped."""

    @wraps(view)
    def uncached(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        patch_vary_headers(answer, ["Authorization"])
        return answer

    return uncached


api = NinjaAPI(
    title="Rosette",
    version="1",
    description="What a canvasser's phone calls. The protocol is described in docs/sync_protocol.md.",
    docs_url=None,
    auth=Reads(),
    parser=StrictParser(),
    urls_namespace="api",
)
api.add_decorator(private, mode="view")
problems.explain(api)
doorstep = Router(tags=["doorstep"])

REFUSALS = {401: schemas.ProblemOut, 503: schemas.ProblemOut}
BODY_REFUSALS = dict.fromkeys((400, 413, 415, 422), schemas.ProblemOut)


@doorstep.post(
    "redeem",
    auth=SignedIn(),
    response={
        200: schemas.RedeemOut,
        403: schemas.AcknowledgeOut,
        404: schemas.ProblemOut,
        410: schemas.ProblemOut,
        429: schemas.ProblemOut,
        **REFUSALS,
        **BODY_REFUSALS,
    },
)
@decorate_view(bounded)
def redeem(request: HttpRequest, asked: schemas.RedeemIn) -> HttpResponse | dict[str, Any]:
    """Swap a code for the token of one walk on one phone. The only call that a sign-in opens."""
    user, at, device = request.auth, now(), asked.device or uuid4()  # type: ignore[attr-defined]
    if not may(user, Permission.OPEN_DOORSTEP):
        return problem(403, "not_allowed", "Only canvassers can open a walk. Ask an organiser.")
    if WRONG_CODES_OF_A_USER.reached(str(user.pk)):
        wait = WRONG_CODES_OF_A_USER.within
        return problem(429, "too_many", "Too many wrong codes. Wait ten minutes, then check the letters.", wait=wait)
    try:
        opened = open_walk(user=user, code=asked.code, device=device, acknowledged=asked.acknowledged, at=at)
    except NotAcknowledged:
        return problem(
            403,
            "acknowledge",
            "Before the first walk, please agree to the rules on the electoral register.",
            version=register_rules.VERSION,
            text=register_rules.TEXT,
        )
    except CodeError as error:
        if error.reason == CodeError.Reason.UNKNOWN:
            WRONG_CODES_OF_A_USER.count(str(user.pk))
        raise
    return {
        "token": opened.token,
        "allocation": opened.allocation.pk,
        "device": device,
        "expires_at": opened.allocation.expires_at,
        "append_until": tokens.append_until(opened.allocation.expires_at),
        "server_time": at,
    }


@doorstep.get("walk", response={200: schemas.WalkOut, 304: None, 410: schemas.ProblemOut, **REFUSALS})
@decorate_view(gzip_page)
def walk(request: HttpRequest) -> HttpResponseBase | None:
    """The whole walk. With `If-None-Match`, 304 when nothing on it changed."""
    etag, body = walk_list(_pass(request), at=now())
    answer = HttpResponse(body, content_type="application/json", headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=answer)


@doorstep.post("events", auth=Appends(), response={200: schemas.EventsOut, **REFUSALS, **BODY_REFUSALS})
@decorate_view(bounded)
def events(request: HttpRequest, sent: schemas.EventsIn) -> JsonResponse:
    """Take in 1 to 200 events. The status speaks of the envelope; each item has its own result."""
    token, at = _pass(request), now()
    if sent.device != token.device:
        return problem(422, "bad_envelope", "This token belongs to another device.")
    envelope = Envelope(v=sent.v, device=sent.device, sent_at=sent.sent_at, items=sent.events)
    answer = ingest(token=token, envelope=envelope, at=at)
    return JsonResponse(
        {
            "results": [_told(result) for result in answer.results],
            "have": answer.have,
            "state": answer.state,
            "wipe": answer.wipe,
            "expires_at": token.expires_at,
            "server_time": at,
        }
    )


def _told(result: Result) -> dict[str, Any]:
    """A result as it is sent: a reason and a door only where there is one."""
    told: dict[str, Any] = {"id": result.id, "status": result.status}
    if result.reason is not None:
        told["reason"] = result.reason
    if result.door is not None:
        told["door"] = result.door
    return told


@doorstep.get(
    "changes", response={200: schemas.ChangesOut, 410: schemas.ProblemOut, 422: schemas.ProblemOut, **REFUSALS}
)
def what_changed(request: HttpRequest, since: Annotated[schemas.Moment | None, Query()] = None) -> dict[str, Any]:
    """What was logged at the walk's doors, by whichever phone."""
    return changes(_pass(request), since=since, at=now())


@doorstep.get("state", auth=Appends(), response={200: schemas.StateOut, **REFUSALS})
def state(request: HttpRequest) -> dict[str, Any]:
    """Where the walk stands, also after its end."""
    token, at = _pass(request), now()
    return {**_standing(token, at), "expires_at": token.expires_at, "append_until": token.append_until}


@doorstep.post("close", auth=Appends(), response={200: schemas.CloseOut, **REFUSALS, **BODY_REFUSALS})
@decorate_view(bounded)
def close(request: HttpRequest, claimed: schemas.CloseIn) -> dict[str, Any]:
    """Whether the server holds every event of this phone. Only then may the phone delete what it sent."""
    token, at = _pass(request), now()
    ids = reconcile.ids_of(token.device)
    complete = len(ids) == claimed.count and reconcile.digest(ids) == claimed.digest
    standing = _standing(token, at) | {"have": len(ids)}
    return {**standing, "complete": complete, **({"wipe": Wipe.ALL} if complete else {})}


def _standing(token: Pass, at: datetime) -> dict[str, Any]:
    return {
        "have": reconcile.have(token.device),
        "state": token.state(at),
        "wipe": token.wipe(at),
        "server_time": at,
    }


def _pass(request: HttpRequest) -> Pass:
    found: Pass = request.auth  # type: ignore[attr-defined]
    return found


def _opened(patterns: list[URLResolver | URLPattern]) -> list[URLResolver | URLPattern]:
    """Let the sign-in page stand aside: the token decides, or for `redeem` the API itself; it answers in JSON."""
    for pattern in patterns:
        open_to_all(pattern.callback)  # type: ignore[arg-type]
    return patterns


api.add_router("doorstep/v1/", doorstep)
patterns, app_name, namespace = api.urls
urls = (_opened(patterns), app_name, namespace)
