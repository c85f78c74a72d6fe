"""The review queue: what an import could not decide, both sides beside each other, answered by a press."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaign.access import Permission, needs
from campaign.acts.settle_review import ANSWERS, ReviewError, settle_review
from campaign.audit import trail
from canvassing.doorstep.models import Contact
from canvassing.electorate.models import Elector, Household
from canvassing.register.models import ReviewItem
from volunteers.people.presence import user_of

A_PAGE = 20
Kind, Answer = ReviewItem.Kind, ReviewItem.Answer
WORDS = {
    (Kind.SAME_PERSON, Answer.SAME): "One person",
    (Kind.SAME_PERSON, Answer.DIFFERENT): "Two people",
    (Kind.NAMESAKES, Answer.SAME): "Right as it is",
    (Kind.NAMESAKES, Answer.SWAP): "The other way round",
    (Kind.SAME_DOOR, Answer.SAME): "One door",
    (Kind.SAME_DOOR, Answer.DIFFERENT): "Two doors",
    (Kind.UNMATCHED, Answer.SEEN): "Seen",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two rows in question: which it is, who, at which door, and how often something was logged there."""

    title: str
    who: str
    door: int | None
    where: str
    logged: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is asked."""

    item: ReviewItem
    sides: list[Side]
    buttons: list[tuple[str, str]]


@require_safe
@needs(Permission.IMPORT_REGISTER)
@never_cache
def review(request: HttpRequest) -> HttpResponse:
    """Open questions, surest first; that they were looked at is written in the trail."""
    page = Paginator(_open(), A_PAGE).get_page(request.GET.get("page"))
    questions = [_asked(item) for item in page]
    if questions:
        facts = {"questions": len(questions)}
        trail.record(act="review looked at", actor=user_of(request), at=now(), facts=facts)
    return render(request, "campaign/home/review.html", {"page": page, "questions": questions})


@require_POST
@needs(Permission.IMPORT_REGISTER)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one answer."""
    item = get_object_or_404(ReviewItem, pk=pk)
    try:
        settle_review(item=item, answer=request.POST.get("answer", ""), by=user_of(request), at=now())
        messages.success(request, "Answered.")
    except ReviewError as error:
        messages.error(request, str(error))
    return redirect("review")


def _open() -> QuerySet[ReviewItem, Any]:
    rows = ReviewItem.objects.open().surest_first()
    return rows.select_related(
        "polling_district",
        "household__street",
        "other_household__street",
        "elector__household__street",
        "other_elector__household__street",
    ).annotate(
        logged=_logged("household", "household"),
        logged_other=_logged("household", "other_household"),
        heard=_logged("elector", "elector"),
        heard_other=_logged("elector", "other_elector"),
    )


def _logged(about: str, side: str) -> Coalesce:
    rows = Contact.objects.filter(**{about: OuterRef(side)}).order_by().values(about).annotate(n=Count("pk"))
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)


def _asked(item: Any) -> Question:
    kind = Kind(item.kind)
    sides = [
        _side("Known before", item.elector, item.household, item.heard or item.logged),
        _side("In the register now", item.other_elector, item.other_household, item.heard_other or item.logged_other),
    ]
    buttons = [(answer.value, WORDS[kind, answer]) for answer in ANSWERS[kind]]
    return Question(item, [side for side in sides if side.who or side.where], buttons)


def _side(title: str, elector: Elector | None, household: Household | None, logged: int) -> Side:
    door = elector.household if elector is not None and elector.household is not None else household
    if door is None:
        return Side(title, _who(elector), None, "", logged)
    return Side(title, _who(elector), door.pk, f"{door.label}, {door.street}", logged)


def _who(elector: Elector | None) -> str:
    if elector is None:
        return ""
    number = "/".join(filter(None, (elector.number, elector.suffix)))
    gone = ", gone" if elector.gone_at else ""
    return f"{elector.forename} {elector.surname}, number {number}{gone}".strip()
