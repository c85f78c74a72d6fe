"""The agent's page of the constituency, its wards and their outlines."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from campaign.areas import outlines
from campaign.areas.models import Constituency, Ward
from campaign.audit.models import AuditEvent
from tests.factories.campaign import SQUARE, ConstituencyFactory, WardFactory
from tests.factories.volunteers import UserFactory
from volunteers.people.models import User

pytestmark = pytest.mark.django_db

PAGE = "/organise/areas/"


@pytest.fixture(autouse=True)
def agent(client: Client) -> User:
    user = UserFactory(agent=True)
    client.force_login(user)
    return user


def area(name: str, geometry: Any = SQUARE) -> dict[str, Any]:
    properties = {"WD25CD": "E05013697", "WD25NM": name, "LAD25NM": "Islington", "LONG": -0.1, "note": None}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def upload(client: Client, content: bytes) -> HttpResponse:
    file = SimpleUploadedFile("wards.geojson", content)
    return client.post(PAGE, {"do": "outlines", "outlines": file}, follow=True)


# Names


def test_the_constituency_gets_its_name_first(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert "First, the constituency" in page
    assert "Add wards" not in page
    client.post(PAGE, {"do": "name", "area-name": "Islington North"})
    assert Constituency.objects.get().name == "Islington North"
    assert "Islington North" in client.get(PAGE).content.decode()


def test_the_constituency_is_renamed_and_stays_the_same_row(client: Client) -> None:
    constituency = ConstituencyFactory()
    client.post(PAGE, {"do": "name", "area-name": "Islington South"})
    assert Constituency.objects.get().pk == constituency.pk


def test_a_constituency_without_a_name_is_refused(client: Client) -> None:
    answer = client.post(PAGE, {"do": "name", "area-name": " "})
    assert "This field is required" in answer.content.decode()
    assert not Constituency.objects.exists()


def test_wards_are_added_one_to_a_line_and_once(client: Client) -> None:
    WardFactory(constituency=ConstituencyFactory(), name="Hillrise")
    answer = client.post(
        PAGE, {"do": "add", "names": "Tollington\n\n  Tufnell   Park \nhillrise ward\nTollington"}, follow=True
    )
    assert list(Ward.objects.order_by("pk").values_list("name", flat=True)) == [
        "Hillrise",
        "Tollington",
        "Tufnell Park",
    ]
    assert "2 added; 2 were there already." in answer.content.decode()
    assert AuditEvent.objects.get().facts == {"names": ["Tollington", "Tufnell Park"]}


def test_a_ward_name_too_long_is_refused_and_kept_on_the_page(client: Client) -> None:
    ConstituencyFactory()
    page = client.post(PAGE, {"do": "add", "names": "Hillrise\n" + "x" * 121}).content.decode()
    assert "is longer than 120 characters" in page
    assert "Hillrise\nxxx" in page
    assert not Ward.objects.exists()


def test_wards_need_a_constituency(client: Client) -> None:
    assert client.post(PAGE, {"do": "add", "names": "Hillrise"}).status_code == 200
    assert not Ward.objects.exists()


def test_a_ward_is_renamed(client: Client) -> None:
    ward = WardFactory(name="Hilrise")
    client.post(PAGE, {"do": "rename", "ward": ward.pk, "name": "Hillrise"})
    ward.refresh_from_db()
    assert ward.name == "Hillrise"
    assert AuditEvent.objects.get().facts == {"before": "Hilrise", "after": "Hillrise"}


def test_a_ward_may_change_its_own_spelling(client: Client) -> None:
    ward = WardFactory(name="St Marys")
    client.post(PAGE, {"do": "rename", "ward": ward.pk, "name": "St Mary's"})
    ward.refresh_from_db()
    assert ward.name == "St Mary's"


@pytest.mark.parametrize(
    ("name", "words"), [("Mildmay", "There is already a ward called"), ("", "This field is required")]
)
def test_a_name_that_is_taken_or_missing_is_refused_and_kept(client: Client, name: str, words: str) -> None:
    WardFactory(name="Mildmay")
    ward = WardFactory(name="Hillrise")
    page = client.post(PAGE, {"do": "rename", "ward": ward.pk, "name": name}).content.decode()
    assert words in page
    assert "<details open>" in page
    ward.refresh_from_db()
    assert ward.name == "Hillrise"


@pytest.mark.parametrize("ward", ["0", "x", "", str(10**30)])
def test_a_ward_that_is_not_there_cannot_be_renamed(client: Client, ward: str) -> None:
    ConstituencyFactory()
    assert client.post(PAGE, {"do": "rename", "ward": ward, "name": "Hillrise"}).status_code == 404


def test_an_act_nobody_knows_does_nothing(client: Client) -> None:
    assert client.post(PAGE, {"do": "burn"}).status_code == 200
    assert not AuditEvent.objects.exists()


# Outlines


def test_outlines_find_their_wards_by_name_and_are_drawn(client: Client) -> None:
    WardFactory(name="St Mary's & St James'")
    answer = upload(
        client,
        collection(area("St Mary\N{RIGHT SINGLE QUOTATION MARK}s and St James\N{RIGHT SINGLE QUOTATION MARK} Ward")),
    )
    page = answer.content.decode()
    assert Ward.objects.get().outline == SQUARE
    assert "Outlines drawn: 1." in page
    assert '<path d="M' in page
    assert AuditEvent.objects.get().facts == {"wards": 1, "unknown": 0}


def test_a_byte_order_mark_does_not_matter(client: Client) -> None:
    WardFactory(name="Hillrise")
    upload(client, b"\xef\xbb\xbf" + collection(area("Hillrise")))
    assert Ward.objects.get().outline is not None


def test_areas_of_other_constituencies_are_left_out_and_named(client: Client) -> None:
    WardFactory(name="Hillrise")
    WardFactory(name="Mildmay")
    page = upload(client, collection(area("Hillrise"), area("Barnsbury"))).content.decode()
    assert "no ward here bears these names: Barnsbury" in page
    assert "still without an outline: Mildmay" in page


OPEN_RING = {"type": "Polygon", "coordinates": [[[0, 51], [0.1, 51], [0.1, 51.1], [0, 51.1]]]}
IN_METRES = {
    "type": "Polygon",
    "coordinates": [[[531320, 185858], [531400, 185858], [531400, 185900], [531320, 185858]]],
}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1"),
        (b'{"type": "FeatureCollection",\n "features": [', "line 2"),
        (b"\xff\xfe{}", "not text in UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[]", "not a GeoJSON FeatureCollection"),
        (b'{"type": "Feature"}', "not a GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection"}', "holds no areas"),
        (collection(), "holds no areas"),
        (collection("Hillrise"), "Area 1 of the file is not a Polygon"),
        (collection(area("Hillrise"), area("Mildmay", None)), "Area 2 of the file is not a Polygon"),
        (
            collection(area("Hillrise", {"type": "Point", "coordinates": [0, 51]})),
            "Area 1 of the file is not a Polygon",
        ),
        (collection({"type": "Feature", "geometry": SQUARE, "properties": None}), "Area 1 of the file has no name"),
        (collection(area("Hillrise", {"type": "Polygon"})), "not rings of longitude and latitude"),
        (collection(area("Hillrise", {"type": "Polygon", "coordinates": []})), "it has no corners"),
        (
            collection(area("Hillrise", {"type": "Polygon", "coordinates": [["a", "b", "c", "a"]]})),
            "not rings of longitude",
        ),
        (
            collection(area("Hillrise", {"type": "Polygon", "coordinates": [[{}, {}, {}, {}]]})),
            "not rings of longitude",
        ),
        (collection(area("Hillrise", OPEN_RING)), "a ring is not closed"),
        (collection(area("Hillrise", IN_METRES)), "are not degrees; ask for WGS 84"),
        (collection(area("Barnsbury")), "It holds: Barnsbury."),
        (b" " * (outlines.LARGEST_FILE + 1), "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(client: Client, content: bytes, words: str) -> None:
    WardFactory(name="Hillrise")
    page = upload(client, content).content.decode()
    if content:
        assert words in page
    else:
        assert "The submitted file is empty" in page
    assert Ward.objects.get().outline is None
    assert not AuditEvent.objects.exists()


def test_no_file_is_no_upload(client: Client) -> None:
    WardFactory()
    assert "This field is required" in client.post(PAGE, {"do": "outlines"}).content.decode()
