"""Polling districts put in wards: by a table, and by the outlines that hold their doors."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from campaign.areas.models import PostcodePoint, Ward
from campaign.audit.models import AuditEvent
from canvassing.electorate.models import PollingDistrict
from canvassing.register import ward_proposals
from canvassing.register.district_wards import WardsReport, import_district_wards
from canvassing.register.opening import Source
from canvassing.register.report import RegisterRefused
from tests.factories.canvassing import (
    AT,
    ConstituencyFactory,
    HouseholdFactory,
    PollingDistrictFactory,
    StreetFactory,
    WardFactory,
)

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "pd_wards.csv"


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """`table(text)`: import a table of this text."""

    def bring(text: str, **wishes: Any) -> WardsReport:
        file = tmp_path / "wards.csv"
        file.write_text(text)
        return import_district_wards([Source(file, file.name)], at=AT, **wishes)

    return bring


def run(*arguments: Any) -> dict[str, Any]:
    output = StringIO()
    call_command("import_district_wards", *map(str, arguments), "--json", stdout=output)
    answer: dict[str, Any] = json.loads(output.getvalue())
    return answer


def wards() -> dict[str, str | None]:
    return dict(PollingDistrict.objects.order_by("code").values_list("code", "ward__name"))


# By a table


def test_it_works() -> None:
    constituency = ConstituencyFactory()
    for code in ("AA", "AB", "XX"):
        PollingDistrictFactory(constituency=constituency, code=code)
    report = run(SAMPLE)
    assert report.pop("seconds") >= 0
    assert report == {
        "rows": 4, "changed": 4, "polling_districts": 4, "wards": 4, "without_ward": 1, "problems": [],
    }  # fmt: skip
    assert wards() == {
        "AA": "Alderbrook", "AB": "Canonbridge", "AC": "Finchley Green", "AD": "Highfield", "XX": None,
    }  # fmt: skip
    assert AuditEvent.objects.get(act="polling districts put in wards").facts == {"rows": 4, "changed": 4}


def test_again_it_changes_nothing() -> None:
    run(SAMPLE)
    assert run(SAMPLE)["changed"] == 0


@pytest.mark.parametrize("header", ["PD,Ward", "Polling District Code\tWard Name", "WARD_NAME,PD_CODE"])
def test_headings_are_read_as_councils_write_them(table: Any, header: str) -> None:
    row = "North,AA" if header.startswith("WARD") else "AA\tNorth" if "\t" in header else "AA,North"
    table(f"Wards of the borough\n\n{header}\n{row}\n")
    assert wards() == {"AA": "North"}


def test_a_ward_in_another_spelling_is_the_ward_that_is_there(table: Any) -> None:
    WardFactory(name="St Mary's")
    table("pd,ward\nAA,ST MARYS WARD\n")
    assert wards() == {"AA": "St Mary's"}


def test_what_the_table_says_replaces_what_was_known(table: Any) -> None:
    PollingDistrictFactory(code="AA", in_a_ward=True)
    assert table("pd,ward\naa,North\n").changed == 1
    assert wards() == {"AA": "North"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AA,North\n", "line 1: no line here is a header with the columns polling_district and ward"),
        ("pd,ward\n", "no polling district in it"),
        ("pd,ward\nAA,\n", "line 2: this row has no ward"),
        ("pd,ward\n,North\n", "line 2: this row has no polling district"),
        ("pd,ward\nAA,North\nAA,South\n", "line 3: .* in South here and in North on line 2"),
    ],
)
def test_bad_input_is_refused_whole(table: Any, text: str, words: str) -> None:
    with pytest.raises(RegisterRefused, match=words):
        table(text)
    assert not PollingDistrict.objects.exists()
    assert not Ward.objects.exists()


def test_a_dry_run_takes_everything_back(table: Any) -> None:
    assert table("pd,ward\nAA,North\n", dry_run=True).changed == 1
    assert not PollingDistrict.objects.exists()


def test_the_command_refuses_with_a_reason() -> None:
    with pytest.raises(CommandError, match="there is no such file") as error:
        call_command("import_district_wards", "no-such-file.csv", "--json", stdout=StringIO())
    assert error.value.returncode == 1


def test_the_command_says_it_in_words() -> None:
    output = StringIO()
    call_command("import_district_wards", str(SAMPLE), stdout=output)
    assert "4 put in their ward, 0 without a ward still." in output.getvalue()


# By outlines


def square(west: float, south: float) -> dict[str, Any]:
    east, north = west + 0.01, south + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def district() -> PollingDistrict:
    """AA: three doors in West, one in East, one of which nobody knows where it lies."""
    constituency = ConstituencyFactory()
    WardFactory(constituency=constituency, name="West", outline=square(-0.12, 51.55))
    WardFactory(constituency=constituency, name="East", outline=square(-0.10, 51.55))
    PostcodePoint.objects.create(postcode="N1 1AA", latitude=51.555, longitude=-0.115)
    PostcodePoint.objects.create(postcode="N1 1AB", latitude=51.555, longitude=-0.095)
    district = PollingDistrictFactory(constituency=constituency, code="AA")
    street = StreetFactory(polling_district=district)
    for postcode in ("N1 1AA", "N1 1AA", "N1 1AA", "N1 1AB", "N9 9ZZ"):
        HouseholdFactory(street=street, postcode=postcode)
    return district


def test_the_ward_that_holds_most_doors_is_proposed(district: PollingDistrict) -> None:
    (proposal,) = ward_proposals.proposals(district.constituency)
    assert (proposal.district, proposal.ward.name, proposal.doors, proposal.placed) == (district, "West", 3, 4)


def test_what_was_proposed_is_accepted(district: PollingDistrict) -> None:
    (proposal,) = ward_proposals.proposals(district.constituency)
    accepted = ward_proposals.accept(constituency=district.constituency, keys={proposal.key}, actor=None, at=AT)
    assert accepted == 1
    assert wards() == {"AA": "West"}
    assert ward_proposals.proposals(district.constituency) == []


def test_what_is_not_proposed_any_more_is_left_alone(district: PollingDistrict) -> None:
    keys = {f"{district.pk}-{ward.pk}" for ward in Ward.objects.filter(name="East")}
    assert ward_proposals.accept(constituency=district.constituency, keys=keys, actor=None, at=AT) == 0
    assert wards() == {"AA": None}


def test_a_district_with_a_ward_or_without_points_gets_no_proposal(district: PollingDistrict) -> None:
    PostcodePoint.objects.all().delete()
    assert ward_proposals.proposals(district.constituency) == []
    district.ward = Ward.objects.get(name="East")
    district.save()
    assert ward_proposals.proposals(district.constituency) == []


def test_streets_that_wait_get_no_proposal(district: PollingDistrict) -> None:
    district.code = ""
    district.save()
    assert ward_proposals.proposals(district.constituency) == []


def test_without_outlines_nothing_is_proposed(district: PollingDistrict) -> None:
    Ward.objects.update(outline=None)
    assert ward_proposals.proposals(district.constituency) == []


def test_many_districts_take_as_many_statements_as_one(district: PollingDistrict, query_count: Any) -> None:
    one = query_count(lambda: ward_proposals.proposals(district.constituency))
    for number in range(30):
        other = PollingDistrictFactory(constituency=district.constituency, code=f"B{number}")
        HouseholdFactory(street=StreetFactory(polling_district=other), postcode="N1 1AB")
    assert query_count(lambda: ward_proposals.proposals(district.constituency)) == one
    assert len(ward_proposals.proposals(district.constituency)) == 31
