"""Answers to what an import could not decide: done once, undone never, refused when the register has moved on."""

from typing import Any

import pytest
from django.db import transaction

from campaign.acts.merge_doors import merge_doors
from campaign.acts.settle_review import ReviewError, settle_review
from campaign.audit.models import AuditEvent
from canvassing.doorstep.models import Contact
from canvassing.doorstep.rebuild import differences
from canvassing.electorate.models import AbsentVote, Elector, Household, Objection
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day
from canvassing.progress.models import ElectorState, HouseholdState
from canvassing.register import locks
from canvassing.register.models import ReviewItem
from tests.factories.canvassing import AT, AllocationFactory, ElectorFactory, walk_of
from tests.factories.doorstep import Clock, homes, phone_of, phone_on, statuses, totals
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
Kind = ReviewItem.Kind


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def question(kind: str, district: Any, **rows: Any) -> ReviewItem:
    return ReviewItem.objects.create(
        kind=kind, key=f"{kind}:{ReviewItem.objects.count()}", polling_district=district, confidence=80,
        reason="The same first name and number.", found_at=AT, **rows,
    )  # fmt: skip


def answer(item: ReviewItem, what: str) -> ReviewItem:
    return settle_review(item=item, answer=what, by=UserFactory(agent=True), at=AT)


def about_one_person() -> tuple[ReviewItem, Elector, Elector]:
    """Somebody met before she married, gone with the new file, and the row that the file brought."""
    door, other_door, _ = homes(3)
    before = door.electors.get()
    phone = phone_on(door, other_door)
    phone.send(phone.contact(door, "answered", person=before))
    Elector.objects.filter(pk=before.pk).update(gone_at=AT)
    now = ElectorFactory(household=other_door, number="7007", surname="Married", marker="G")
    phone.send(phone.contact(other_door, "answered", person=now))
    _settle(door)
    before.refresh_from_db()
    return question(Kind.SAME_PERSON, before.polling_district, elector=before, other_elector=now), before, now


def _settle(door: Household) -> None:
    district = [door.street.polling_district_id]
    states.refresh_standing(district)
    deltas.settle(districts=district, day=london_day(AT))


# One person or two


def test_one_person_is_the_row_known_before_with_the_details_of_the_register() -> None:
    item, before, now = about_one_person()
    AbsentVote.objects.create(elector=now, kind="postal")
    Objection.objects.create(elector=now, household=now.household, address_hash=b"x" * 32, made_at=AT)
    answer(item, "same")
    old_door, new_door = before.household, now.household
    before.refresh_from_db()
    now.refresh_from_db()
    assert (before.number, before.surname, before.marker, before.household) == ("7007", "Married", "G", new_door)
    assert (before.gone_at, now.gone_at, now.merged_into) == (None, AT, before)
    assert (AbsentVote.objects.get().elector, Objection.objects.get().elector) == (before, before)
    assert ElectorState.objects.get(elector=before).conversations == 2
    assert ElectorState.objects.get(elector=now).conversations == 0
    assert set(Contact.objects.values_list("elector", flat=True)) == {before.pk, now.pk}, "contacts stay as logged"
    assert not HouseholdState.objects.get(household=old_door).standing
    assert totals(before.polling_district)["electors_reached"] == 1
    assert differences() == []
    item.refresh_from_db()
    assert (item.answer, item.settled_at) == ("same", AT)
    assert AuditEvent.objects.get(act="review answered").facts == {"kind": "same_person", "answer": "same"}


def test_a_phone_that_lists_the_row_of_the_file_goes_on() -> None:
    item, before, now = about_one_person()
    phone = phone_of(Contact.objects.order_by("pk")[0].allocation)
    answer(item, "same")
    assert statuses(phone.send(phone.contact(now.household, "answered", person=now))) == ["accepted"]
    state = ElectorState.objects.get(elector=before)
    assert (state.conversations, differences()) == (3, [])


def test_two_people_stay_two() -> None:
    item, before, now = about_one_person()
    answer(item, "different")
    before.refresh_from_db()
    now.refresh_from_db()
    assert (before.gone_at, now.merged_into, differences()) == (AT, None, [])


def test_rows_merged_before_lead_to_the_one_that_stays() -> None:
    item, before, now = about_one_person()
    earlier = ElectorFactory(household=now.household, gone=True, merged_into=now)
    answer(item, "same")
    assert set(Elector.objects.filter(merged_into=before)) == {now, earlier}
    assert differences() == []


@pytest.mark.parametrize("change", ["came back", "is gone", "is merged", "is anonymous"])
def test_what_is_no_longer_so_is_refused(change: str) -> None:
    item, before, now = about_one_person()
    rows = Elector.objects.filter(pk=before.pk if change == "came back" else now.pk)
    rows.update(**{
        "came back": {"gone_at": None},
        "is gone": {"gone_at": AT},
        "is merged": {"gone_at": AT, "merged_into": before},
        "is anonymous": {"anonymous": True, "household": None, "surname": "", "forename": ""},
    }[change])  # fmt: skip
    with pytest.raises(ReviewError, match="The register has changed"):
        answer(item, "same")
    item.refresh_from_db()
    assert (item.settled_at, item.answer) == (None, "")


# Pressed twice, answered by two


def test_the_same_answer_twice_does_nothing_more_and_another_one_is_refused() -> None:
    item, *_ = about_one_person()
    answer(item, "same")
    answer(item, "same")
    assert AuditEvent.objects.filter(act="review answered").count() == 1
    with pytest.raises(ReviewError, match="answered this already: one and the same"):
        answer(item, "different")


@pytest.mark.parametrize("what", ["swap", "seen", "", "perhaps"])
def test_what_is_no_answer_is_refused(what: str) -> None:
    item, *_ = about_one_person()
    with pytest.raises(ReviewError, match="no answer to this question"):
        answer(item, what)


@pytest.mark.django_db(transaction=True)
def test_while_a_register_is_brought_in_no_answer_is_taken() -> None:
    item, *_ = about_one_person()

    def attempt() -> str:
        try:
            return settle_review(item=item, answer="different", by=None, at=AT).answer
        except ReviewError as error:
            return str(error)

    with transaction.atomic():
        assert locks.take(locks.ALL_IMPORTS)
        assert at_once(attempt) == ["A register is being brought in just now. Try again when that has ended."]
    assert at_once(attempt) == ["different"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_differently_at_once_one_is_heard() -> None:
    item, *_ = about_one_person()

    def attempt(what: str) -> str:
        try:
            return settle_review(item=item, answer=what, by=None, at=AT).answer
        except ReviewError:
            return "refused"

    heard = at_once(lambda: attempt("same"), lambda: attempt("different"), lambda: attempt("same"))
    item.refresh_from_db()
    assert set(heard) == {item.answer, "refused"}
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_an_answer_while_phones_send_about_both_rows_loses_no_conversation() -> None:
    item, before, now = about_one_person()
    allocation = Contact.objects.order_by("pk")[0].allocation
    phones = [phone_of(allocation) for _ in range(4)]

    def send(mine: Any) -> None:
        for _ in range(5):
            sent = mine.send(mine.contact(now.household, "answered", person=now), mine.contact(before.household))
            assert set(statuses(sent)) == {"accepted"}

    at_once(*[lambda one=one: send(one) for one in phones], lambda: answer(item, "same") and None)
    assert ElectorState.objects.get(elector=before).conversations == 22
    assert differences() == []


# Two of one name


def two_of_a_name() -> tuple[ReviewItem, Elector, Elector]:
    door, *_ = homes(2)
    father = door.electors.get()
    Elector.objects.filter(pk=father.pk).update(number="8008", forename="John", marker="G")
    son = ElectorFactory(household=door, number="9009", forename="John", attains_on=AT.date())
    AbsentVote.objects.create(elector=son, kind="proxy")
    _settle(door)
    father.refresh_from_db()
    return question(Kind.NAMESAKES, father.polling_district, elector=father, other_elector=son), father, son


def test_the_other_way_round_two_people_exchange_what_the_register_says() -> None:
    item, father, son = two_of_a_name()
    answer(item, "swap")
    father.refresh_from_db()
    son.refresh_from_db()
    assert (father.number, father.attains_on, father.marker) == ("9009", AT.date(), "")
    assert (son.number, son.attains_on, son.marker) == ("8008", None, "G")
    assert (father.gone_at, son.gone_at) == (None, None)
    assert AbsentVote.objects.get().elector == father
    assert differences() == []


def test_right_as_it_is_changes_nothing() -> None:
    item, father, _ = two_of_a_name()
    answer(item, "same")
    father.refresh_from_db()
    assert father.number == "8008"


def test_a_swap_is_refused_when_one_has_gone() -> None:
    item, father, _ = two_of_a_name()
    Elector.objects.filter(pk=father.pk).update(gone_at=AT)
    with pytest.raises(ReviewError, match="The register has changed"):
        answer(item, "swap")


# One door or two


def about_one_door() -> tuple[ReviewItem, Household, Household]:
    """A door found on the doorstep, and the one that the register then printed."""
    known, printed, _ = homes(3)
    Elector.objects.filter(household=known).update(household=printed)
    Household.objects.filter(pk=known.pk).update(origin="door", label="Flat A", address_key="flat-a")
    _settle(known)
    item = question(Kind.SAME_DOOR, known.street.polling_district, household=known, other_household=printed)
    for door in (known, printed):
        door.refresh_from_db()
    return item, known, printed


@pytest.mark.parametrize("history", ["known", "printed", "none"])
def test_one_door_has_the_registers_address_and_the_row_with_the_history_stays(history: str) -> None:
    item, known, printed = about_one_door()
    phone = phone_on(known, printed)
    if history != "none":
        phone.send(phone.contact({"known": known, "printed": printed}[history]))
    answer(item, "same")
    stays, goes = (printed, known) if history == "printed" else (known, printed)
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (goes.merged_into, stays.merged_into) == (stays, None)
    assert (stays.label, goes.label) == ("2", "Flat A")
    assert Elector.objects.filter(household=stays).count() == 2
    assert HouseholdState.objects.get(household=stays).attempts == (history != "none")
    assert differences() == []


def test_two_doors_stay_two() -> None:
    item, known, _ = about_one_door()
    answer(item, "different")
    assert Household.objects.filter(merged_into__isnull=False).count() == 0
    assert HouseholdState.objects.get(household=known).standing


def test_doors_made_one_by_hand_meanwhile_are_one_and_those_that_went_elsewhere_are_refused() -> None:
    item, known, printed = about_one_door()
    merge_doors(keep=printed, other=known, by=None, at=AT)
    assert answer(item, "same").answer == "same"
    other, known, printed = about_one_door()
    merge_doors(keep=Household.objects.get(street=known.street, label="3"), other=known, by=None, at=AT)
    with pytest.raises(ReviewError, match="The register has changed"):
        answer(other, "same")


def test_doors_in_two_peoples_hands_are_one_when_one_is_back() -> None:
    item, known, printed = about_one_door()
    for name, door in (("Anna", known), ("Ben", printed)):
        AllocationFactory(walk=walk_of(door), holder=VolunteerFactory(given_name=name))
    with pytest.raises(ReviewError, match="as soon as one of the two walks is back"):
        answer(item, "same")
    item.refresh_from_db()
    assert item.settled_at is None


def test_a_door_that_is_not_there_any_more_is_refused() -> None:
    item, *_ = about_one_door()
    ReviewItem.objects.filter(pk=item.pk).update(household=None)
    with pytest.raises(ReviewError, match="The register has changed"):
        answer(item, "same")


# A change for somebody unknown


def test_what_fits_nobody_is_seen() -> None:
    item = question(Kind.UNMATCHED, homes(1)[0].street.polling_district)
    assert answer(item, "seen").answer == "seen"
