"""Editions: which one a file has, who is who across them, and the ways out where a wrong one was taken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from campaign.acts.settle_review import settle_review
from canvassing.doorstep import rebuild
from canvassing.electorate.models import Elector, Household, PollingDistrict
from canvassing.register.models import RegisterImport, ReviewItem
from tests.factories.register import (
    AT,
    EDITION,
    SAMPLE,
    Person,
    as_text,
    bring_in,
    street_of,
    write,
    written_rows,
)

pytestmark = pytest.mark.django_db

NEXT_EDITION = date(2027, 12, 1)
SECOND_OF_DECEMBER = datetime(2027, 12, 2, 12, 0, tzinfo=UTC)
Import = Callable[..., RegisterImport]


@pytest.fixture
def give(tmp_path: Path) -> Import:
    """`give(people)`: import a file of these people and expect it to be done."""

    def give(people: list[Person], **wishes: object) -> RegisterImport:
        record = bring_in(write(tmp_path / "register.tsv", people), **wishes)
        assert record.state == "done", record.report
        return record

    return give


def effects(record: RegisterImport) -> tuple[int, int, int, int]:
    electors = record.report["electors"]
    return electors["added"], electors["changed"], electors["gone"], electors["unchanged"]


def ids() -> dict[str, int]:
    return dict(Elector.objects.living().values_list("number", "pk"))


def renumbered(people: list[Person]) -> list[Person]:
    return [replace(person, number=500 - int(person.number)) for person in people]


def test_across_editions_name_and_door_say_who_somebody_is(give: Import) -> None:
    people = street_of(20)
    give(people)
    before = dict(Elector.objects.values_list("surname", "pk"))
    renumbered = [replace(person, number=500 - int(person.number)) for person in people]
    assert effects(give(renumbered, edition=NEXT_EDITION)) == (0, 20, 0, 0)
    assert dict(Elector.objects.living().values_list("surname", "pk")) == before
    assert PollingDistrict.objects.get().edition == NEXT_EDITION
    assert set(Elector.objects.values_list("edition", flat=True)) == {NEXT_EDITION}


def test_two_of_one_name_at_one_door_are_told_apart_by_the_order_of_their_numbers(give: Import) -> None:
    people = street_of(18)
    elder, younger = Person(9 + 10, "Same", "Name"), Person(9 + 91, "Same", "Name")
    give([*people, elder, younger])
    before = ids()
    give([*people, replace(elder, number=200), replace(younger, number=1000)], edition=NEXT_EDITION)
    after = ids()
    assert (after["200"], after["1000"]) == (before["19"], before["100"])


@pytest.mark.parametrize(("before", "after"), [(2, 1), (1, 2)])
def test_bug_one_of_two_namesakes_came_or_left_and_nobody_was_asked_which(
    give: Import, before: int, after: int
) -> None:
    namesakes = [Person(11 + place, "Smith", "John", ("50 Test Street", "London")) for place in range(2)]
    give([*street_of(10), *namesakes[:before]])
    first = ids()["11"]
    assert give([*street_of(10), *namesakes[:after]], edition=NEXT_EDITION).report["review"] == 1
    item = ReviewItem.objects.get()
    assert (item.kind, item.elector_id, ids()["11"]) == ("namesakes", first, first)
    other = item.other_elector
    assert other is not None
    settle_review(item=item, answer="swap", by=None, at=AT)
    assert ids()["11"] == other.pk
    assert rebuild.differences() == []
    assert effects(give([*street_of(10), *namesakes[:after]])) == (0, 0, 0, 10 + after)


def test_across_editions_a_name_alone_is_nobody(give: Import) -> None:
    people = street_of(20)
    give(people)
    moved = replace(people[0], address=("77 Test Street", "London"))
    assert effects(give([moved, *people[1:]], edition=NEXT_EDITION)) == (1, 19, 1, 0)


def test_who_comes_back_in_a_later_edition_gets_the_old_row(give: Import) -> None:
    people = street_of(20)
    give(people)
    before = ids()
    give(people[:-2])
    give([*people[:-1], replace(people[-1], number=900)], edition=NEXT_EDITION)
    assert (ids()["19"], ids()["900"]) == (before["19"], before["20"])


@pytest.mark.parametrize(
    ("known", "said", "at", "edition"),
    [
        (None, None, AT, EDITION),
        (None, NEXT_EDITION, AT, NEXT_EDITION),
        (None, None, AT.replace(year=2027, month=11, day=30), EDITION),
        (None, None, AT.replace(year=2027, month=12, day=1), NEXT_EDITION),
        (NEXT_EDITION, None, AT, NEXT_EDITION),
        (EDITION, None, AT.replace(year=2027, month=12, day=1), NEXT_EDITION),
        (EDITION, NEXT_EDITION, AT, NEXT_EDITION),
    ],
)
def test_the_edition_of_a_full_file(
    give: Import, known: date | None, said: date | None, at: object, edition: date
) -> None:
    if known:
        give(street_of(20), edition=known)
    record = give(street_of(20), edition=said, at=at)
    assert record.report["edition"] == edition.isoformat()
    assert PollingDistrict.objects.get().edition == edition


@pytest.mark.parametrize(
    "title", ["Published 1st December 2025", "Date published: 2025-12-01", "Register of 1 Dec. 2025", "As at 2/12/2025"]
)
def test_bug_a_file_s_own_date_in_another_form_was_not_seen_and_an_old_file_took_the_new_edition(
    give: Import, tmp_path: Path, title: str
) -> None:
    give(street_of(10))
    path = tmp_path / "old.tsv"
    path.write_text(f"{title}\n{as_text(street_of(10))}")
    record = bring_in(path)
    assert record.state == "refused"
    assert "1 December 2025, which is older" in record.report["refused"]


def test_a_file_of_two_editions_names_none(give: Import) -> None:
    give(street_of(20), edition=NEXT_EDITION)
    assert give([*street_of(20), *street_of(4, district="TB")]).report["edition"] is None


# A wrong edition, and the way out


def test_bug_an_old_file_taken_for_the_new_edition_blocked_the_true_one_for_ever(give: Import, tmp_path: Path) -> None:
    people = street_of(20)
    give(people)
    give(people, at=SECOND_OF_DECEMBER)  # November's file, sent again in December
    before = dict(Elector.objects.values_list("surname", "pk"))
    true = write(tmp_path / "december.tsv", [*renumbered(people[:-1]), Person(7, "New", "Comer")])
    unsaid = bring_in(true, at=SECOND_OF_DECEMBER)
    assert "looks renumbered" in unsaid.report["refused"]
    assert "the present one included" in unsaid.report["refused"]
    record = bring_in(true, at=SECOND_OF_DECEMBER, edition=NEXT_EDITION)
    assert record.state == "done", record.report
    assert effects(record) == (1, 19, 1, 0)
    after = dict(Elector.objects.living().exclude(surname="New").values_list("surname", "pk"))
    assert after == {surname: pk for surname, pk in before.items() if surname != "Tester20"}
    assert effects(bring_in(true, at=SECOND_OF_DECEMBER)) == (0, 0, 0, 20)


def test_an_edition_that_was_said_still_guards_against_a_file_cut_off(give: Import, tmp_path: Path) -> None:
    people = street_of(20)
    give(people, edition=EDITION)
    cut = write(tmp_path / "cut.tsv", renumbered(people)[:15])
    assert "would be gone" in bring_in(cut, edition=EDITION).report["refused"]
    assert effects(give(renumbered(people)[:15], edition=EDITION, accept_losses=True)) == (0, 15, 5, 0)


def test_numbers_count_where_only_another_district_was_renumbered(give: Import) -> None:
    north, south = street_of(20), street_of(20, district="TB", street="South Street")
    give([*north, *south])
    married = replace(south[0], surname="Married")
    assert effects(give([*renumbered(north), married, *south[1:]], edition=EDITION)) == (0, 21, 0, 19)


@pytest.mark.parametrize(
    ("at", "edition", "state"),
    [
        (AT, date(2099, 12, 1), "refused"),
        (AT, date(2028, 12, 1), "refused"),
        (AT, NEXT_EDITION, "done"),
        (SECOND_OF_DECEMBER, date(2028, 12, 1), "done"),
    ],
)
def test_bug_a_far_edition_was_taken_and_blocked_for_ever(
    tmp_path: Path, at: datetime, edition: date, state: str
) -> None:
    before = written_rows()
    record = bring_in(write(tmp_path / "register.tsv", street_of(4)), at=at, edition=edition)
    assert record.state == state
    if state == "refused":
        assert written_rows() == before
        assert f"the edition of 1 December {edition.year} is too far ahead" in record.report["refused"]
        assert "the next one begins on 1 December 2027" in record.report["refused"]


def test_a_district_that_got_to_such_an_edition_before_is_still_refreshed(give: Import) -> None:
    people = street_of(20)
    give(people)
    far = date(2099, 12, 1)
    PollingDistrict.objects.update(edition=far)
    Elector.objects.update(edition=far)
    assert effects(give(people)) == (0, 0, 0, 20)
    assert effects(give(renumbered(people), edition=far)) == (0, 20, 0, 0)


# Districts that no file names


def test_bug_a_recoded_district_doubled_its_people(tmp_path: Path) -> None:
    bring_in(SAMPLE)
    people = set(
        Elector.objects.filter(polling_district__code="AA").exclude(household=None).values_list("pk", flat=True)
    )
    doors = set(Household.objects.values_list("pk", flat=True))
    recoded = tmp_path / "recoded.tsv"
    recoded.write_bytes(SAMPLE.read_bytes().replace(b"\r\nAA\t", b"\r\nAZ\t"))
    record = bring_in(recoded, at=SECOND_OF_DECEMBER)
    assert record.state == "done"
    assert record.report["page"]["doors_moved"] == Household.objects.filter(street__polling_district__code="AZ").count()
    assert (
        set(Elector.objects.living().filter(polling_district__code="AZ", pk__in=people).values_list("pk", flat=True))
        == people
    )
    assert set(Household.objects.values_list("pk", flat=True)) == doors
    # Nobody can tell who the three without an address are.
    assert record.report["problems"] == [
        {
            "file": "recoded.tsv",
            "line": 1,
            "reason": "polling district AA (3 electors) is still at the edition of 1 December 2026 and stands in "
            "none of these files.",
        }
    ]


def test_nothing_is_said_of_districts_at_the_files_edition_nor_of_empty_ones(give: Import) -> None:
    north, south = street_of(20), street_of(1, district="TB")
    give([*north, *south])
    assert give(north).report["problems"] == []
    Elector.objects.filter(polling_district__code="TB").update(gone_at=AT)
    assert give(north, edition=NEXT_EDITION).report["problems"] == []


def test_a_district_left_behind_is_told_by_its_electors_where_nobody_wrote_its_edition(give: Import) -> None:
    give([*street_of(4), *street_of(1, district="TB")])
    PollingDistrict.objects.update(edition=None)
    (problem,) = give(street_of(4), edition=NEXT_EDITION).report["problems"]
    assert problem["reason"].startswith("polling district TB (1 elector) is still at the edition of 1 December 2026")
