"""Where polling districts vote: a table of stations, and what a district's page then says."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from canvassing.electorate.models import PollingDistrict, PollingStation
from canvassing.register.opening import Source
from canvassing.register.report import RegisterRefused
from canvassing.register.stations import StationsReport, import_polling_stations
from tests.factories.canvassing import AT, PollingDistrictFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

TABLE = (
    "polling_district,station,address,postcode\n"
    'AA,St Mary\'s Hall,"Acorn Lane, London",n11aa\n'
    'AB,St Mary\'s Hall,"Acorn Lane, London",N1 1AA\n'
    "AC,Library,1 Birch Lane,\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """`table(text)`: import a table of this text."""

    def bring(text: str, **wishes: Any) -> StationsReport:
        file = tmp_path / "stations.csv"
        file.write_text(text)
        return import_polling_stations([Source(file, file.name)], at=AT, **wishes)

    return bring


def votes_at() -> dict[str, str | None]:
    return dict(PollingDistrict.objects.order_by("code").values_list("code", "station__name"))


def test_it_works(tmp_path: Path) -> None:
    PollingDistrictFactory(code="XX")
    file = tmp_path / "stations.csv"
    file.write_text(TABLE)
    output = StringIO()
    call_command("import_polling_stations", str(file), "--json", stdout=output)
    report = json.loads(output.getvalue())
    assert report.pop("seconds") >= 0
    assert report == {
        "rows": 3,
        "stations": {"added": 2, "changed": 0, "total": 2},
        "polling_districts": {"named": 3, "changed": 3},
        "without_station": 1,
        "problems": [],
    }
    assert votes_at() == {"AA": "St Mary's Hall", "AB": "St Mary's Hall", "AC": "Library", "XX": None}
    hall = PollingStation.objects.get(name="St Mary's Hall")
    assert (hall.address, hall.postcode) == ("Acorn Lane, London", "N1 1AA")


def test_again_it_changes_nothing(table: Any) -> None:
    table(TABLE)
    again = table(TABLE)
    assert (again.added, again.changed, again.moved) == (0, 0, 0)


def test_a_new_address_is_a_correction_and_a_new_station_a_move(table: Any) -> None:
    table(TABLE)
    report = table(TABLE.replace("1 Birch Lane", "3 Birch Lane").replace("AB,St Mary's Hall", "AB,Town Hall"))
    assert (report.added, report.changed, report.moved) == (1, 1, 1)
    assert votes_at()["AB"] == "Town Hall"


def test_several_districts_in_one_cell_vote_at_one_station(table: Any) -> None:
    table('PDs,Polling place,Address\n"AA, AB; AC",Library,Birch Lane\n')
    assert set(votes_at().values()) == {"Library"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AA,Library\n", "line 1: no line here is a header"),
        ("pd,station\n", "no polling station in it"),
        ("pd,station\nAA,\n", "line 2: this row has no station"),
        ("pd,station\n,Library\n", "line 2: this row has no polling district"),
        ("pd,station\nAA,Library\nAA,Hall\n", "line 3: .* votes at Hall here and at Library on line 2"),
        ("pd,station,postcode\nAA,Library,LONDON\n", "line 2: what stands under postcode"),
        (f"pd,station\n{'A' * 21},Library\n", "line 2: a code is longer than 20|line 2: a polling"),
    ],
)
def test_bad_input_is_refused_whole(table: Any, text: str, words: str) -> None:
    with pytest.raises(RegisterRefused, match=words):
        table(text)
    assert not PollingStation.objects.exists()


def test_the_command_refuses_with_a_reason_and_says_success_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no such file"):
        call_command("import_polling_stations", "no-such-file.csv")
    file = tmp_path / "stations.csv"
    file.write_text(TABLE)
    output = StringIO()
    call_command("import_polling_stations", str(file), "--dry-run", stdout=output)
    assert "2 added" in output.getvalue()
    assert "Tried and taken back" in output.getvalue()
    assert not PollingStation.objects.exists()


def test_the_districts_page_says_where_it_votes(table: Any, client: Client) -> None:
    table(TABLE)
    client.force_login(UserFactory(organiser=True))
    district = PollingDistrict.objects.get(code="AA")
    page = client.get(reverse("canvassing:district", args=[district.pk])).content.decode()
    assert "Votes at St Mary&#x27;s Hall, Acorn Lane, London, N1 1AA." in page
