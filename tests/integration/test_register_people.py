"""Within one edition everybody stays who they are, whatever happens to the numbers: they are not always kept."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from canvassing.electorate.models import Elector
from canvassing.register.models import RegisterImport
from tests.factories.register import AT, SAMPLE, Person, anonymous, bring_in, street_of, write, written_rows

pytestmark = pytest.mark.django_db

Import = Callable[..., RegisterImport]
Row = tuple[str, int | None]


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


def people_by_id() -> dict[int, Row]:
    living = Elector.objects.living()
    return {pk: (name, door) for pk, name, door in living.values_list("pk", "name_key", "household")}


def rows_of(name: str) -> dict[str, int]:
    """The living electors of one forename, by number and suffix."""
    found = Elector.objects.living().filter(forename=name).values_list("number", "suffix", "pk")
    return {f"{number}/{suffix}".rstrip("/"): pk for number, suffix, pk in found}


def moved_up(people: list[Person], by: int = 1) -> list[Person]:
    return [replace(person, number=int(person.number) - by) for person in people]


def test_bug_numbers_that_moved_up_by_one_gave_people_the_names_of_others(tmp_path: Path) -> None:
    """Seen on this very sample: 55 rows got another name, 147 people who had not moved were gone and added anew."""
    bring_in(SAMPLE)
    before = people_by_id()
    header, *lines = SAMPLE.read_bytes().splitlines(keepends=True)
    rows = [line.split(b"\t") for line in lines]
    left = next(row for row in rows if row[0] == b"AA" and row[1] == b"1140")
    for row in rows:
        if row[0] == b"AA" and int(row[1]) > 1140:
            row[1] = b"%d" % (int(row[1]) - 1)
    shifted = tmp_path / "shifted.tsv"
    shifted.write_bytes(header + b"".join(b"\t".join(row) for row in rows if row is not left))
    record = bring_in(shifted)
    assert record.state == "done", record.report
    # The three at AA's end have no address: a name alone is nobody, so the two named of them are others now.
    after, nowhere = people_by_id(), {pk for pk, (_, door) in before.items() if door is None}
    stayed = {pk: row for pk, row in before.items() if pk not in nowhere and pk in after}
    assert {pk: after[pk] for pk in stayed} == stayed
    assert len(before.keys() - nowhere - after.keys()) == 1
    assert record.report["electors"]["gone"] <= 1 + len(nowhere)
    assert record.report["electors"]["total"] == 6331
    rows_before = written_rows()
    bring_in(shifted)
    assert written_rows() == rows_before


def test_bug_housemates_whose_numbers_were_swapped_became_each_other(give: Import) -> None:
    people = street_of(20)
    ann, ben = replace(people[0], surname="Smith", forename="Ann"), replace(people[1], surname="Smith", forename="Ben")
    give([ann, ben, *people[2:]])
    before = people_by_id()
    assert effects(give([replace(ann, number=2), replace(ben, number=1), *people[2:]])) == (0, 2, 0, 18)
    assert people_by_id() == before
    assert rows_of("Ann").keys() == {"2"}


def test_numbers_go_round_a_whole_street_without_meeting(give: Import) -> None:
    people = street_of(20)
    give(people)
    before = people_by_id()
    turned = [replace(person, number=1 + (7 * int(person.number)) % 20) for person in people]
    assert len({person.number for person in turned}) == 20
    give(turned, edition=AT.date().replace(year=2026, month=12, day=1))
    assert people_by_id() == before


def test_bug_whoever_s_suffix_was_corrected_was_gone_and_added(give: Import) -> None:
    people = [*street_of(20), Person(5, "Inserted", "Ida", suffix="1")]
    give(people)
    before = people_by_id()
    assert effects(give([*people[:-1], replace(people[-1], suffix="2")])) == (0, 1, 0, 20)
    assert people_by_id() == before
    assert rows_of("Ida").keys() == {"5/2"}


def test_namesakes_next_door_to_each_other_keep_their_doors(give: Import) -> None:
    people = street_of(38)
    john = Person(40, "Smith", "John", ("77 Test Street", "London"))
    other = replace(john, number=41, address=("79 Test Street", "London"))
    give([*people, Person(39), john, other])
    before = people_by_id()
    assert effects(give([*people, *moved_up([john, other])])) == (0, 2, 1, 38)
    assert people_by_id().items() <= before.items()


def test_namesakes_at_one_door_keep_their_order_when_numbers_move_up(give: Import) -> None:
    people = street_of(38)
    elder, younger = Person(40, "Smith", "John"), Person(41, "Smith", "John")
    give([*people, Person(39), elder, younger])
    before = rows_of("John")
    give([*people, *moved_up([elder, younger])])
    assert rows_of("John") == {"39": before["40"], "40": before["41"]}


def test_of_namesakes_at_one_door_the_one_whose_number_is_left_out_has_gone(give: Import) -> None:
    people = street_of(38)
    elder, younger = Person(40, "Smith", "John"), Person(41, "Smith", "John")
    give([*people, elder, younger])
    before = rows_of("John")
    assert effects(give([*people, younger])) == (0, 0, 1, 39)
    assert rows_of("John") == {"41": before["41"]}


def test_a_newcomer_with_the_number_of_somebody_who_moved_up_and_left_is_somebody_new(give: Import) -> None:
    people = street_of(38)
    family = [Person(40, "Smith", "Ann"), Person(41, "Smith", "Ben")]
    give([*people, Person(39), *family])
    before = rows_of("Ann")
    assert effects(give([*people, Person(39, "Smith", "Ben"), Person(40, "Smith", "Cleo")])) == (1, 1, 2, 38)
    assert not before.items() & rows_of("Cleo").items()


def test_somebody_anonymous_takes_nobody_s_row_when_numbers_move_up(give: Import) -> None:
    people = street_of(20)
    give([*people, anonymous(21)])
    give([*moved_up(people[1:]), anonymous(20)], edition=AT.date().replace(year=2026, month=12, day=1))
    (hidden,) = Elector.objects.living().filter(anonymous=True)
    assert (hidden.number, hidden.household, hidden.name_key) == ("20", None, "")


def test_who_moves_within_the_district_keeps_the_row_though_a_namesake_had_gone_from_there(give: Import) -> None:
    people = street_of(20)
    away = replace(people[-1], number=50, address=("1 Test Street", "London"))
    give([*people[:-1], away])
    give(people[:-1])
    give(people)
    before = Elector.objects.living().get(number="20").pk
    give([*people[:-1], replace(people[-1], address=("1 Test Street", "London"))])
    assert Elector.objects.living().get(number="20").pk == before


@pytest.mark.parametrize("seed", range(6))
def test_bug_a_row_became_somebody_else_s_when_numbers_moved(give: Import, seed: int) -> None:
    """Families of one surname, somebody taken out, all that follow move up; a forename tells who it is."""
    rng = random.Random(seed)
    families = [replace(person, surname=f"Family{(int(person.number) - 1) // 2}") for person in street_of(60)]
    give(families)
    seen = dict(Elector.objects.values_list("pk", "forename"))
    for month in range(4):
        leaving = rng.randrange(len(families) - 8, len(families))
        come = replace(rng.choice(families), number=900 + month, forename=f"Month{month}")
        families = [*families[:leaving], *moved_up(families[leaving + 1 :]), come]
        rng.shuffle(listed := list(families))
        record = give(listed)
        assert effects(record)[0] == 1
        for pk, forename in Elector.objects.values_list("pk", "forename"):
            assert seen.setdefault(pk, forename) == forename, "a row became somebody else's"
        before = written_rows()
        give(sorted(families, key=lambda person: rng.random()))
        assert written_rows() == before
