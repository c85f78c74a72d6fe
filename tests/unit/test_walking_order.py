"""A street in walking order: odds out, evens back, flats of one entrance together, named houses where they stand."""

from hypothesis import given
from hypothesis import strategies as st

from canvassing.walks.order import Entrance, StreetDoor, entrances


def house(number: int, letter: str = "", postcode: str = "") -> StreetDoor:
    label = f"{number:06d}{letter}"
    return StreetDoor(number * 100 + (ord(letter) if letter else 0), label, number, postcode=postcode)


def flat(block: int, number: int, house_number: int | None = None, postcode: str = "") -> StreetDoor:
    return StreetDoor(1_000_000 * block + number, f"block {block} {number:06d}", house_number, block, postcode)


def named(pk: int, name: str, postcode: str = "") -> StreetDoor:
    return StreetDoor(pk, name, postcode=postcode)


def walked(*doors: StreetDoor) -> list[int]:
    return [door.household_id for entrance in entrances(doors) for door in entrance]


def test_odds_go_out_and_evens_come_back() -> None:
    street = [house(number) for number in range(1, 9)]
    assert walked(*street) == [100, 300, 500, 700, 800, 600, 400, 200]


def test_the_flats_of_one_house_stay_together_in_natural_order_on_both_sides() -> None:
    street = [house(3), house(3, "A"), house(3, "B"), house(1), house(2, "B"), house(2), house(2, "A"), house(4)]
    labels = [door.sort_key.lstrip("0") for entrance in entrances(street) for door in entrance]
    assert labels == ["1", "3", "3A", "3B", "4", "2", "2A", "2B"]


def test_the_flats_of_a_block_stay_together_even_with_several_house_numbers() -> None:
    street = [flat(7, 2, 13), flat(7, 1, 9), house(11), house(15), house(2)]
    assert walked(*street) == [7_000_001, 7_000_002, 1100, 1500, 200]


def test_a_named_house_stands_after_the_last_house_of_its_postcode() -> None:
    street = [house(1, postcode="N1 1AA"), house(3, postcode="N1 1AA"), house(5, postcode="N1 1AB"), house(2)]
    assert walked(named(1, "The Lodge", "N1 1AA"), *street) == [100, 300, 1, 500, 200]


def test_blocks_without_a_number_and_without_a_neighbour_stand_at_the_end_by_name() -> None:
    street = [flat(9, 1, postcode="N1 9ZZ"), flat(8, 2), flat(8, 1), house(2), house(1)]
    assert walked(*street) == [100, 200, 8_000_001, 8_000_002, 9_000_001]


def test_a_street_without_doors_has_no_entrances() -> None:
    assert entrances([]) == []


POSTCODES = st.sampled_from(["", "N1 1AA", "N1 1AB"])
NUMBERS = st.none() | st.integers(0, 30)
BLOCKS = st.none() | st.integers(1, 3)
streets = st.lists(st.tuples(NUMBERS, BLOCKS, POSTCODES, st.text("abc", max_size=2)), max_size=40).map(
    lambda rows: [
        StreetDoor(pk, f"{number or 0:06d}{tail}", number, block, postcode)
        for pk, (number, block, postcode, tail) in enumerate(rows)
    ]
)


def number_of(entrance: Entrance) -> int | None:
    return min((door.house_number for door in entrance if door.house_number is not None), default=None)


@given(streets)
def test_every_door_is_walked_to_exactly_once(street: list[StreetDoor]) -> None:
    assert sorted(walked(*street)) == [door.household_id for door in street]


@given(streets)
def test_the_numbers_rise_along_the_odd_side_and_fall_along_the_even_side(street: list[StreetDoor]) -> None:
    numbers = [number for entrance in entrances(street) if (number := number_of(entrance)) is not None]
    odd = [number for number in numbers if number % 2]
    even = [number for number in numbers if number % 2 == 0]
    assert numbers == sorted(odd) + sorted(even, reverse=True)


@given(streets)
def test_each_entrance_is_visited_once_and_in_natural_order(street: list[StreetDoor]) -> None:
    visited = entrances(street)
    blocks = [entrance[0].block_id for entrance in visited if entrance[0].block_id is not None]
    assert len(blocks) == len(set(blocks))
    assert all(
        [door.sort_key for door in entrance] == sorted(door.sort_key for door in entrance) for entrance in visited
    )


@given(streets, st.randoms())
def test_the_order_does_not_depend_on_the_order_the_doors_came_in(street: list[StreetDoor], dice: object) -> None:
    shuffled = list(street)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert walked(*shuffled) == walked(*street)
