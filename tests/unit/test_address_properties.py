"""What holds for every address: nothing raises, spellings meet, doors stay apart, order is natural."""

from hypothesis import given
from hypothesis import strategies as st

from canvassing.electorate.address import Address, Door, door, parse

STREETS = st.sampled_from(["Thorne Park", "Dunster Street", "St Paul's Road", "O'Brien Way", "White Terrace"])
BUILDINGS = st.sampled_from(
    ["", "Fonthill Court", "City View Apartments", "St Mary's House", "The Lodge", "Spectrum", "A Block", "Block 2"]
)
ESTATES = st.sampled_from(["", "", "Northway Estate", "Peabody Buildings"])
UNITS = st.sampled_from(
    [
        "",
        "Flat",
        "Apartment",
        "Unit",
        "Room",
        "Studio",
        "Ground Floor Flat",
        "Basement",
        "1st Floor Flat",
        "Flat 1 Rear",
    ]
)
MARKED = {"Flat", "Apartment", "Unit", "Room", "Studio"}


@st.composite
def printed(draw: st.DrawFn) -> list[str]:
    """An address as a council prints it: unit, building, estate, number and street, each on its line."""
    unit, building = draw(UNITS), draw(BUILDINGS)
    estate = draw(ESTATES) if building else ""
    if unit in MARKED:
        unit += f" {draw(st.integers(1, 120))}{draw(st.sampled_from(['', 'A', 'b']))}"
    number = (
        "" if building and draw(st.booleans()) else f"{draw(st.integers(1, 400))}{draw(st.sampled_from(['', 'A']))} "
    )
    return [line for line in (unit, building, estate, f"{number}{draw(STREETS)}") if line]


@st.composite
def respelt(draw: st.DrawFn, line: str) -> str:
    """`line` as somebody else would write it: case, spaces, no-break spaces, quotes."""
    line = draw(st.sampled_from([line, line.upper(), line.lower()]))
    line = line.replace(" ", draw(st.sampled_from([" ", "  ", "\xa0"])))
    return draw(st.sampled_from(["", " "])) + line.replace("'", draw(st.sampled_from(["'", "’", "`", "``", ""])))  # noqa: RUF001


def fits(found: Door) -> bool:
    """Whether every part goes into its column."""
    return (
        len(found.label) <= 200 and len(found.address_key) <= 200 and len(found.sort_key) <= 240 and bool(found.label)
    )


@given(st.lists(st.text(max_size=400), max_size=8), st.text(max_size=20))
def test_nothing_raises_and_everything_fits_its_column(lines: list[str], postcode: str) -> None:
    address = parse(lines, postcode)
    assert fits(address)
    assert len(address.street) <= 120
    assert len(address.street_key) <= 120
    assert len(address.block) <= 120
    assert len(address.block_key) <= 120
    assert len(address.postcode) <= 8
    assert address.street
    assert address.house_number is None or 0 <= address.house_number < 2**31
    assert "\x00" not in address.street + address.label + address.address_key + address.sort_key


@given(st.text(max_size=400), st.text(max_size=100))
def test_nothing_typed_at_a_door_raises(label: str, street: str) -> None:
    assert fits(door(label, street))


@given(printed(), st.data())
def test_another_spelling_is_the_same_door(lines: list[str], data: st.DataObject) -> None:
    one, other = parse([*lines, "London"]), parse([data.draw(respelt(line)) for line in [*lines, "London"]])
    assert (one.street_key, one.address_key, one.sort_key, one.block_key, one.house_number) == (
        other.street_key, other.address_key, other.sort_key, other.block_key, other.house_number,
    )  # fmt: skip


@given(printed(), st.data())
def test_a_label_typed_by_hand_is_the_same_door(lines: list[str], data: st.DataObject) -> None:
    address = parse([*lines, "London"])
    typed = door(data.draw(respelt(address.label)), address.street)
    assert (typed.address_key, typed.sort_key) == (address.address_key, address.sort_key)


@given(printed(), printed())
def test_different_addresses_have_different_doors(one: list[str], other: list[str]) -> None:
    def same_words(lines: list[str]) -> str:
        return " ".join(lines).lower().replace("apartment ", "flat ")

    first, second = parse([*one, "London"]), parse([*other, "London"])
    if same_words(one) != same_words(other):
        assert (first.street_key, first.address_key) != (second.street_key, second.address_key)


@given(st.lists(printed().map(lambda lines: parse([*lines, "London"])), max_size=30))
def test_a_street_sorts_by_number_and_keeps_each_house_together(street: list[Address]) -> None:
    by_bytes = sorted(street, key=lambda address: address.sort_key.encode())
    numbers = [address.house_number for address in by_bytes]
    numbered = [number for number in numbers if number is not None]
    assert numbers == numbered + [None] * (len(numbers) - len(numbered))
    assert numbered == sorted(numbered)


@given(st.integers(1, 99_998), st.integers(1, 99_998))
def test_flats_sort_by_size_not_by_digits(one: int, other: int) -> None:
    first, second = door(f"Flat {one}, 7").sort_key.encode(), door(f"Flat {other}, 7").sort_key.encode()
    assert (first < second) == (one < other)
