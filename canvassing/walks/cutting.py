"""Cutting a street that is too long for one walk into balanced pieces, keeping houses and blocks of flats whole."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise
from typing import TypeVar

MOST_DOORS = 60

Door = TypeVar("Door")


def pieces(entrances: Iterable[Sequence[Door]], most: int = MOST_DOORS) -> list[tuple[Door, ...]]:
    """The doors of `entrances`, in their order, as the fewest pieces of at most `most` doors, balanced best.

    An entrance that fits in one piece is never split, which may cost a piece more than the doors alone need: two
    teams in one stairwell cost more than that. A larger one is split evenly.
    """
    wholes = [whole for entrance in entrances for whole in _wholes(entrance, most)]
    cuts = _balanced_cuts([len(whole) for whole in wholes], most)
    return [tuple(chain.from_iterable(wholes[start:end])) for start, end in pairwise(cuts)]


def _wholes(entrance: Sequence[Door], most: int) -> list[Sequence[Door]]:
    """The entrance itself when it fits in one piece, else the fewest even parts of it that do."""
    parts = -(-len(entrance) // most)
    edges = [len(entrance) * part // max(parts, 1) for part in range(parts + 1)]
    return [entrance[start:end] for start, end in pairwise(edges)]


def _balanced_cuts(sizes: Sequence[int], most: int) -> list[int]:
    """Where to cut a row of `sizes`: fewest pieces first, then the least sum of squares, which is the best balance.

    A shortest path from the row's start to each place in it, in O(doors x most) steps.
    """
    before = [0, *accumulate(sizes)]
    a_piece_more = most * before[-1] + 1  # outweighs every sum of squares
    cost, previous = [0], [0]
    for end in range(1, len(before)):
        nearest = bisect_left(before, before[end] - most)
        least, start = min(
            (cost[start] + a_piece_more + (before[end] - before[start]) ** 2, start) for start in range(nearest, end)
        )
        cost.append(least)
        previous.append(start)
    cuts = [len(sizes)]
    while cuts[-1]:
        cuts.append(previous[cuts[-1]])
    return cuts[::-1]
