"""Which line is the street's, and what becomes of the buildings, estates and blocks above it."""

import pytest

from canvassing.electorate.address import door, parse

# Lines are parted by "|"; a town follows. All but a few that bound a rule were read wrongly once.
HIDDEN = [
    # a numbered line whose name is no known word for a building hid the street
    ("22 Spectrum|Freeling Street", "Freeling Street", "22 Spectrum", "Spectrum", None),
    ("7 The Maples|Elthorne Road", "Elthorne Road", "7 The Maples", "The Maples", None),
    ("12 The Bungalow|Mill Lane", "Mill Lane", "12 The Bungalow", "The Bungalow", None),
    ("12 Samuel Lewis Dwellings|Essex Road", "Essex Road", "12 Samuel Lewis Dwellings", "Samuel Lewis Dwellings", None),
    ("12 Westbourne Estate|Essex Road", "Essex Road", "12 Westbourne Estate", "Westbourne Estate", None),
    ("12 Westbourne Estate|Highbury Hill", "Highbury Hill", "12 Westbourne Estate", "Westbourne Estate", None),
    ("12A Basement Flat|Upper Street", "Upper Street", "Basement Flat, 12A", "", 12),
    ("12 Rear|Upper Street", "Upper Street", "Rear, 12", "", 12),
    ("7|The Maples|Elthorne Road", "Elthorne Road", "7 The Maples", "The Maples", None),
    ("3|Fonthill Court|Dunster Street", "Dunster Street", "3 Fonthill Court", "Fonthill Court", None),
    ("22 Spectrum|Freeling Street|Ebbw Vale", "Freeling Street", "22 Spectrum", "Spectrum", None),
    ("12 The Strand|Chester-le-Street", "The Strand", "12", "", 12),
    ("12 The Strand|Chester le Street", "The Strand", "12", "", 12),
    ("12 The Maples|Mill Hill", "The Maples", "12", "", 12),
    ("12 Broadway|Forest Row", "Broadway", "12", "", 12),
    ("12 Rose Mews|High Street", "Rose Mews", "12", "", 12),
    # blocks with a letter or a number only, as estates have them
    ("1 A Block|Guinness Buildings|Hornsey Road", "Hornsey Road", "1 A Block, Guinness Buildings",
     "A Block, Guinness Buildings", None),
    ("1 A Block|Guinness Buildings", "Guinness Buildings", "1 A Block", "A Block", None),
    ("12 A Block Guinness Buildings|Hornsey Road", "Hornsey Road", "12 A Block Guinness Buildings",
     "A Block Guinness Buildings", None),
    ("12|A Block|Guinness Buildings|Hornsey Road", "Hornsey Road", "12 A Block, Guinness Buildings",
     "A Block, Guinness Buildings", None),
    ("1 Block A|Northway Estate|High Road", "High Road", "1 Block A, Northway Estate",
     "Block A, Northway Estate", None),
    ("1 Block A|Northway Estate", "Northway Estate", "1 Block A", "Block A", None),
    ("1 Block A Northway Estate|High Road", "High Road", "1 Block A, Northway Estate",
     "Block A, Northway Estate", None),
    ("1 Block 2|High Road", "High Road", "1 Block 2", "Block 2", None),
    ("1 Block 2 10 High Road", "High Road", "1 Block 2, 10", "Block 2", 10),
    ("Flat 6|Block 2|High Road", "High Road", "Flat 6, Block 2", "Block 2", None),
    ("FLAT 6|BLOCK 2|HIGH ROAD", "High Road", "Flat 6, Block 2", "Block 2", None),
    ("Flat 6 Block 2 High Road", "High Road", "Flat 6, Block 2", "Block 2", None),
    ("Flat 6|Block No. 2|High Road", "High Road", "Flat 6, Block 2", "Block 2", None),
    ("Flat 6|Block B2|High Road", "High Road", "Flat 6, Block B2", "Block B2", None),
    ("Flat 6|Block 2-4|High Road", "High Road", "Flat 6, Block 2-4", "Block 2-4", None),
    ("Flat 6|Building 22|High Road", "High Road", "Flat 6, Building 22", "Building 22", None),
    ("Flat 6|Tower 1|High Road", "High Road", "Flat 6, Tower 1", "Tower 1", None),
    ("Flat 6|Peabody Estate Block 4|High Road", "High Road", "Flat 6, Peabody Estate Block 4",
     "Peabody Estate Block 4", None),
    ("Apartment 5|Building 1|10 High Road", "High Road", "Apartment 5, Building 1, 10", "Building 1", 10),
    ("Rose House 12|Park Road", "Park Road", "Rose House, 12", "", 12),
    ("12 A Tower Bridge Road", "Tower Bridge Road", "12A", "", 12),
    ("1 Tower House|Park Road", "Park Road", "1 Tower House", "Tower House", None),
    # a flat in a numbered house of a terrace
    ("Flat B|12 Rose Cottages|Mill Lane", "Mill Lane", "Flat B, 12 Rose Cottages", "Rose Cottages", None),
    ("Flat 3|14|Rose House|Park Road", "Park Road", "Flat 3, Rose House, 14", "Rose House", 14),
    ("1 The Mews|Rear of 12 High Street", "High Street", "1 The Mews, Rear of 12", "The Mews", 12),
    ("2/1|12 Leith Walk", "Leith Walk", "Flat 2/1, 12", "", 12),
    # roads of one word, or with no word for one
    ("Flat 3|Rose House|Broadway", "Broadway", "Flat 3, Rose House", "Rose House", None),
    ("12 Arthur Simpson House|Green Lanes", "Green Lanes", "12 Arthur Simpson House", "Arthur Simpson House", None),
    ("12 Mount Pleasant|Rosebery Avenue", "Mount Pleasant", "12", "", 12),
    ("12 Upper Ground", "Upper Ground", "12", "", 12),
    ("Flat 3|Rose House|Upper Ground", "Upper Ground", "Flat 3, Rose House", "Rose House", None),
    ("12B Ground Floor Flat High Street", "High Street", "Ground Floor Flat, 12B", "", 12),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "street", "label", "block", "number"), HIDDEN)
def test_reviewers_found_the_street_hidden(
    printed: str, street: str, label: str, block: str, number: int | None
) -> None:
    address = parse([*printed.split("|"), "London"])
    assert (address.street, address.label, address.block, address.house_number) == (street, label, block, number)


@pytest.mark.parametrize(("printed", "street", "label", "block", "number"), HIDDEN)
def test_its_label_typed_by_hand_is_the_same_door(
    printed: str, street: str, label: str, block: str, number: int | None
) -> None:
    address, typed = parse([*printed.split("|"), "London"]), door(label, street)
    assert (typed.address_key, typed.sort_key, typed.block_key, typed.label) == (
        address.address_key,
        address.sort_key,
        address.block_key,
        label,
    )


# Without a town the road is the very last line; "|" as above.
@pytest.mark.parametrize("town", [[], ["London"], ["N1 4DL"], ["London", "N1 4DL"]])
@pytest.mark.parametrize(
    ("printed", "street", "label"),
    [
        ("22 Spectrum|Freeling Street", "Freeling Street", "22 Spectrum"),
        ("1 A Block|Peabody Buildings|Greenman Street", "Greenman Street", "1 A Block, Peabody Buildings"),
        ("1 Block A|Northway Estate|High Road", "High Road", "1 Block A, Northway Estate"),
        ("Flat 6|Block 2|High Road", "High Road", "Flat 6, Block 2"),
        ("12A Basement Flat|Upper Street", "Upper Street", "Basement Flat, 12A"),
        ("Houseboat Willow|Opposite 49 Noel Road", "Noel Road", "Houseboat Willow Opposite 49"),
        ("No 12|Upper Street", "Upper Street", "12"),
        ("Flat 3|Rose House|Broadway", "Broadway", "Flat 3, Rose House"),
    ],
)
def test_reviewers_found_that_the_street_must_not_hang_on_the_town(
    printed: str, street: str, label: str, town: list[str]
) -> None:
    address = parse([*printed.split("|"), *town], "N1 4DL" if "N1 4DL" in town else "")
    assert (address.street, address.label) == (street, label)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 A Block|Peabody Buildings|Greenman Street", "1 A Block|Guinness Trust Buildings|Hornsey Road"),
        ("1 A Block|Peabody Buildings", "1 A Block|Guinness Trust Buildings"),
        ("12|A Block|Peabody Buildings|Greenman Street", "12|A Block|Guinness Trust Buildings|Hornsey Road"),
        ("1 Block A|Northway Estate|High Road", "1 Block A|Westway Estate|High Road"),
        ("22 Spectrum|Freeling Street", "22 Spectrum|Elthorne Road"),
        ("12 A Block|High Road", "12A High Road"),
    ],
)
def test_reviewers_found_two_homes_in_one_household(one: str, other: str) -> None:
    first, second = (parse([*printed.split("|"), "London"]) for printed in (one, other))
    assert (first.street_key, first.address_key) != (second.street_key, second.address_key)


def test_reviewers_found_the_numbered_blocks_of_a_street_in_one_block() -> None:
    second, third = parse(["Flat 6", "Block 2", "High Road"]), parse(["Flat 6", "Block 3", "High Road"])
    assert (second.block, third.block) == ("Block 2", "Block 3")
    assert second.block_key != third.block_key
