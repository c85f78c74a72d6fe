"""Street lists out of Open Names: the roads of a box or of the outlines, each with its point."""

import zipfile
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from canvassing.electorate.models import Street
from canvassing.register.report import RegisterRefused
from tests.factories.campaign import SQUARE
from tests.factories.canvassing import WardFactory
from tests.factories.register import written_rows
from tests.factories.street_lists import HEADER, run, street

pytestmark = pytest.mark.django_db

NUMBERS = count(1)


def open_name(name: str, easting: float, northing: float, kind: str = "Named Road") -> str:
    cells = [""] * 34
    number = f"osgb{next(NUMBERS)}"
    cells[:4] = number, f"http://data.ordnancesurvey.co.uk/id/{number}", name, "eng"
    cells[6:10] = "transportNetwork", kind, str(easting), str(northing)
    return ",".join(cells) + "\n"


OPEN_NAMES = (
    open_name("Acorn Lane", 530000, 186000)
    + open_name("Acorn Lane", 530020, 186000, "Section Of Named Road")
    + open_name("Far Lane", 430000, 186000)
    + open_name("A1", 530000, 186000, "Numbered Road")
    + open_name("Somewhere", 530000, 186000, "Suburban Area")
)
BOX = (529000.0, 185000.0, 531000.0, 187000.0)


def test_open_names_gives_the_roads_of_the_box_with_a_point(lists: Any) -> None:
    report = lists(OPEN_NAMES, box=BOX)
    found = Street.objects.get()
    assert (report.rows, found.name) == (2, "Acorn Lane")
    assert (found.latitude, found.longitude) == (pytest.approx(51.5579, abs=1e-3), pytest.approx(-0.126, abs=1e-3))


def test_open_names_again_writes_nothing(lists: Any) -> None:
    lists(OPEN_NAMES, box=BOX)
    before = written_rows()
    lists("".join(reversed(OPEN_NAMES.splitlines(keepends=True))), box=BOX)
    assert written_rows() == before


def test_without_a_box_open_names_is_read_around_the_outlines(lists: Any) -> None:
    WardFactory(outline=SQUARE)
    inside = open_name("Near Lane", 531000, 186000)
    assert lists(inside + OPEN_NAMES).rows == 1
    assert Street.objects.get().name == "Near Lane"


def test_without_box_and_outlines_open_names_is_refused(lists: Any) -> None:
    with pytest.raises(RegisterRefused, match="--box"):
        lists(OPEN_NAMES)


def test_open_names_places_streets_that_are_known(lists: Any) -> None:
    lists(HEADER + "Acorn Lane,AA,,,9\n")
    report = lists(OPEN_NAMES, box=BOX)
    assert (report.streets.added, report.streets.changed) == (0, 1)
    assert street("Acorn Lane").latitude is not None


def test_a_broken_point_is_refused(lists: Any) -> None:
    with pytest.raises(RegisterRefused, match="line 6: GEOMETRY_X"):
        lists(OPEN_NAMES + open_name("Acorn Lane", 0, 0).replace("0.0", "x").replace(",0,0,", ",x,0,"), box=BOX)


def test_the_command_takes_a_box(tmp_path: Path) -> None:
    file = tmp_path / "opennames.csv"
    file.write_text(OPEN_NAMES)
    assert run(file, "--box", ",".join(map(str, BOX)))["streets"]["added"] == 1


def test_the_tiles_of_an_archive_are_read_and_its_licence_is_no_list(lists: Any, tmp_path: Path) -> None:
    packed = tmp_path / "tiles.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Data/TQ28.csv", OPEN_NAMES)
        archive.writestr("Doc/licence.txt", "Open Government Licence\nUse it freely\n")
    assert lists(packed.read_bytes(), box=BOX).streets.added == 1
