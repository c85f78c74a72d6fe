"""Where postcodes lie: public files, plain or zipped, of which only what the campaign needs is kept."""

import json
import tracemalloc
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from campaign.areas.models import PostcodePoint
from canvassing.electorate.models import Street
from canvassing.register.opening import Source
from canvassing.register.postcode_points import PointsReport, import_postcodes
from canvassing.register.report import RegisterRefused
from tests.factories.campaign import SQUARE
from tests.factories.canvassing import AT, HouseholdFactory, WardFactory
from tests.factories.register import written_rows

pytestmark = pytest.mark.django_db

CODE_POINT = (
    '"N1 1AA",10,530000,186000,"E92000001","","","","E09000019","E05000367"\n'
    '"N11AB",10,531000,186000,"E92000001","","","","E09000019","E05000367"\n'
    '"N1  1AC",90,0,0,"E92000001","","","","",""\n'
    '"ZE1 0AA",10,447000,1141000,"S92000003","","","","",""\n'
)
DIRECTORY = (
    "pcd,pcd2,pcds,dointr,oseast1m,osnrth1m,lat,long\n"
    "N1 1AA,N1  1AA,N1 1AA,198001,530000,186000,51.557910,-0.126141\n"
    "N1 1AB,N1  1AB,N1 1AB,198001,531000,186000,51.557681,-0.111733\n"
    "N1 1AC,N1  1AC,N1 1AC,198001,,,99.999999,0.000000\n"
    "ZE1 0AA,ZE1 0AA,ZE1 0AA,198001,447000,1141000,60.152810,-1.154120\n"
)


@pytest.fixture
def bring(tmp_path: Path) -> Any:
    """`bring(content)`: import a file of this text, or bytes."""

    def bring(content: str | bytes, name: str = "points.csv", **wishes: Any) -> PointsReport:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_postcodes([Source(file, file.name)], at=AT, **wishes)

    return bring


def zipped(tmp_path: Path, **members: str) -> bytes:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/") + ".csv", text)
    return path.read_bytes()


@pytest.mark.parametrize("content", [CODE_POINT, DIRECTORY], ids=["Code-Point Open", "directory"])
def test_the_postcodes_of_doors_are_kept_and_their_streets_placed(bring: Any, content: str) -> None:
    door = HouseholdFactory(postcode="N1 1AA")
    report = bring(content)
    assert (report.rows, report.added, report.skipped, report.without_point) == (4, 1, 2, 1)
    point = PostcodePoint.objects.get()
    assert (point.postcode, point.latitude, point.longitude) == (
        "N1 1AA", pytest.approx(51.55791, abs=5e-5), pytest.approx(-0.12614, abs=5e-5),
    )  # fmt: skip
    door.street.refresh_from_db()
    assert (door.street.latitude, door.street.longitude) == (point.latitude, point.longitude)
    assert report.streets_moved == 1


def test_postcodes_around_the_wards_are_kept_before_there_are_doors(bring: Any) -> None:
    WardFactory(outline=SQUARE)
    assert bring(CODE_POINT).added == 1
    assert PostcodePoint.objects.get().postcode == "N1 1AB"


@pytest.mark.parametrize("content", [CODE_POINT, DIRECTORY], ids=["Code-Point Open", "directory"])
def test_the_same_file_again_writes_nothing(bring: Any, content: str) -> None:
    HouseholdFactory(postcode="N1 1AA")
    bring(content)
    before = written_rows()
    report = bring(content)
    assert (report.added, report.changed, report.streets_moved) == (0, 0, 0)
    assert written_rows() == before


def test_a_point_that_moved_is_corrected(bring: Any) -> None:
    door = HouseholdFactory(postcode="N1 1AA")
    bring(CODE_POINT)
    report = bring(CODE_POINT.replace("530000", "530050"))
    assert (report.added, report.changed, report.streets_moved) == (0, 1, 1)
    door.street.refresh_from_db()
    assert door.street.longitude == PostcodePoint.objects.get().longitude


def test_a_zip_of_many_is_read_and_guides_beside_them_are_left(bring: Any, tmp_path: Path) -> None:
    HouseholdFactory(postcode="N1 1AA")
    HouseholdFactory(postcode="ZE1 0AA")
    north, south = CODE_POINT.splitlines(keepends=True)[3:], CODE_POINT.splitlines(keepends=True)[:3]
    headings = {"Doc__headings": "PC,PQ,EA,NO\nPostcode,Quality,Eastings,Northings\n", "Doc__empty": ""}
    report = bring(zipped(tmp_path, Data__n="".join(south), Data__ze="".join(north), **headings), "codepo.zip")
    assert (report.rows, report.added) == (4, 2)


def test_nothing_to_keep_is_said_with_a_remedy(bring: Any) -> None:
    report = bring(CODE_POINT)
    assert (report.added, report.skipped) == (0, 3)
    assert "upload the outlines first" in str(report.problems[0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "neither Code-Point Open nor"),
        ("street,doors\nAcorn Lane,9\n", "neither Code-Point Open nor"),
        (CODE_POINT + '"N1 1AD",10,x,1,"","","","","",""\n', "line 5: this row has no postcode"),
        (CODE_POINT + '"N1 1AD"\n', "line 5: this row has no postcode"),
        (CODE_POINT.encode() + b"\xff\xfe", "line 5: the file is no table"),
        (b"PK\x05\x06" + b"\x00" * 18, "neither Code-Point Open nor"),
    ],
)
def test_bad_input_is_refused_whole(bring: Any, content: str | bytes, words: str) -> None:
    HouseholdFactory(postcode="N1 1AA")
    with pytest.raises(RegisterRefused, match=words):
        bring(content)
    assert not PostcodePoint.objects.exists()
    assert Street.objects.get().latitude is None


def test_a_broken_archive_is_refused(bring: Any, tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path, n=CODE_POINT * 50))
    content[60:80] = b"\x00" * 20
    with pytest.raises(RegisterRefused, match="archive is broken"):
        bring(bytes(content), "codepo.zip")


def test_an_archive_with_a_password_is_refused(bring: Any, tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path, n=CODE_POINT))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    with pytest.raises(RegisterRefused, match="has a password"):
        bring(bytes(content), "codepo.zip")


def test_a_member_that_is_no_text_is_left(bring: Any, tmp_path: Path) -> None:
    HouseholdFactory(postcode="N1 1AA")
    path = tmp_path / "mixed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", b"\xff\xfe\x00")
        archive.writestr("b.pdf", b"\xff\xfe\x00")
        archive.writestr("c.csv", "\n" + CODE_POINT)
    assert bring(path.read_bytes(), "codepo.zip").added == 1


def test_a_dry_run_takes_everything_back(bring: Any) -> None:
    HouseholdFactory(postcode="N1 1AA")
    assert bring(CODE_POINT, dry_run=True).added == 1
    assert not PostcodePoint.objects.exists()


def test_memory_stays_flat(bring: Any, tmp_path: Path) -> None:
    HouseholdFactory(postcode="N1 1AA")
    rows = [f'"N{n % 20} {n % 10}AA",10,{530000 + n},186000' for n in range(60_000)]
    content = "\n".join(rows)
    bring(CODE_POINT)
    tracemalloc.start()
    try:
        bring(content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < len(content) * 2 + 8_000_000


def test_the_command_answers_in_json_and_in_words(tmp_path: Path) -> None:
    HouseholdFactory(postcode="N1 1AA")
    file = tmp_path / "points.csv"
    file.write_text(CODE_POINT)
    output = StringIO()
    call_command("import_postcodes", str(file), "--json", stdout=output)
    report = json.loads(output.getvalue())
    assert report.pop("seconds") >= 0
    assert report == {
        "rows": 4,
        "points": {"added": 1, "changed": 0, "total": 1},
        "skipped": 2,
        "without_point": 1,
        "streets": 1,
        "problems": [],
    }
    output = StringIO()
    call_command("import_postcodes", str(file), stdout=output)
    assert "0 added, 0 changed, 1 in all" in output.getvalue()
    with pytest.raises(CommandError, match="there is no such file"):
        call_command("import_postcodes", "no-such-file.csv", "--json", stdout=StringIO())
