"""One door: who is registered there, who was, what was logged at it, who wants no more contact."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from canvassing.doorstep.fold import Logged, standing
from canvassing.doorstep.models import Contact
from canvassing.doorstep.outcomes import Outcome
from canvassing.electorate.models import AbsentVote, Elector, Household, Objection
from canvassing.insight.street_doors import Holder, holders

CONTACTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody registered at the door, or who was. `too_young` is whoever reaches voting age after polling day."""

    pk: int
    name: str
    number: str
    marker: str
    may_vote: bool
    absent_vote: str
    attains_on: date | None
    too_young: bool
    reached_at: datetime | None
    gone_at: datetime | None
    objects_since: datetime | None


@dataclass(frozen=True, slots=True)
class ContactLine:
    """What was logged: when, what, by whom, and with whom where it names somebody."""

    at: datetime
    outcome: str
    by: str
    spoke_with: str


@dataclass(frozen=True, slots=True)
class DoorSheet:
    """Everything the door's page shows. Three statements."""

    door: Household
    people: list[PersonLine]
    gone: list[PersonLine]
    contacts: list[ContactLine]
    more_contacts: int
    objects_since: datetime | None
    holders: list[Holder]


def doors(ward_ids: Collection[int] | None) -> QuerySet[Household, Any]:
    """Doors within these wards with everything about them that `sheet` shows; in any for None."""
    related = Household.objects.within(ward_ids).select_related("street__polling_district", "state")
    return related.annotate(objects_since=_since(household=OuterRef("pk"), elector=None))


def sheet(door: Any, *, polling_day: date | None, at: datetime) -> DoorSheet:
    """What is known of one of `doors`."""
    rows = (
        Elector.objects.filter(household=door)
        .select_related("absent_vote", "state", "polling_district")
        .annotate(objects_since=_since(elector=OuterRef("pk")))
    )
    people = [_person(row, polling_day) for row in rows.order_by("surname", "forename", "pk")]
    contacts = _contacts(door, {person.pk: person.name for person in people})
    return DoorSheet(
        door=door,
        people=[person for person in people if person.gone_at is None],
        gone=[person for person in people if person.gone_at is not None],
        contacts=contacts[:CONTACTS_SHOWN],
        more_contacts=max(len(contacts) - CONTACTS_SHOWN, 0),
        objects_since=door.objects_since,
        holders=holders([door.pk], at=at).get(door.pk, []),
    )


def number_of(elector: Elector) -> str:
    """The elector number as it is read out: "AD-203", "AD-203/1"."""
    suffix = f"/{elector.suffix}" if elector.suffix else ""
    return f"{elector.polling_district}-{elector.number}{suffix}"


def name_of(elector: Elector) -> str:
    if elector.anonymous:
        return "Anonymous entry"
    return f"{elector.forename} {elector.surname}".strip() or "No name"


def _person(elector: Any, polling_day: date | None) -> PersonLine:
    attains = elector.attains_on
    absent = getattr(elector, "absent_vote", None)
    state = getattr(elector, "state", None)
    return PersonLine(
        pk=elector.pk,
        name=name_of(elector),
        number=number_of(elector),
        marker=elector.marker,
        may_vote=elector.may_vote,
        absent_vote=AbsentVote.Kind(absent.kind).label if absent else "",
        attains_on=attains,
        too_young=bool(attains and polling_day and attains > polling_day),
        reached_at=state.reached_at if state else None,
        gone_at=elector.gone_at,
        objects_since=elector.objects_since,
    )


def _since(**whose: OuterRef | None) -> Subquery:
    """Since when somebody, or a whole door, wants no more contact."""
    return Subquery(Objection.objects.standing().filter(**whose).order_by("made_at").values("made_at")[:1])


def _contacts(door: Household, names: dict[int, str]) -> list[ContactLine]:
    """What stands of what was logged at `door` and at doors that became part of it, newest first."""
    rows = Contact.objects.filter(Q(household=door) | Q(household__merged_into=door)).select_related("volunteer")
    by_id = {row.pk: row for row in rows.defer("opinions")}
    events = (_logged(row, door) for row in by_id.values())
    found = [_contact(by_id[event.id], names) for event in standing(events)]
    return found[::-1]


def _logged(row: Contact, door: Household) -> Logged:
    return Logged(
        row.pk, door.pk, row.elector_id, row.allocation_id, row.kind, row.root, row.rank, row.outcome,
        row.happened_at, row.device, row.seq,
    )  # fmt: skip


def _contact(row: Contact, names: dict[int, str]) -> ContactLine:
    by = (row.volunteer and row.volunteer.known_as) or "somebody who has left"
    person = names.get(row.elector_id, "") if row.elector_id else ""
    return ContactLine(row.happened_at, Outcome(row.outcome).label, by, person)
