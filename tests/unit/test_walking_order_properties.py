"""A street of real labels in walking order: every door once, blocks unbroken, odds out, evens back, flats by number."""

import re
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from canvassing.electorate.address import Door, door
from canvassing.walks.order import StreetDoor, entrances

BLOCKS = ("Rose House", "Fonthill Court", "Block 2", "Block 10")
HOUSES = st.builds("{}{}".format, st.integers(1, 40), st.sampled_from(["", "", "A", "B", "½", "-41"]))
FLATS = st.builds("Flat {}, {}".format, st.integers(1, 120), HOUSES)
STOREYS = st.builds("{}, {}".format, st.sampled_from(["Basement", "GFF", "Top Flat", "Flat 2/1", "Flat 1F2"]), HOUSES)
IN_BLOCKS = st.builds("Flat {}, {}".format, st.integers(1, 120), st.sampled_from(BLOCKS))
IN_NUMBERED_BLOCKS = st.builds("Flat {}, Mill House, {}".format, st.integers(1, 120), st.integers(7, 12))
NAMED = st.sampled_from(["The Lodge", "Rose Cottage", "The Bungalow", "21st Century House", "Flat Above The Red Lion"])
POSTCODES = st.sampled_from(["", "N1 1AA", "N1 1AB", "N1 1AC"])
LABELS = st.one_of(HOUSES, FLATS, STOREYS, IN_BLOCKS, IN_NUMBERED_BLOCKS, NAMED)


def street_of(labels: list[tuple[str, str]]) -> list[tuple[StreetDoor, Door]]:
    """A street with a household for each label and postcode, as the register keeps it: one of a key, blocks by name."""
    doors = {
        found.address_key: (found, postcode) for found, postcode in ((door(label), code) for label, code in labels)
    }
    blocks = sorted({found.block_key for found, _ in doors.values() if found.block_key})
    return [
        (
            StreetDoor(
                pk, found.sort_key, found.house_number,
                blocks.index(found.block_key) if found.block_key else None, postcode,
            ),
            found,
        )
        for pk, (found, postcode) in enumerate(doors.values())
    ]  # fmt: skip


streets = st.lists(st.tuples(LABELS, POSTCODES), max_size=60).map(street_of)


def walked(street: list[tuple[StreetDoor, Door]]) -> list[StreetDoor]:
    return [stop for entrance in entrances(stop for stop, _ in street) for stop in entrance]


def labels_of(street: list[tuple[StreetDoor, Door]]) -> list[str]:
    label = {stop.household_id: found.label for stop, found in street}
    return [label[stop.household_id] for stop in walked(street)]


@given(streets)
def test_every_door_is_walked_to_once(street: list[tuple[StreetDoor, Door]]) -> None:
    assert sorted(stop.household_id for stop in walked(street)) == list(range(len(street)))


@given(streets)
def test_the_flats_of_a_block_are_never_interrupted(street: list[tuple[StreetDoor, Door]]) -> None:
    visits = [block for block, _ in groupby(walked(street), key=lambda stop: stop.block_id) if block is not None]
    assert len(visits) == len(set(visits))


@given(streets)
def test_the_doors_of_one_number_are_never_interrupted(street: list[tuple[StreetDoor, Door]]) -> None:
    without_blocks = [stop for stop in walked(street) if stop.block_id is None and stop.house_number is not None]
    visits = [number for number, _ in groupby(without_blocks, key=lambda stop: stop.house_number)]
    assert len(visits) == len(set(visits))


@given(streets)
def test_odd_numbers_rise_and_even_numbers_fall_behind_them(street: list[tuple[StreetDoor, Door]]) -> None:
    numbers = [stop.house_number for stop in walked(street) if stop.block_id is None and stop.house_number is not None]
    odd, even = [number for number in numbers if number % 2], [number for number in numbers if number % 2 == 0]
    assert numbers == sorted(odd) + sorted(even, reverse=True)


@given(streets)
def test_the_flats_of_a_block_rise_by_number_not_by_figure(street: list[tuple[StreetDoor, Door]]) -> None:
    for block in ("Rose House", "Fonthill Court", "Block 2", "Block 10"):
        flats = [re.fullmatch(rf"Flat ([0-9]+), {block}", label) for label in labels_of(street)]
        numbers = [int(flat[1]) for flat in flats if flat]
        assert numbers == sorted(numbers)


@given(streets)
def test_a_house_comes_before_its_flats_and_those_before_its_letters(street: list[tuple[StreetDoor, Door]]) -> None:
    labels = labels_of(street)
    for number in range(1, 41):
        if str(number) in labels:
            of_it = [label for label in labels if re.fullmatch(rf"(?:.*, )?{number}(?:[AB½]|-41)?", label)]
            assert of_it[0] == str(number) or "Mill House" in of_it[0]
        flats = [place for place, label in enumerate(labels) if re.fullmatch(rf"Flat [0-9]+, {number}", label)]
        letters = [place for place, label in enumerate(labels) if label in (f"{number}A", f"{number}B")]
        assert not flats or not letters or max(flats) < min(letters)


@given(streets)
def test_a_door_without_a_number_follows_the_last_house_of_its_postcode_or_comes_last(
    street: list[tuple[StreetDoor, Door]],
) -> None:
    visits = entrances(stop for stop, _ in street)
    numbered = [entrance for entrance in visits if any(stop.house_number is not None for stop in entrance)]
    for at, entrance in enumerate(visits):
        if entrance in numbered:
            continue
        postcode, before = entrance[0].postcode, [earlier for earlier in visits[:at] if earlier in numbered]
        alike = [earlier for earlier in numbered if postcode and postcode in {stop.postcode for stop in earlier}]
        assert before == (numbered[: numbered.index(alike[-1]) + 1] if alike else numbered)


@given(streets, st.randoms())
def test_the_walk_is_the_same_whatever_order_the_register_gives(
    street: list[tuple[StreetDoor, Door]], dice: object
) -> None:
    shuffled = list(street)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert walked(shuffled) == walked(street)
