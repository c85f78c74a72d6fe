"""What is kept of an opinion. In tally mode nothing in the database ties one to a door, a person or a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from campaign.details.models import LegalMode
from canvassing.doorstep.models import Contact, HeldEvent, Tally
from canvassing.progress.models import ElectorState
from tests.factories.campaign import CampaignDetailsFactory
from tests.factories.canvassing import AT
from tests.factories.doorstep import Clock, phone_of, phone_on_homes, statuses

pytestmark = pytest.mark.django_db

OPINIONS = {"stands_for": "former_party", "support": "2"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def mode(legal_mode: str) -> None:
    CampaignDetailsFactory(legal_mode=legal_mode)


def tallies() -> dict[tuple[str, str], int]:
    return {(tally.question, tally.answer): tally.count for tally in Tally.objects.all()}


def everything_but_tallies() -> Iterator[str]:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != Tally._meta.db_table:
                cursor.execute(f'SELECT kept::text FROM "{table}" kept')
                yield from (f"{table}: {row[0]}" for row in cursor.fetchall())


def traces(*words: str) -> list[str]:
    return [row for row in everything_but_tallies() if any(word in row for word in words)]


def test_tally_counts_by_district_and_day_and_keeps_nothing_else() -> None:
    mode("tally")
    phone, (first, second, _) = phone_on_homes()
    phone.send(
        phone.contact(first, "answered", person=first.electors.get(), answers=OPINIONS, mode="tally"),
        phone.contact(second, "answered", answers={"support": 2}, mode="tally"),
    )
    assert tallies() == {("stands_for", "former_party"): 1, ("support", "2"): 2}
    counted = Tally.objects.first()
    assert counted is not None
    assert (counted.polling_district, counted.day) == (first.street.polling_district, AT.date())
    assert {contact.legal_mode for contact in Contact.objects.all()} == {"tally"}
    assert ElectorState.objects.get(elector__household=first).conversations == 1
    assert traces("former_party", "stands_for", "support") == []


def test_full_keeps_the_answers_with_the_contact_and_counts_none() -> None:
    mode("full")
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door, "answered", answers=OPINIONS))
    contact = Contact.objects.get()
    assert (contact.opinions, contact.legal_mode) == (OPINIONS, "full")
    assert tallies() == {}


def test_consent_keeps_the_outcome_only_until_there_is_a_consent_to_keep_with_it() -> None:
    mode("consent")
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers=OPINIONS, mode="consent")
    assert statuses(phone.send(event, phone.contact(door, "danced", answers=OPINIONS))) == [
        "accepted",
        "held bad_value",
    ]
    contact = Contact.objects.get()
    assert (contact.outcome, contact.opinions, contact.legal_mode) == ("answered", {}, "consent")
    assert tallies() == {}
    assert traces("former_party") == []


@pytest.mark.parametrize(
    ("at_the_door", "at_receipt", "ruled"),
    [
        ("tally", "full", "tally"),
        ("full", "tally", "tally"),
        ("full", "consent", "consent"),
        ("consent", "full", "consent"),
        ("consent", "tally", "tally"),
        ("full", "full", "full"),
        (None, "full", "tally"),
        ("open", "full", "tally"),
        (["full"], "full", "tally"),
    ],
)
def test_the_stricter_of_the_mode_at_the_door_and_at_receipt_rules(
    at_the_door: Any, at_receipt: str, ruled: str
) -> None:
    mode(at_receipt)
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers=OPINIONS, mode=at_the_door)
    if at_the_door is None:
        del event["mode"]
    assert statuses(phone.send(event)) == ["accepted"]
    contact = Contact.objects.get()
    assert contact.legal_mode == ruled
    assert contact.opinions == (OPINIONS if ruled == "full" else {})
    assert bool(tallies()) == (ruled == "tally")


def test_before_the_agent_chose_a_mode_it_is_tally() -> None:
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door, "answered", answers=OPINIONS))
    assert Contact.objects.get().legal_mode == "tally"


BENT: dict[str, dict[str, Any]] = {
    "bad answer beside a good one": {"answers": OPINIONS | {"support": "99"}},
    "answers in a list": {"answers": ["former_party", OPINIONS]},
    "answers under another name": {"answer": OPINIONS, "outcome": "danced"},
    "answers inside the door": {"door": {"street": "s1", "label": "1", "answers": OPINIONS}},
    "an answer as the outcome": {"outcome": "former_party"},
    "an answer as the door": {"door": "former_party"},
    "an answer as the person": {"person": "former_party"},
    "an answer as the time": {"at": "former_party"},
    "an answer as the mode": {"mode": "former_party", "kind": "visit"},
    "an answer as the kind": {"kind": "former_party"},
    "an answer as the sequence": {"seq": OPINIONS},
    "an answer as the target": {"target": "former_party"},
    "an answer as a name": {"former_party": 1, "outcome": "danced"},
    "answers for a closed door": {"outcome": "no_answer"},
    "a foreign door": {"door": "d999999999"},
    "a person from elsewhere": {"person": "p999999999"},
    "an answer beside a valid event": {"note": "former_party"},
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_in_tally_no_row_keeps_an_opinion_however_the_event_is_bent(bend: dict[str, Any]) -> None:
    mode("tally")
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers=OPINIONS, mode="tally") | bend
    (status,) = statuses(phone.send(event))
    assert traces("former_party", "stands_for", "support") == []
    assert bool(tallies()) == (status == "accepted")


def test_a_held_event_adds_nothing_to_the_tally() -> None:
    mode("tally")
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers=OPINIONS, mode="tally")
    phone.send(event)
    phone.send(event | {"outcome": "answered", "seq": 900})
    assert tallies() == {("stands_for", "former_party"): 1, ("support", "2"): 1}
    assert HeldEvent.objects.get().reason == "id_reused"


def test_a_repeat_adds_nothing_to_the_tally_with_its_answers_or_without() -> None:
    mode("tally")
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers=OPINIONS, mode="tally")
    phone.send(event)
    phone.send(event)
    del event["answers"]
    assert statuses(phone.send(event, event)) == ["accepted", "duplicate"]
    assert tallies() == {("stands_for", "former_party"): 1, ("support", "2"): 1}


def test_the_content_hash_says_nothing_of_an_opinion() -> None:
    mode("tally")
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers=OPINIONS, mode="tally")
    phone.send(event)
    other = phone_of(phone.allocation)
    assert statuses(other.send(event | {"answers": {"support": "5"}})) == ["accepted"]


def test_what_was_counted_stays_counted_after_a_correction_or_an_undo() -> None:
    mode("tally")
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", answers={"support": "2"}, mode="tally")
    phone.send(event, phone.correct(event, "answered", answers={"support": "5"}, mode="tally"))
    phone.send(phone.void(event, mode="tally"))
    assert tallies() == {("support", "2"): 1}


def test_the_database_itself_keeps_opinions_out_of_stricter_modes() -> None:
    mode("tally")
    phone, (door, *_) = phone_on_homes()
    event = phone.contact(door, "answered", mode="tally")
    phone.send(event, phone.contact("d99999", mode="tally"))
    contact = Contact.objects.get()
    contact.pk = contact.root = phone.device
    contact.opinions = OPINIONS
    for legal_mode in (LegalMode.TALLY, LegalMode.CONSENT):
        contact.legal_mode = legal_mode
        with pytest.raises(DatabaseError, match="only_full_mode_keeps_an_opinion"), transaction.atomic():
            contact.save(force_insert=True)
    with pytest.raises(DatabaseError, match="only_full_mode_holds_an_opinion"), transaction.atomic():
        HeldEvent.objects.update(payload={"answers": OPINIONS})


def test_the_dump_sees_every_table() -> None:
    """The search above would prove nothing if a table escaped it."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    assert {model._meta.db_table for model in apps.get_models()} <= there
    mode("full")
    phone, (door, *_) = phone_on_homes()
    phone.send(phone.contact(door, "answered", answers=OPINIONS))
    assert traces("former_party") != []
