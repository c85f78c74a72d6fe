"""The layouts of the three suppliers whose systems nearly all councils use, as data. Pure.

Markers: the Electoral Commission's guidance on register markers and on overseas and anonymous electors. Those of the
European Parliament's elections are obsolete and still found.
"""

from canvassing.register.layouts import Change, Kind, Layout, Marker, Numbers

MARKERS = {
    "": Marker("British, Irish or qualifying Commonwealth citizen", may_vote=True),
    "F": Marker("overseas elector", may_vote=True),
    "G": Marker("EU citizen, local elections", may_vote=False),
    "B": Marker("EU citizen confirmed under the 2024 rules, local elections", may_vote=False),
    "L": Marker("member of the House of Lords", may_vote=False),
    "M": Marker("qualifying foreign national, devolved and local elections", may_vote=False),
    "K": Marker("EU citizen (obsolete)", may_vote=False),
    "E": Marker("peer overseas (obsolete)", may_vote=False),
    "N": Marker("anonymous entry", may_vote=True),
    "Z": Marker("not in the open register", may_vote=True),
}
XPRESS_NUMBER = {
    "district": ["Elector Number Prefix"],
    "number": ["Elector Number"],
    "suffix": ["Elector Number Suffix"],
    "marker": ["Elector Markers"],
    "attains_on": ["Elector DOB"],  # the day an attainer comes of age, whatever the heading says
    "postcode": ["PostCode"],
    "uprn": ["UPRN"],
}
XPRESS_NEEDS = ("district", "number", "suffix", "marker", "attains_on", "postcode")
XPRESS_ADDRESS = [f"Address{number}" for number in range(1, 7)]
XPRESS_FULL_14 = Layout(
    name="xpress_full_14",
    title="Xpress, full register in 14 columns",
    kind=Kind.FULL,
    headings=XPRESS_NUMBER | {"surname": ["Elector Surname"], "forename": ["Elector Forename"]},
    needed=(*XPRESS_NEEDS, "surname", "forename"),
    address=XPRESS_ADDRESS,
    optional=["Elector ID", "Elector Title"],
    anonymous="N",
    markers=MARKERS,
)
XPRESS_FULL_13 = Layout(
    name="xpress_full_13",
    title="Xpress, full register in 13 columns",
    kind=Kind.FULL,
    headings=XPRESS_NUMBER | {"name": ["Elector Name", "Elector Surname Elector Forename"]},
    needed=(*XPRESS_NEEDS, "name"),
    address=XPRESS_ADDRESS,
    optional=["Elector ID", "Elector Title"],
    anonymous="N",
    markers=MARKERS,
)
XPRESS_UPDATE_23 = Layout(
    name="xpress_update_23",
    title="Xpress, monthly update in 23 columns",
    kind=Kind.UPDATE,
    headings={
        "number": ["ElectorNumber"],
        "marker": ["MarkersRegisterText"],
        "attains_on": ["ElectorDOB"],
        "surname": ["ElectorSurname"],
        "forename": ["ElectorForename"],
        "postcode": ["PropertyPostCode"],
        "created": ["ElectorCreatedMonth"],
        "changed": ["ElectorChangedMonth"],
        "deleted": ["ElectorDeletedMonth"],
        "uprn": ["UPRN"],
    },
    needed=("number", "marker", "surname", "forename", "postcode", "created", "changed", "deleted"),
    address=[f"PropertyAddress{number}" for number in range(1, 6)],
    optional=[
        "CompanyName", "CompanyOPCSRef", "DistrictRef", "StreetName", "PropertyAddressPrefix", "PropertyAddressNumber",
        "RecordCount", "RecordTotal", "CurrentRegisterMonth",
    ],
    numbers=Numbers.JOINED,
    anonymous="N",
    markers=MARKERS,
)  # fmt: skip
EROS_HEADINGS = {
    "district": ["PD"],
    "number": ["ENO"],
    "marker": ["Franchise Flag"],
    "attains_on": ["Date Of Attainment"],
    "surname": ["Surname"],
    "forename": ["First Names", "First Name", "First"],
    "postcode": ["Postcode"],  # where it is missing, the postcode is the last line of the address
    "uprn": ["UPRN"],
}
EROS_NEEDS = ("district", "number", "marker", "surname", "forename")
EROS_ADDRESS = [f"Address {number}" for number in range(1, 10)]
EROS_FULL = Layout(
    name="eros_full",
    title="Eros, full register",
    kind=Kind.FULL,
    headings=EROS_HEADINGS,
    needed=EROS_NEEDS,
    address=EROS_ADDRESS,
    optional=["Status", "Title", "Initials", "Suffix", "Opt Out", "Opt Out Flag"],
    numbers=Numbers.SLASHED,
    anonymous="N",
    markers=MARKERS,
)
EROS_UPDATE = Layout(
    name="eros_update",
    title="Eros, monthly update",
    kind=Kind.UPDATE,
    headings=EROS_HEADINGS | {"change": ["Status"]},
    needed=(*EROS_NEEDS, "change"),
    address=EROS_ADDRESS,
    optional=["Title", "Initials", "Suffix", "Opt Out", "Opt Out Flag"],
    distinctive=["Register Code", "Clerical Error"],
    numbers=Numbers.SLASHED,
    changes={"A": Change.ADD, "M": Change.AMEND, "D": Change.DELETE},
    anonymous="N",
    markers=MARKERS,
)
DC_HEADINGS = {
    "district": ["PDCode"],
    "number": ["RollNo"],
    "suffix": ["Suffix"],
    "marker": ["FranchiseMarker"],
    "attains_on": ["DateOfAttainment", "AttainersDOB", "DOB"],
    "surname": ["ElectorSurname"],
    "forename": ["ElectorForename"],
    "middle": ["ElectorMiddleName"],
    "postcode": ["PostCode"],
    "ward": ["Ward"],
    "uprn": ["UPRN"],
}
DC_NEEDS = ("district", "number", "marker", "attains_on", "surname", "forename", "postcode")
DC_ADDRESS = [f"RegisteredAddress{number}" for number in range(1, 7)]
DC_OPTIONAL = ["ElectorTitle", "IERStatus", "Euro", "Parl", "County", "SubHouse", "House", "MethodOfVerification",
               "ElectorID"]  # fmt: skip
DC_FULL = Layout(
    name="democracycounts_full",
    title="Democracy Counts, full register",
    kind=Kind.FULL,
    headings=DC_HEADINGS,
    needed=DC_NEEDS,
    address=DC_ADDRESS,
    optional=DC_OPTIONAL,
    numbers=Numbers.DECIMAL,
    anonymous="N",
    markers=MARKERS,
)
DC_UPDATE = Layout(
    name="democracycounts_update",
    title="Democracy Counts, update",
    kind=Kind.UPDATE,
    headings=DC_HEADINGS | {"change": ["ChangeTypeID"]},
    needed=(*DC_NEEDS, "change"),
    address=DC_ADDRESS,
    optional=DC_OPTIONAL,
    distinctive=["ChangeTypeID"],
    numbers=Numbers.DECIMAL,
    changes={"N": Change.ADD, "M": Change.AMEND, "A": Change.AMEND, "D": Change.DELETE},
    anonymous="N",
    markers=MARKERS,
)
EROS_ABSENT = Layout(
    name="eros_absent",
    title="Eros, absent voters",
    kind=Kind.ABSENT,
    headings={"district": ["PD_Letters"], "number": ["Published_ENo"], "absent": ["Absent_Status"]},
    needed=("district", "number", "absent"),
    address=(),
    optional=[
        "Authority_Name", "Area_Name", "Alternate_PD", "Supplementary", "Forename", "Initials", "Surname", "Proxy_Name",
        *(f"Send_Address_{number}" for number in range(1, 6)), "Send_Postcode",
        *(f"Qualifying_Address_{number}" for number in range(1, 10)), "Overseas_Address", "Away_Address",
        "Election_Date", "Election_Title_1", "Election_Title_2",
    ],
    numbers=Numbers.SLASHED,
)  # fmt: skip
LAYOUTS = {
    layout.name: layout
    for layout in (
        XPRESS_FULL_14, XPRESS_FULL_13, XPRESS_UPDATE_23, EROS_FULL, EROS_UPDATE, DC_FULL, DC_UPDATE, EROS_ABSENT,
    )
}  # fmt: skip
REGISTERS = {name: layout for name, layout in LAYOUTS.items() if layout.kind != Kind.ABSENT}
