"""The invented register: rows as a council's system exports them, of a mix of doors as in inner London."""

import re
from collections import Counter
from datetime import date

import pytest

from campaign.demo import places, register
from campaign.demo.register import HEADINGS, Row
from canvassing.electorate.address import parse

POLLING_DAY = date(2027, 5, 6)
FLAT = re.compile(r"Flat|^\d+[A-E]\b")


def rows_of(electors: int, seed: int = 1) -> list[Row]:
    ground = places.invent(electors=electors, seed=seed)
    return [row for district in ground.districts for row in register.rows(district, seed=seed, polling_day=POLLING_DAY)]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return rows_of(12_000)


def address(row: Row) -> tuple[str, ...]:
    return tuple(line for line in row[8:] if line)


@pytest.mark.parametrize("electors", [200, 999, 12_000])
def test_there_are_exactly_as_many_rows_as_electors(electors: int) -> None:
    found = rows_of(electors)
    assert len(found) == electors
    assert {len(row) for row in found} == {len(HEADINGS)}


def test_the_same_seed_gives_the_same_register_and_another_seed_another() -> None:
    assert rows_of(500, seed=7) == rows_of(500, seed=7)
    assert rows_of(500, seed=7) != rows_of(500, seed=8)


def test_numbers_run_from_1_in_every_district(rows: list[Row]) -> None:
    for code in {row[0] for row in rows}:
        numbers = [int(row[1]) for row in rows if row[0] == code]
        assert numbers == list(range(1, len(numbers) + 1))


def test_four_doors_in_five_are_flats(rows: list[Row]) -> None:
    doors = {(row[0], row[7], address(row)) for row in rows if row[8]}
    flats = sum(bool(FLAT.search(lines[0])) for _, _, lines in doors)
    assert 0.75 < flats / len(doors) < 0.85
    assert 1.6 < len(rows) / len(doors) < 1.75


def test_the_import_finds_every_door_and_street_it_was_written_from(rows: list[Row]) -> None:
    ground = places.invent(electors=12_000, seed=1)
    doors = {(row[0], address(row), row[7]) for row in rows if row[8]}
    parsed = {
        (code, found.street, found.address_key) for code, lines, postcode in doors if (found := parse(lines, postcode))
    }
    assert len(parsed) == len(doors)
    assert {(code, street) for code, street, _ in parsed} == {
        (district.code, road.name) for district in ground.districts for road in district.roads
    }


def test_attainers_markers_and_people_without_an_address_occur(rows: list[Row]) -> None:
    markers = Counter(row[3] for row in rows)
    assert set(markers) == {"", "G", "B", "F", "L", "N"}
    assert markers[""] > 0.85 * len(rows)
    assert 10 < sum(bool(row[4]) for row in rows) < 100
    assert 16 <= sum(not row[8] for row in rows) < 100


def test_the_anonymous_elector_stands_last_without_name_or_address(rows: list[Row]) -> None:
    anonymous = [row for row in rows if row[3] == "N"]
    assert len(anonymous) == len({row[0] for row in rows})
    assert all(not any(row[4:]) for row in anonymous)
