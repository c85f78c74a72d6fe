"""Hard addresses, as councils print them: street, what is painted on the door, block, and the side's number."""

import pytest

from canvassing.electorate.address import NO_NUMBER, NO_STREET, door, is_no_address, parse

# Lines are parted by "|"; the town and the postcode follow as in a council's file.
HARD = [
    # plain houses
    ("14 Thorne Park", "Thorne Park", "14", "", 14),
    ("12A Petherton Road", "Petherton Road", "12A", "", 12),
    ("12a petherton road", "Petherton Road", "12A", "", 12),
    ("12 A High Street", "High Street", "12A", "", 12),
    ("103C SEVEN SISTERS ROAD", "Seven Sisters Road", "103C", "", 103),
    ("12½ High Street", "High Street", "12½", "", 12),
    ("12. High Street", "High Street", "12", "", 12),
    ("5 2nd Avenue", "2nd Avenue", "5", "", 5),
    ("14A|Thorne Park", "Thorne Park", "14A", "", 14),
    ("7 St Paul``s Road", "St Paul's Road", "7", "", 7),
    ("7 ST. JOHN'S GROVE", "St. John's Grove", "7", "", 7),
    ("7 O'DONOGHUE WAY", "O'Donoghue Way", "7", "", 7),
    ("12 Broadway", "Broadway", "12", "", 12),
    ("9 Upper Street North", "Upper Street North", "9", "", 9),
    ("1 Fonthill Court", "Fonthill Court", "1", "", 1),
    ("5 Y Ddraig Goch", "Y Ddraig Goch", "5", "", 5),
    # ranges
    ("12-14 Coleman Fields", "Coleman Fields", "12-14", "", 12),
    ("4- 6 Knowsley Road", "Knowsley Road", "4-6", "", 4),
    ("12 – 14 Coleman Fields", "Coleman Fields", "12-14", "", 12),  # noqa: RUF001
    ("16/20 Elthorne Road", "Elthorne Road", "16-20", "", 16),
    ("12 & 14 Elthorne Road", "Elthorne Road", "12-14", "", 12),
    ("12 to 14 Elthorne Road", "Elthorne Road", "12-14", "", 12),
    ("12A-12C Elthorne Road", "Elthorne Road", "12A-12C", "", 12),
    ("12A-C Elthorne Road", "Elthorne Road", "12A-C", "", 12),
    # flats in houses
    ("Flat 3|14A Thorne Park", "Thorne Park", "Flat 3, 14A", "", 14),
    ("Flat 3|14A|Thorne Park", "Thorne Park", "Flat 3, 14A", "", 14),
    ("Flat 17, 1A Petherton Road", "Petherton Road", "Flat 17, 1A", "", 1),
    ("1A Petherton Road|Flat 17", "Petherton Road", "Flat 17, 1A", "", 1),
    ("1A Petherton Road Flat 17", "Petherton Road", "Flat 17, 1A", "", 1),
    ("FLAT 2 39A CHURCH STREET", "Church Street", "Flat 2, 39A", "", 39),
    ("Flat A|16 Sable Close", "Sable Close", "Flat A, 16", "", 16),
    ("FLAT 2B|16 SABLE CLOSE", "Sable Close", "Flat 2B, 16", "", 16),
    ("12/3 Leith Walk", "Leith Walk", "Flat 3, 12", "", 12),
    ("Ground Floor Flat, 27 Anson Road", "Anson Road", "Ground Floor Flat, 27", "", 27),
    ("Ground Floor Flat 27 Anson Road", "Anson Road", "Ground Floor Flat, 27", "", 27),
    ("GROUND FLOOR FLAT|27 ANSON ROAD", "Anson Road", "Ground Floor Flat, 27", "", 27),
    ("First Floor Flat A|27 Anson Road", "Anson Road", "First Floor Flat A, 27", "", 27),
    ("Basement|27 Anson Road", "Anson Road", "Basement, 27", "", 27),
    ("Penthouse, 14-22 Coleman Fields", "Coleman Fields", "Penthouse, 14-22", "", 14),
    ("Penthouse 14-22 Coleman Fields", "Coleman Fields", "Penthouse, 14-22", "", 14),
    ("Flat Above, 171 Blackstock Road", "Blackstock Road", "Flat Above 171", "", 171),
    ("Flat Above 171 Blackstock Road", "Blackstock Road", "Flat Above 171", "", 171),
    ("Rear of 12 High Street", "High Street", "Rear of 12", "", 12),
    ("ROOM 733 7A BOW ROAD", "Bow Road", "Room 733, 7A", "", 7),
    ("HOUSEBOAT WILLOW OPPOSITE 49 RIVER WALK", "River Walk", "Houseboat Willow Opposite 49", "", 49),
    ("Flat 12 High Street", "High Street", "Flat 12", "", None),
    # blocks
    ("Flat 1|Fonthill Court|Dunster Street", "Dunster Street", "Flat 1, Fonthill Court", "Fonthill Court", None),
    ("1 Fonthill Court|Dunster Street", "Dunster Street", "1 Fonthill Court", "Fonthill Court", None),
    ("Flat 18|Cutler Point|Thorne Park", "Thorne Park", "Flat 18, Cutler Point", "Cutler Point", None),
    ("3 Rose House|Park View|Canonbury", "Park View", "3 Rose House", "Rose House", None),
    ("Flat 3|The Old School|School Lane", "School Lane", "Flat 3, The Old School", "The Old School", None),
    ("3A City View Apartments, 9 Essex Road", "Essex Road", "3A City View Apartments, 9", "City View Apartments", 9),
    ("3A City View Apartments 9 Essex Road", "Essex Road", "3A City View Apartments, 9", "City View Apartments", 9),
    ("Flat 3|Rose House|12 Park Road|Muswell Hill", "Park Road", "Flat 3, Rose House, 12", "Rose House", 12),
    ("Flat 3 Rose House 12 Park Road", "Park Road", "Flat 3, Rose House, 12", "Rose House", 12),
    ("First Floor Flat|Rose House|Park Road", "Park Road", "First Floor Flat, Rose House", "Rose House", None),
    ("Flat 5|Fonthill Court", "Fonthill Court", "Flat 5", "", None),
    # named houses
    ("The Lodge|Sable Close", "Sable Close", "The Lodge", "", None),
    ("The Coach House|Palace Park", "Palace Park", "The Coach House", "", None),
    ("Lock Keeper`s Cottage|Palace Park", "Palace Park", "Lock Keeper's Cottage", "", None),
    ("Rose Cottage|12 Park Road", "Park Road", "Rose Cottage, 12", "", 12),
    ("Studio House|12 Park Road", "Park Road", "Studio House, 12", "", 12),
    ("The Lodge|Park Road|Muswell Hill", "Park Road", "The Lodge", "", None),
    ("Rose Cottage|Front Street|Chester-le-Street", "Front Street", "Rose Cottage", "", None),
    ("Rose Cottage|Little Missenden", "Little Missenden", "Rose Cottage", "", None),
    ("Willow Tree House|Church Hill", "Church Hill", "Willow Tree House", "", None),
    # hardly an address
    ("Church Street", "Church Street", NO_NUMBER, "", None),
]  # fmt: skip


# As above; all but a few that bound a rule were read wrongly once.
FOUND = [
    # storeys and sides, in the label and as blocks of their own
    ("1st Floor Flat, 22 Highbury Hill", "Highbury Hill", "1st Floor Flat, 22", "", 22),
    ("1ST FLOOR FLAT, 22 HIGHBURY HILL", "Highbury Hill", "1st Floor Flat, 22", "", 22),
    ("3rd Floor, 12 Upper Street", "Upper Street", "3rd Floor, 12", "", 12),
    ("12th Floor Flat, 12 Upper Street", "Upper Street", "12th Floor Flat, 12", "", 12),
    ("2nd Floor Flat|Rose House|Park Road", "Park Road", "2nd Floor Flat, Rose House", "Rose House", None),
    ("Flat 10, 3rd Floor, 22 Upper Street", "Upper Street", "Flat 10 3rd Floor, 22", "", 22),
    ("Flat 10b, 3RD Floor, 22 Upper Street", "Upper Street", "Flat 10B 3rd Floor, 22", "", 22),
    ("Flat 1 Rear|22 Upper Street", "Upper Street", "Flat 1 Rear, 22", "", 22),
    ("Flat 1|Rear|22 Upper Street", "Upper Street", "Flat 1 Rear, 22", "", 22),
    ("Flat 3 2nd Floor|22 Upper Street", "Upper Street", "Flat 3 2nd Floor, 22", "", 22),
    ("Flat 1 Ground Floor 12 Upper Street", "Upper Street", "Flat 1 Ground Floor, 12", "", 12),
    ("Flat 1 Room 2 12 Upper Street", "Upper Street", "Flat 1 Room 2, 12", "", 12),
    ("Flat 1 The Studio|12 Park Road", "Park Road", "Flat 1 The Studio, 12", "", 12),
    ("Flat 1 The Garden|12 Park Road", "Park Road", "Flat 1, The Garden, 12", "The Garden", 12),
    ("Flat 1 Upper Street", "Upper Street", "Flat 1", "", None),
    ("Flat Over Shop|12 Upper Street", "Upper Street", "Flat Over Shop, 12", "", 12),
    ("Flat Above The Red Lion|12 Upper Street", "Upper Street", "Flat Above The Red Lion, 12", "", 12),
    ("Flat 2 Rear 3|12 Upper Street", "Upper Street", "Flat 2 Rear 3, 12", "", 12),
    ("Flat Over The Shop 12 Upper Street", "Upper Street", "Flat Over The Shop, 12", "", 12),
    ("12 High Street|Over", "High Street", "12", "", 12),
    # the word for a number
    ("No. 12 Upper Street", "Upper Street", "12", "", 12),
    ("No 12|Upper Street", "Upper Street", "12", "", 12),
    ("NO.12A UPPER STREET", "Upper Street", "12A", "", 12),
    ("Number 12 Upper Street", "Upper Street", "12", "", 12),
    ("Nos. 12-14 Upper Street", "Upper Street", "12-14", "", 12),
    ("Flat No. 3|12 Upper Street", "Upper Street", "Flat 3, 12", "", 12),
    ("Casa No 12 Upper Street", "Upper Street", "Casa, 12", "", 12),
    ("Rose House No. 12|Park Road", "Park Road", "Rose House, 12", "", 12),
    # what lies beside a house, on a line of its own
    ("HOUSEBOAT WILLOW|OPPOSITE 49 RIVER WALK", "River Walk", "Houseboat Willow Opposite 49", "", 49),
    ("Houseboat Willow, Opposite 49, River Walk", "River Walk", "Houseboat Willow Opposite 49", "", 49),
    ("Willow Cottage at 49 River Walk", "River Walk", "Willow Cottage at 49", "", 49),
    ("Flat 1|Coach House|Rear of 12 High Street", "High Street", "Flat 1, Coach House, Rear of 12", "Coach House", 12),
    ("The Garden|Rear of 12 High Street", "High Street", "The Garden, Rear of 12", "", 12),
    ("Caravan 3 Land at Rear of 12 High Street", "High Street", "Caravan 3 Land at Rear of 12", "", 12),
    ("Flat 2|Rear of 12 High Street", "High Street", "Flat 2, Rear of 12", "", 12),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "street", "label", "block", "number"), HARD)
def test_a_hard_address(printed: str, street: str, label: str, block: str, number: int | None) -> None:
    address = parse([*printed.split("|"), "London", "N1 4DL"], "N1 4DL")
    assert (address.street, address.label, address.block, address.house_number) == (street, label, block, number)
    assert address.postcode == "N1 4DL"


@pytest.mark.parametrize(("printed", "street", "label", "block", "number"), FOUND)
def test_reviewers_found_a_hard_address_misread(
    printed: str, street: str, label: str, block: str, number: int | None
) -> None:
    test_a_hard_address(printed, street, label, block, number)


@pytest.mark.parametrize(("printed", "street", "label", "block", "number"), [*HARD, *FOUND])
def test_its_label_typed_by_hand_is_the_same_door(
    printed: str, street: str, label: str, block: str, number: int | None
) -> None:
    address, typed = parse([*printed.split("|"), "London"]), door(label)
    assert (typed.address_key, typed.sort_key, typed.block_key) == (
        address.address_key,
        address.sort_key,
        address.block_key,
    )


@pytest.mark.parametrize(
    ("lines", "street", "label"),
    [
        ([], NO_STREET, NO_NUMBER),
        (["", " \xa0", ","], NO_STREET, NO_NUMBER),
        (["14A"], NO_STREET, "14A"),
        (["Flat 3"], NO_STREET, "Flat 3"),
        (["Rose Cottage"], NO_STREET, "Rose Cottage"),
        (["Church Street"], "Church Street", NO_NUMBER),
        (["Flat 5", "Fonthill Court"], "Fonthill Court", "Flat 5"),
        (["Rose Cottage", "London"], "London", "Rose Cottage"),
    ],
)
def test_an_address_without_street_or_town_still_has_a_place(lines: list[str], street: str, label: str) -> None:
    address = parse(lines)
    assert (address.street, address.label) == (street, label)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Houseboat Willow|Opposite 49 Noel Road", "Houseboat Willow Opposite 49 Noel Road"),
        ("Flat 6|Block 2|High Road", "6 Block 2|High Road"),
        ("Flat 6|Block 2|High Road", "Flat 6 Block 2 High Road"),
        ("Flat 12|A Block|Peabody Buildings|Greenman Street", "12 A Block|Peabody Buildings|Greenman Street"),
        ("12|A Block|Peabody Buildings|Greenman Street", "12 A Block, Peabody Buildings|Greenman Street"),
        ("12A Basement Flat|Upper Street", "Basement Flat, 12A Upper Street"),
        ("Flat 3 2nd Floor|22 Upper Street", "Flat 3, Second Floor, 22 Upper Street"),
        ("Flat 2 Rear of 12 High Street", "Flat 2|Rear of 12 High Street"),
        ("No. 12 Upper Street", "12 Upper Street"),
        ("House No 12 Upper Street", "12 Upper Street"),
    ],
)
def test_reviewers_found_one_home_in_two_households(one: str, other: str) -> None:
    first, second = (parse([*printed.split("|"), "London"]) for printed in (one, other))
    assert (first.street_key, first.address_key) == (second.street_key, second.address_key)
    assert (first.block_key, first.sort_key) == (second.block_key, second.sort_key)


@pytest.mark.parametrize("typed", ["12", "No.12", "no 12", "NO. 12", "Number 12", "No 12, Upper Street"])
def test_reviewers_found_a_typed_number_with_its_word_to_be_another_door(typed: str) -> None:
    assert door(typed, "Upper Street") == door("12", "Upper Street")
    assert door(typed, "Upper Street").label == "12"


@pytest.mark.parametrize("line", ["OTHER ELECTORS", "Other  Electors", " other electors:", "(OTHER ELECTORS)"])
def test_a_title_in_the_address_column_is_no_address(line: str) -> None:
    assert is_no_address(line)


@pytest.mark.parametrize("line", ["", "London", "Electors Lane", "1 Other Street", "OTHER ELECTORS HOUSE"])
def test_anything_else_may_be_one(line: str) -> None:
    assert not is_no_address(line)


@pytest.mark.parametrize(
    "postcode_and_end",
    [
        ("N1 4DL", "N1 4DL"),
        ("N1\xa04DL", "N1\xa04DL"),
        ("N14DL", "n1 4dl"),
        ("", "N1 4DL"),
        ("N1 4DL", ""),
        ("", "London N1 4DL"),
    ],
)
def test_the_postcode_is_taken_from_the_end_of_the_address(postcode_and_end: tuple[str, str]) -> None:
    postcode, end = postcode_and_end
    address = parse(["1 Dunster Street", "London", end], postcode)
    assert (address.street, address.label, address.postcode) == ("Dunster Street", "1", "N1 4DL")


def test_what_has_not_the_shape_of_a_postcode_is_left_out_and_refuses_nothing() -> None:
    assert parse(["1 Dunster Street", "London", "UNKNOWN"], "UNKNOWN").postcode == ""


@pytest.mark.parametrize("typed", ["14a", "14A", " 14 a ", "14A Thorne Park", "14a, thorne pk", "14\xa0A"])
def test_a_house_typed_by_hand_is_the_registers_house(typed: str) -> None:
    register = parse(["14A Thorne Park", "London", "N1 4DL"], "N1 4DL")
    assert door(typed, "Thorne Park").address_key == register.address_key
    assert door(typed, "Thorne Park").label == "14A"


@pytest.mark.parametrize(
    "typed", ["flat 3, 14A", "Flat 3 14a", "14a flat 3", "14A Apartment 3", "apt. 03, 14a", "14a/3"]
)
def test_a_flat_typed_in_any_order_is_the_registers_flat(typed: str) -> None:
    register = parse(["Flat 3", "14A Thorne Park", "London"])
    assert door(typed).address_key == register.address_key


@pytest.mark.parametrize(
    "typed", ["3 Fonthill Court", "fonthill ct 3", "Flat 3, Fonthill Court", "FLAT 3 FONTHILL COURT"]
)
def test_a_flat_of_a_block_typed_in_any_order_is_the_registers_flat(typed: str) -> None:
    register = parse(["Flat 3", "Fonthill Court", "Dunster Street", "London"])
    assert door(typed, "Dunster Street").address_key == register.address_key
    assert door(typed, "Dunster Street").block_key == register.block_key


@pytest.mark.parametrize("name", ["Lock Keeper’s Cottage", "LOCK KEEPERS COTTAGE", "Lock  Keeper``s-Cottage"])  # noqa: RUF001
def test_a_named_house_is_known_whatever_its_quotes(name: str) -> None:
    assert door(name).address_key == parse(["Lock Keeper's Cottage", "Palace Park", "London"]).address_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("14", "14A"), ("12", "12-14"), ("Flat 1, 11", "Flat 11, 1"), ("Flat 2", "2"), ("Unit 2, 12", "Flat 2, 12"),
        ("Flat 1, Rose House", "Rose House"), ("Ivy House, 12", "Rose House, 12"), ("Room 1, 12", "Room 11, 2"),
    ],
)  # fmt: skip
def test_two_doors_stay_two(one: str, other: str) -> None:
    assert door(one).address_key != door(other).address_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Mary's Rd", "Saint Marys Road"),
        ("Thorne Pk", "THORNE PARK"),
        ("Brecknock and Hill Street", "Brecknock & Hill St."),
        ("Évreux Road", "Evreux  Road"),
    ],
)
def test_spellings_of_a_street_meet(one: str, other: str) -> None:
    assert parse([f"1 {one}", "London"]).street_key == parse([f"1 {other}", "London"]).street_key


def test_doors_of_a_street_sort_naturally_and_a_houses_flats_stay_together() -> None:
    in_order = [
        "2", "9", "10", "12", "Flat 1, 12", "Flat 2, 12", "Flat 10, 12", "Basement, 12", "Ground Floor Flat, 12",
        "First Floor Flat, 12", "Top Floor Flat, 12", "Flat A, 12", "Flat B, 12", "12-16", "12A", "Flat 1, 12A", "12B",
        "14", "100", "Flat 2, Fonthill Court", "Flat 10, Fonthill Court", "Rose Cottage",
    ]  # fmt: skip
    by_bytes = sorted(in_order, key=lambda label: door(label).sort_key.encode())
    assert by_bytes == in_order
