"""The doors of one street in walking order: odd numbers out, even numbers back, the flats of an entrance together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreetDoor:
    """What the order needs to know of one household of the street."""

    household_id: int
    sort_key: str
    house_number: int | None = None
    block_id: int | None = None
    postcode: str = ""


Entrance = tuple[StreetDoor, ...]


def entrances(doors: Iterable[StreetDoor]) -> list[Entrance]:
    """The street's doors grouped by the entrance they lie behind, entrances in walking order.

    Out along the odd numbers from the low end, back along the even ones. A house or block without a number stands
    after the last numbered door of its own postcode, for a postcode covers a few neighbouring houses; where no
    numbered door shares it, at the end. Within an entrance the order is natural: 2 before 10, 12A after 12.

    Squares and closes get no exception: neither name nor numbers tell one that counts round from one with two sides.
    """
    behind: defaultdict[tuple[str, int], list[StreetDoor]] = defaultdict(list)
    for door in sorted(doors, key=lambda door: (door.sort_key, door.household_id)):
        behind[_entrance_of(door)].append(door)
    found = [tuple(flats) for flats in behind.values()]
    numbered = sorted((entrance for entrance in found if _number(entrance) is not None), key=_side_and_number)
    return _with_named(numbered, [entrance for entrance in found if _number(entrance) is None])


def _entrance_of(door: StreetDoor) -> tuple[str, int]:
    if door.block_id is not None:
        return ("block", door.block_id)
    if door.house_number is not None:
        return ("number", door.house_number)
    return ("name", door.household_id)


def _number(entrance: Entrance) -> int | None:
    return min((door.house_number for door in entrance if door.house_number is not None), default=None)


def _side_and_number(entrance: Entrance) -> tuple[bool, int, str]:
    number = _number(entrance) or 0
    even = number % 2 == 0
    return (even, -number if even else number, entrance[0].sort_key)


def _with_named(numbered: Sequence[Entrance], named: Sequence[Entrance]) -> list[Entrance]:
    last = {door.postcode: place for place, entrance in enumerate(numbered) for door in entrance if door.postcode}
    ranked = [(place, False, entrance) for place, entrance in enumerate(numbered)]
    ranked += [(last.get(entrance[0].postcode, len(numbered)), True, entrance) for entrance in named]
    ranked.sort(key=lambda row: (row[0], row[1], row[2][0].sort_key))
    return [entrance for _, _, entrance in ranked]
