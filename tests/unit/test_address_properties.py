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


# What follows looks further than the shapes above: any mark, any floor, any odd sign a file may hold.
LETTERS = st.sampled_from(["", "", "A", "B", "K", "½"])
HOUSES = st.builds(lambda number, letter: f"{number}{letter}", st.integers(1, 99_999), LETTERS)
FLATS = st.one_of(
    st.builds("Flat {}".format, st.integers(1, 999_999)),
    st.builds("Flat {}{}".format, st.integers(1, 200), st.sampled_from("ABCDEFG")),
    st.builds("Flat {}{}".format, st.sampled_from("ABCDEFG"), st.integers(1, 200)),
    st.builds("Flat {}/{}".format, st.integers(0, 20), st.integers(1, 20)),
    st.builds("Flat {}F{}".format, st.integers(1, 20), st.integers(1, 9)),
    st.builds("Room {}.{}".format, st.integers(1, 20), st.integers(1, 99)),
    st.sampled_from(["Flat A", "Flat B", "GFF", "First Floor Flat", "Basement", "PF1", "PF2", "TFL", "TFR", "Annexe"]),
)
ODD_SIGNS = st.text("0123456789ABFLabfl ½/()-–—−.,;:'’`\"&+#№|\xa0\t", max_size=40)  # noqa: RUF001
POSTCODES = st.sampled_from(["", "N1 4DL", "n1\xa04dl", "SW1A 1AA", "N1 ODL", "UNKNOWN", "London"])
TAILS = st.sampled_from(["", ".", ",", " ;", " -", "\xa0"])


@given(st.lists(ODD_SIGNS, max_size=5), ODD_SIGNS)
def test_no_heap_of_signs_raises(lines: list[str], postcode: str) -> None:
    assert fits(parse(lines, postcode))
    assert fits(door(" ".join(lines), postcode))


@given(printed(), POSTCODES, POSTCODES, st.integers(0, 5))
def test_no_postcode_changes_the_door_wherever_it_stands(lines: list[str], given_one: str, other: str, at: int) -> None:
    bare = parse([*lines, "Bardon"])
    if other not in ("UNKNOWN", "London", "N1 ODL"):
        lines = [*lines[:at], other, *lines[at:]]
    found = parse([*lines, "Bardon"], given_one)
    assert (found.street_key, found.address_key) == (bare.street_key, bare.address_key)


@given(printed(), st.data())
def test_what_trails_a_line_changes_nothing(lines: list[str], data: st.DataObject) -> None:
    trailed = [line + data.draw(TAILS) for line in [*lines, "London"]]
    assert parse(trailed) == parse([*lines, "London"])


@given(HOUSES, HOUSES)
def test_two_numbers_are_two_doors(one: str, other: str) -> None:
    first, second = parse([f"{one} Thorne Park", "London"]), parse([f"{other} Thorne Park", "London"])
    assert (first.address_key == second.address_key) == (one == other)


@given(FLATS, FLATS, HOUSES, HOUSES)
def test_two_flats_are_two_doors(one: str, other: str, house: str, another: str) -> None:
    first, second = parse([one, f"{house} Thorne Park", "London"]), parse([other, f"{another} Thorne Park", "London"])
    assert (first.address_key == second.address_key) == ((one, house) == (other, another))
    assert (first.sort_key == second.sort_key) == (first.address_key == second.address_key)


@given(FLATS, HOUSES)
def test_a_flat_is_no_house_and_reads_back(flat: str, house: str) -> None:
    inside, alone = parse([flat, f"{house} Thorne Park", "London"]), parse([f"{house} Thorne Park", "London"])
    assert inside.address_key != alone.address_key
    assert alone.sort_key.encode() < inside.sort_key.encode()
    typed = door(inside.label, inside.street)
    assert (typed.address_key, typed.sort_key, typed.label) == (inside.address_key, inside.sort_key, inside.label)


@given(FLATS, HOUSES, st.data())
def test_a_flat_in_another_spelling_or_order_is_the_same_door(flat: str, house: str, data: st.DataObject) -> None:
    lines = data.draw(
        st.sampled_from(
            [[flat, f"{house} Thorne Park"], [flat, house, "Thorne Park"], [f"{house} Thorne Park", flat],
             [f"{flat}, {house} Thorne Park"], [f"{house} ({flat}) Thorne Park"]]
        )
    )  # fmt: skip
    other = parse([data.draw(respelt(line)) for line in [*lines, "London"]])
    assert other.address_key == parse([flat, f"{house} Thorne Park", "London"]).address_key


@given(st.integers(1, 99_998), st.sampled_from(["", "A", "B"]), st.integers(1, 99_998), st.sampled_from(["", "A", "B"]))
def test_houses_sort_by_number_then_letter(one: int, letter: str, other: int, another: str) -> None:
    first, second = door(f"{one}{letter}"), door(f"{other}{another}")
    assert (first.sort_key.encode() < second.sort_key.encode()) == ((one, letter) < (other, another))
