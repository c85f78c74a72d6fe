"""How an import's work grows: its statements not at all, what an unchanged file writes not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from canvassing.register.layouts import Change
from canvassing.register.models import RowBefore
from tests.factories.register import Person, bring_in, street_of, write, written_rows
from tests.factories.register_layouts import UPDATE, write_rows

pytestmark = pytest.mark.django_db

QueryCount = Callable[[Callable[[], object]], int]
WRITTEN = """
SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE relname = 'canvassing_elector'
"""


def spread(people: int, *, in_districts: int) -> list[Person]:
    each = people // in_districts
    return [person for number in range(in_districts) for person in street_of(each, district=f"T{number}")]


def married(people: list[Person]) -> list[Person]:
    return [
        Person(person.number, f"Married{person.number}", person.forename, person.address, district=person.district)
        for person in people
    ]


@pytest.mark.parametrize("file", ["the first", "the same again", "with a tenth changed"])
def test_the_statements_do_not_depend_on_the_rows(tmp_path: Path, query_count: QueryCount, file: str) -> None:
    def counted(people: int) -> int:
        register = street_of(people, district=f"T{people}")
        if file != "the first":
            bring_in(write(tmp_path / "before.tsv", register))
        if file == "with a tenth changed":
            register = [*married(register[: people // 10]), *register[people // 10 :]]
        path = write(tmp_path / "register.tsv", register)
        return query_count(lambda: bring_in(path))

    bring_in(write(tmp_path / "other.tsv", street_of(10, district="ZZ")))
    assert counted(50) == counted(1_000)


def test_the_statements_of_an_update_do_not_depend_on_its_rows(tmp_path: Path, query_count: QueryCount) -> None:
    people = street_of(1_000)
    bring_in(write(tmp_path / "full.tsv", people))

    def counted(of: list[Person]) -> int:
        rows = UPDATE["eros_update"]([(Change.AMEND, person) for person in married(of)])
        return query_count(lambda: bring_in(write_rows(tmp_path / "update.csv", rows)))

    assert counted(people[:10]) == counted(people[500:700])


def test_the_same_file_again_writes_no_row(tmp_path: Path) -> None:
    file = write(tmp_path / "register.tsv", spread(1_000, in_districts=5))
    bring_in(file)
    before, writes = written_rows(), electors_written()
    bring_in(file)
    assert written_rows() == before
    assert electors_written() == writes
    assert not RowBefore.objects.exists()


def electors_written() -> int:
    """How often a row of an elector was written so far in this test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return int(cursor.fetchone()[0])
