"""Streets into walks: every door once, in order, few and balanced, and no entrance split that fits."""

from itertools import chain, pairwise

from hypothesis import given
from hypothesis import strategies as st

from canvassing.walks.cutting import MOST_DOORS, pieces

Doors = list[tuple[int, int]]


def street_of(*sizes: int) -> list[Doors]:
    """Entrances of so many doors each; a door is (entrance, flat)."""
    return [[(entrance, flat) for flat in range(size)] for entrance, size in enumerate(sizes)]


streets = st.lists(st.integers(1, 150) | st.integers(1, 4), max_size=60).map(lambda sizes: street_of(*sizes))


def sizes_of(street: list[Doors]) -> list[int]:
    return [len(piece) for piece in pieces(street)]


def test_a_street_of_106_houses_is_cut_in_the_middle() -> None:
    assert sizes_of(street_of(*[1] * 106)) == [53, 53]


def test_a_street_of_60_houses_is_one_walk_and_one_house_more_makes_it_two() -> None:
    assert sizes_of(street_of(*[1] * 60)) == [60]
    assert sizes_of(street_of(*[1] * 61)) == [30, 31]


def test_a_block_that_fits_is_left_whole_even_when_the_halves_are_uneven() -> None:
    assert sizes_of(street_of(*[1] * 10, 50, *[1] * 46)) == [60, 46]


def test_three_blocks_of_forty_are_three_walks_not_two_with_one_torn() -> None:
    assert sizes_of(street_of(40, 40, 40)) == [40, 40, 40]


def test_a_block_too_large_for_one_walk_is_split_evenly() -> None:
    assert sizes_of(street_of(106)) == [53, 53]
    assert sizes_of(street_of(130)) == [43, 43, 44]


def test_a_street_without_doors_has_no_pieces() -> None:
    assert pieces([]) == []


@given(streets)
def test_every_door_is_in_exactly_one_piece_and_the_order_is_kept(street: list[Doors]) -> None:
    assert list(chain.from_iterable(pieces(street))) == list(chain.from_iterable(street))


@given(streets)
def test_no_piece_is_empty_or_has_more_than_sixty_doors(street: list[Doors]) -> None:
    assert all(1 <= size <= MOST_DOORS for size in sizes_of(street))


@given(streets)
def test_an_entrance_that_fits_in_a_walk_is_never_split(street: list[Doors]) -> None:
    where = {entrance[0][0]: [piece for piece in pieces(street) if set(entrance) & set(piece)] for entrance in street}
    assert all(len(found) == 1 for entrance, found in where.items() if len(street[entrance]) <= MOST_DOORS)


@given(streets)
def test_no_two_neighbouring_pieces_would_fit_in_one_walk(street: list[Doors]) -> None:
    assert all(one + next_one > MOST_DOORS for one, next_one in pairwise(sizes_of(street)))


@given(st.integers(1, 1000))
def test_a_street_of_houses_gets_the_fewest_walks_and_they_differ_by_one_door_at_most(houses: int) -> None:
    sizes = sizes_of(street_of(*[1] * houses))
    assert len(sizes) == -(-houses // MOST_DOORS)
    assert max(sizes) - min(sizes) <= 1
