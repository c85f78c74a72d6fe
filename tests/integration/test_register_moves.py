"""Doors that a file prints elsewhere than before: the row goes along, and with it what was logged there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaign.areas.models import Constituency
from canvassing.doorstep import rebuild
from canvassing.electorate.address import door as typed
from canvassing.electorate.models import Elector, Household, PollingDistrict, Street
from canvassing.register.models import RegisterImport, ReviewItem
from tests.factories.register import AT, EDITION, SAMPLE, Person, bring_in, street_of, write, written_rows
from tests.factories.register_layouts import write_rows, xpress_14

pytestmark = pytest.mark.django_db

Import = Callable[..., RegisterImport]
NEXT_EDITION = EDITION.replace(year=2027)


@pytest.fixture
def give(tmp_path: Path) -> Import:
    def give(people: list[Person], **wishes: object) -> RegisterImport:
        record = bring_in(write(tmp_path / "register.tsv", people), **wishes)
        assert record.state == "done", record.report
        assert rebuild.differences() == []
        return record

    return give


def doors() -> dict[str, int]:
    """The key of every standing door by its address."""
    rows = Household.objects.standing().values_list("street__polling_district__code", "street__name", "label", "pk")
    return {f"{label} {street}, {district}": pk for district, street, label, pk in rows}


def electors() -> dict[str, int]:
    return dict(Elector.objects.living().values_list("forename", "pk"))


def renamed(people: list[Person], street: str) -> list[Person]:
    return [replace(one, address=(one.address[0].replace("Test Street", street), "London")) for one in people]


def test_a_renamed_street_keeps_its_doors_and_people(give: Import) -> None:
    people = street_of(20)
    give(people)
    known, persons = doors(), electors()
    record = give(renamed(people, "New Street"))
    assert doors() == {name.replace("Test Street", "New Street"): pk for name, pk in known.items()}
    assert electors() == persons
    assert record.report["electors"] == {"added": 0, "changed": 0, "gone": 0, "unchanged": 20, "total": 20}
    assert (record.report["page"]["doors_moved"], record.report["households"]["added"]) == (10, 0)
    before = written_rows()
    give(renamed(people, "New Street"))
    assert written_rows() == before


def test_a_street_whose_border_was_drawn_anew_keeps_them(give: Import) -> None:
    """Half of the street is in another polling district now, with other numbers."""
    people = street_of(20)
    give(people)
    known, persons = doors(), electors()
    moved = [replace(one, district="TB", number=number) for number, one in enumerate(people[10:], start=1)]
    record = give([*people[:10], *moved], edition=NEXT_EDITION)
    assert electors() == persons
    assert set(doors().values()) == set(known.values())
    assert sum(name.endswith("TB") for name in doors()) == 5
    assert record.report["electors"] == {"added": 0, "changed": 20, "gone": 0, "unchanged": 0, "total": 20}


def test_a_district_that_comes_alone_brings_its_doors_by_the_names_of_their_people(give: Import) -> None:
    people = street_of(20)
    give(people)
    known, persons = doors(), electors()
    give([replace(one, district="TB") for one in people[10:]])
    assert electors() == persons
    assert set(doors().values()) == set(known.values())
    give(people[:10])
    assert electors() == persons


def test_the_same_road_in_two_districts_stays_two_streets(give: Import) -> None:
    north, south = street_of(10), street_of(10, district="TB")
    give([*north, *south])
    known = doors()
    assert len(known) == 10
    give([*north, *south], edition=NEXT_EDITION)
    assert doors() == known


def test_other_people_at_the_same_number_of_another_street_are_no_reason_to_move(give: Import) -> None:
    give([*street_of(10), *street_of(4, street="Old Street", first=11)])
    known = doors()
    record = give([*street_of(10), *street_of(4, street="Brand New Street", first=30)], accept_losses=True)
    assert record.report["page"]["doors_moved"] == 0
    assert {name for name in doors() if name not in known} == {"1 Brand New Street, TA", "2 Brand New Street, TA"}


def test_a_property_number_carries_a_door_to_a_respelled_address(tmp_path: Path) -> None:
    file = SAMPLE.parent / "dc.csv"
    bring_in(file)
    known = Household.objects.get(label="1", street__name="Dunster Street")
    text = file.read_bytes().decode("utf-16-le")
    respelled = tmp_path / "dc.csv"
    printed, corrected = "1 Dunster Street,London,,,,,", "Corner House,1A Dunster Street,London,,,,"
    assert text.count(f",{printed}") == 2
    respelled.write_bytes(text.replace(f",{printed}", f",{corrected}").encode("utf-16-le"))
    record = bring_in(respelled)
    known.refresh_from_db()
    assert (known.label, known.electors.count()) == ("Corner House, 1A", 2)
    assert (record.report["households"]["added"], record.report["electors"]["unchanged"]) == (0, 6332)
    assert rebuild.differences() == []


# Before the register


def before_the_register(*labels: str, street: str = "Test Street", district: str = "TA") -> dict[str, int]:
    constituency = Constituency.objects.first() or Constituency.objects.create(name="Constituency")
    district_row, _ = PollingDistrict.objects.get_or_create(constituency=constituency, code=district)
    row = Street.objects.create(
        polling_district=district_row, name=street, name_key=street.replace(" ", "").lower(), origin="streets"
    )
    made = {}
    for label in labels:
        door = typed(label)
        made[label] = Household.objects.create(
            constituency=constituency, street=row, label=door.label, address_key=door.address_key,
            sort_key=door.sort_key, house_number=door.house_number, origin=Household.Origin.DOOR,
        ).pk  # fmt: skip
    rebuild.rebuild(at=AT)
    return made


def test_streets_known_before_the_register_become_its_streets(give: Import) -> None:
    made = before_the_register("1", "2", "3 ", district="")
    street = Street.objects.get()
    record = give(street_of(10))
    street.refresh_from_db()
    assert street.polling_district.code == "TA"
    assert {name.partition(" ")[0] for name, pk in doors().items() if pk in made.values()} == {"1", "2", "3"}
    assert record.report["households"] == {"added": 2, "total": 5}
    assert record.report["streets"] == {"added": 0, "total": 1}


def test_a_road_in_two_districts_takes_the_doors_it_prints(give: Import) -> None:
    made = before_the_register("1", "2", "40", district="")
    south = [Person(1, "South", "Sam", ("2 Test Street", "London"), district="TB")]
    give([*street_of(2), *south])
    assert doors()["1 Test Street, TA"] == made["1"]
    assert doors()["2 Test Street, TB"] == made["2"]
    assert Household.objects.get(pk=made["40"]).street.polling_district.code == ""


def test_what_is_not_certain_is_asked_once(give: Import) -> None:
    made = before_the_register("14")
    flats = [
        Person(1, "One", "Ann", ("Flat A", "14 Test Street", "London")),
        Person(2, "Two", "Bob", ("Flat B", "14 Test Street", "London")),
    ]
    record = give([*flats, *street_of(4, first=3)])
    assert record.report["review"] == 1
    item = ReviewItem.objects.get()
    assert (item.kind, item.household_id, item.other_household.label) == ("same_door", made["14"], "Flat A, 14")
    assert give([*flats, *street_of(4, first=3)]).report["review"] == 1
    assert ReviewItem.objects.count() == 1
    assert Household.objects.get(pk=made["14"]).merged_into is None


def test_bug_a_slip_in_a_property_s_reference_took_a_door_and_its_people_from_another_district(tmp_path: Path) -> None:
    def file(people: list[Person], references: list[str]) -> Path:
        header, *rows = xpress_14(people)
        cells = ([*row, uprn] for row, uprn in zip(rows, references, strict=True))
        return write_rows(tmp_path / "register.csv", [[*header, "UPRN"], *cells])

    here, there = street_of(4), street_of(4, district="TB", street="Other Road")
    bring_in(file([*here, *there], ["1", "1", "2", "2", "11", "11", "12", "12"]))
    known = doors()
    new = Person(30, "New", "Nell", ("30 Test Street", "London"))
    record = bring_in(file([*here, new], ["1", "1", "2", "2", "11"]))
    assert record.report["page"]["doors_moved"] == 0
    assert doors() == known | {"30 Test Street, TA": Elector.objects.get(surname="New").household_id}


def test_bug_a_village_s_church_road_took_a_door_and_its_people_from_another_village_s(give: Import) -> None:
    def david(district: str, postcode: str) -> Person:
        return Person(1, "Jones", "David", ("1 Church Road",), postcode=postcode, district=district)

    give([david("TA", "LL1 1AA"), *street_of(4, first=2)])
    known, persons = doors(), set(Elector.objects.values_list("pk", flat=True))
    record = give([david("TB", "LL9 9ZZ")])
    assert record.report["page"]["doors_moved"] == 0
    assert known.items() <= doors().items()
    assert persons <= set(Elector.objects.living().values_list("pk", flat=True))


def test_a_border_drawn_anew_moves_a_door_of_its_postcode_though_the_old_district_s_file_comes_later(
    give: Import,
) -> None:
    people = street_of(10)
    give(people)
    known = doors()
    give([replace(one, district="TB") for one in people[:2]])
    assert doors()["1 Test Street, TB"] == known["1 Test Street, TA"]
