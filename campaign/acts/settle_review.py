"""Answers to what an import could not decide: one person or two, which of two namesakes, one door or two."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaign.acts.by_hand import DoorError, begin, bring_up_to_date
from campaign.acts.merge_doors import join, make_ready
from campaign.acts.move_door import exchange_places
from campaign.audit import trail
from canvassing.doorstep.models import Contact
from canvassing.electorate.models import AbsentVote, Elector, Household, Objection
from canvassing.register.models import ReviewItem
from volunteers.people.models import User

Kind, Answer = ReviewItem.Kind, ReviewItem.Answer
ANSWERS = {
    Kind.SAME_PERSON: (Answer.SAME, Answer.DIFFERENT),
    Kind.NAMESAKES: (Answer.SAME, Answer.SWAP),
    Kind.SAME_DOOR: (Answer.SAME, Answer.DIFFERENT),
    Kind.UNMATCHED: (Answer.SEEN,),
}
# What the register says of somebody, and where: all that is not ours.
DETAILS = (
    "polling_district_id", "household_id", "printed_household_id", "edition", "number", "suffix", "surname",
    "forename", "name_key", "marker", "attains_on", "may_vote",
)  # fmt: skip
CHANGED = "The register has changed since this was asked, so the answer no longer fits. Nothing was done."


class ReviewError(Exception):
    """Why an answer cannot be taken, in a sentence for whoever gave it."""


@transaction.atomic
def settle_review(*, item: ReviewItem, answer: str, by: User | None, at: datetime) -> ReviewItem:
    """Answer a question of an import and do what follows from it; the same answer twice does nothing more.

    Raises ReviewError when the answer does not fit the question, another was given before, the rows are no longer
    what the question was about, or the doors cannot become one just now.
    """
    try:
        begin(_districts(item))
    except DoorError as error:
        raise ReviewError(str(error)) from error
    item = ReviewItem.objects.select_for_update().get(pk=item.pk)
    if answer not in ANSWERS[Kind(item.kind)]:
        raise ReviewError("That is no answer to this question.")
    if item.settled_at is not None:
        if item.answer == answer:
            return item
        raise ReviewError(f"Somebody has answered this already: {item.get_answer_display().lower()}.")
    act = ACTS.get((Kind(item.kind), Answer(answer)))
    if act is not None:
        act(item, at)
    item.settled_at, item.settled_by, item.answer = at, by, Answer(answer)
    item.save(update_fields=["settled_at", "settled_by", "answer"])
    facts = {"kind": item.kind, "answer": item.answer}
    trail.record(act="review answered", actor=by, at=at, subject=f"review:{item.pk}", facts=facts)
    return item


def _districts(item: ReviewItem) -> set[int]:
    doors = Household.objects.filter(pk__in=[item.household_id or 0, item.other_household_id or 0])
    return set(doors.values_list("street__polling_district", flat=True))


def _same_person(item: ReviewItem, at: datetime) -> None:
    """The row known before becomes the living one, as the register has it now; the file's own row leads to it."""
    before, now = _electors(item)
    if before.gone_at is None or now.gone_at is not None or now.anonymous:
        raise ReviewError(CHANGED)
    details = _details(now)
    touched = _doors_of(before, now)
    left = {before.polling_district_id, now.polling_district_id}
    Elector.objects.filter(pk=now.pk).update(gone_at=at)
    Elector.objects.filter(Q(pk=now.pk) | Q(merged_into=now)).update(merged_into=before)
    Elector.objects.filter(pk=before.pk).update(**details, anonymous=False, gone_at=None)
    Objection.objects.filter(elector=now).update(elector=before)
    AbsentVote.objects.filter(elector=before).delete()
    AbsentVote.objects.filter(elector=now).update(elector=before)
    bring_up_to_date(doors=touched, people={before.pk, now.pk}, districts=left, at=at)


def _swap(item: ReviewItem, at: datetime) -> None:
    """Two people exchange what the register says of them, their numbers included, and which of them has gone."""
    one, other = _electors(item)
    if one.gone_at is not None or (other.gone_at is not None and one.household_id != other.household_id):
        raise ReviewError(CHANGED)
    touched = _doors_of(one, other)
    left = {one.polling_district_id, other.polling_district_id}
    votes = {vote.elector_id: vote.kind for vote in AbsentVote.objects.filter(elector__in=[one, other])}
    # A number has one living elector at any moment, so one of the two steps aside first.
    Elector.objects.filter(pk=one.pk).update(gone_at=at)
    Elector.objects.filter(pk=other.pk).update(**_details(one), gone_at=None)
    Elector.objects.filter(pk=one.pk).update(**_details(other), gone_at=other.gone_at)
    AbsentVote.objects.filter(elector__in=[one, other]).delete()
    theirs = {one.pk: other.pk, other.pk: one.pk}
    AbsentVote.objects.bulk_create(AbsentVote(elector_id=theirs[pk], kind=kind) for pk, kind in sorted(votes.items()))
    bring_up_to_date(doors=touched, people={one.pk, other.pk}, districts=left, at=at)


def _same_door(item: ReviewItem, at: datetime) -> None:
    """The row with a history stays, at the register's address; the other leads to it from the address known before."""
    rows = Household.objects.in_bulk([item.household_id or 0, item.other_household_id or 0])
    known, printed = rows.get(item.household_id or 0), rows.get(item.other_household_id or 0)
    if known is None or printed is None:
        raise ReviewError(CHANGED)
    if (known.merged_into_id or known.pk) == (printed.merged_into_id or printed.pk):
        return  # somebody has made them one by hand
    if known.merged_into_id or printed.merged_into_id:
        raise ReviewError(CHANGED)
    keep, other = (printed, known) if _is_older(printed, known) else (known, printed)
    try:
        make_ready(doors={keep.pk, other.pk}, pairs=[(keep, other)], at=at)
        join(keep=keep, other=other)
    except DoorError as error:
        raise ReviewError(str(error)) from error
    left = {keep.street.polling_district_id, other.street.polling_district_id}
    if keep.pk == known.pk:
        exchange_places(keep, other)
    bring_up_to_date(doors={keep.pk, other.pk}, districts=left, at=at)


def _is_older(one: Household, other: Household) -> bool:
    """Whether `one` has the history: contacts first, then the smaller key."""
    with_contacts = set(Contact.objects.filter(household__in=[one, other]).values_list("household", flat=True))
    return (one.pk not in with_contacts, one.pk) < (other.pk not in with_contacts, other.pk)


def _electors(item: ReviewItem) -> tuple[Elector, Elector]:
    """The two people of a question. Raises ReviewError when one is no longer a person of its own."""
    rows = Elector.objects.filter(merged_into=None).in_bulk([item.elector_id or 0, item.other_elector_id or 0])
    if len(rows) != 2:
        raise ReviewError(CHANGED)
    return rows[item.elector_id or 0], rows[item.other_elector_id or 0]


def _details(elector: Elector) -> dict[str, object]:
    return {name: getattr(elector, name) for name in DETAILS}


def _doors_of(*people: Elector) -> set[int]:
    """Where they live and where they were met: the doors whose phones must wait."""
    lived = {pk for person in people for pk in (person.household_id,) if pk}
    rows = Elector.objects.filter(Q(pk__in=[one.pk for one in people]) | Q(merged_into__in=people))
    met = Contact.objects.filter(elector__in=list(rows.values_list("pk", flat=True)))
    return lived | {merged or pk for pk, merged in met.values_list("household", "household__merged_into")}


ACTS: dict[tuple[ReviewItem.Kind, ReviewItem.Answer], Callable[[ReviewItem, datetime], None]] = {
    (Kind.SAME_PERSON, Answer.SAME): _same_person,
    (Kind.NAMESAKES, Answer.SWAP): _swap,
    (Kind.SAME_DOOR, Answer.SAME): _same_door,
}
