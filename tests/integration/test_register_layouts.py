"""The same made-up constituency as each supplier's system exports it: one register, whichever comes first."""

import zipfile
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
import pyzipper

from canvassing.electorate.models import Elector, Household, PollingDistrict, Street
from canvassing.register import runs
from canvassing.register.models import RegisterImport
from canvassing.register.opening import Source
from tests.factories.register import SAMPLE, bring_in, shuffled, written_rows

pytestmark = pytest.mark.django_db

FULL = {
    "xpress14.tsv": ("xpress_full_14", "windows-1252"),
    "xpress13.csv": ("xpress_full_13", "utf-8-sig"),
    "eros.csv": ("eros_full", "windows-1252"),
    "dc.csv": ("democracycounts_full", "utf-16-le"),
}
UPDATES = {
    "update_xpress23.csv": "xpress_update_23",
    "update_eros.csv": "eros_update",
    "update_dc.csv": "democracycounts_update",
}
NOTHING = {"added": 0, "changed": 0, "gone": 0}


def data(name: str) -> Path:
    return SAMPLE.parent / name


def people() -> str:
    """A digest of every living elector with the door, without what only one of the files knows."""
    rows = Elector.objects.living().values_list(
        "polling_district__code", "number", "suffix", "name_key", "marker", "may_vote", "attains_on",
        "household__street__name", "household__label", "household__postcode",
    )  # fmt: skip
    return sha256("\n".join(sorted(map(str, rows))).encode()).hexdigest()


TRUTH = "6ff7344df392778af21b386e6c8bca0fa167c4b65b12966f378af121f6d48f71"


@pytest.mark.parametrize("name", FULL)
def test_each_full_file_is_the_same_register_whichever_came_first(name: str) -> None:
    record = bring_in(data(name))
    layout, encoding = FULL[name]
    report = record.report
    assert (report["layout"], report["encoding"], report["rows"]) == (layout, encoding, 6332)
    assert report["electors"] == {"added": 6332, "changed": 0, "gone": 0, "unchanged": 0, "total": 6332}
    assert (report["households"]["total"], report["streets"]["total"], report["polling_districts"]) == (3095, 30, 4)
    assert (report["attainers"], report["without_address"], report["review"]) == (15, 3, 0)
    assert report["markers"] == {"": 5588, "B": 287, "F": 46, "G": 405, "L": 5, "N": 1}
    assert report["page"]["cannot_vote"] == 697
    assert report["problems"] == []
    assert people() == TRUTH
    electors = written_rows()["Elector"]
    for other in FULL:
        report = bring_in(data(other)).report
        assert report["electors"] == {**NOTHING, "unchanged": 6332, "total": 6332}
        assert (report["households"]["added"], report["streets"]["added"]) == (0, 0)
    assert written_rows()["Elector"] == electors
    assert (PollingDistrict.objects.count(), Street.objects.count()) == (4, 30)


@pytest.mark.parametrize("name", [*FULL, *UPDATES])
def test_a_file_that_came_before_writes_no_row_in_any_order(name: str, tmp_path: Path) -> None:
    bring_in(SAMPLE)
    bring_in(data(name))
    before = written_rows()
    assert bring_in(data(name)).report["electors"]["unchanged"] == (6332 if name in FULL else 157)
    assert written_rows() == before
    again = bring_in(shuffled_below_the_header(data(name), tmp_path / name))
    assert {effect: again.report["electors"][effect] for effect in NOTHING} == NOTHING
    assert written_rows() == before


def shuffled_below_the_header(path: Path, to: Path) -> Path:
    """The same rows in another order; titles and header stay where they are."""
    encoding = "utf-16-le" if path.name == "dc.csv" else "latin-1"
    head = {"eros.csv": 4, "update_eros.csv": 2}.get(path.name, 1)
    lines = path.read_bytes().decode(encoding).splitlines(keepends=True)
    to.write_bytes("".join(lines[:head]).encode(encoding))
    rest = to.with_suffix(".rest")
    rest.write_bytes(("x\n" + "".join(lines[head:])).encode("utf-8"))
    mixed = shuffled(rest, to.with_suffix(".mixed")).read_bytes().decode()[2:]
    to.write_bytes(to.read_bytes() + mixed.encode(encoding))
    return to


@pytest.mark.parametrize(
    ("full", "update"),
    [*(("xpress14.tsv", update) for update in UPDATES), ("eros.csv", "update_eros.csv"), ("dc.csv", "update_dc.csv"),
     ("xpress13.csv", "update_xpress23.csv")],
)  # fmt: skip
def test_each_update_on_top_of_a_full_file(full: str, update: str) -> None:
    bring_in(data(full))
    record = bring_in(data(update))
    assert record.report["layout"] == UPDATES[update]
    assert record.report["electors"] == {"added": 94, "changed": 63, "gone": 63, "unchanged": 0, "total": 6363}
    assert (record.report["review"], record.report["problems"]) == (0, [])


def test_the_updates_say_the_same_whatever_their_order() -> None:
    bring_in(SAMPLE)
    for update in UPDATES:
        bring_in(data(update))
    after = people()
    for update in reversed(UPDATES):
        assert {effect: bring_in(data(update)).report["electors"][effect] for effect in NOTHING} == NOTHING
    assert people() == after


def test_the_file_with_wards_and_property_numbers_tells_them() -> None:
    bring_in(data("dc.csv"))
    wards = dict(PollingDistrict.objects.values_list("code", "ward__name"))
    assert wards == {"AA": "Alderbrook", "AB": "Canonbridge", "AC": "Finchley Green", "AD": "Highfield"}
    assert Household.objects.exclude(uprn="").count() == 3095
    assert not Household.objects.filter(uprn__startswith="0").exists()


# As council's files are sent


def workbook(path: Path, to: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in path.read_bytes().decode("cp1252").splitlines():
        sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in line.split("\t")])
    book.save(to)
    return to


def test_a_workbook_is_the_same_register(tmp_path: Path) -> None:
    bring_in(SAMPLE)
    record = bring_in(workbook(SAMPLE, tmp_path / "register.xlsx"))
    assert (record.report["encoding"], record.report["electors"]["unchanged"]) == ("xlsx", 6332)


def test_an_archive_holds_the_register_beside_other_things(tmp_path: Path) -> None:
    path = tmp_path / "register.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(data("dc.csv"), "Register/full.csv")
        archive.writestr("Register/read me.txt", "The register you asked for.\n")
        archive.writestr("Register/map.pdf", b"%PDF")
    record = bring_in(path)
    assert (record.state, record.report["electors"]["added"]) == ("done", 6332)
    [problem] = record.report["problems"]
    assert problem["file"] == "register.zip, read me.txt"


def test_a_locked_archive_wants_its_password(tmp_path: Path) -> None:
    path = tmp_path / "register.zip"
    with pyzipper.AESZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"secret")
        archive.write(data("update_dc.csv"), "update.csv")
    refused = bring_in(path)
    assert refused.report["refused"].endswith("the archive is locked. Give its password too.")
    wrong = RegisterImport.objects.create(filename="register.zip", asked_at=refused.asked_at, password="wrong")
    assert carry_out(wrong, path, "wrong").report["refused"].endswith("the password is wrong.")
    bring_in(SAMPLE)
    right = RegisterImport.objects.create(filename="register.zip", asked_at=refused.asked_at, password="secret")
    done = carry_out(right, path, "secret")
    assert (done.report["electors"]["added"], done.password) == (94, "")


def carry_out(record: RegisterImport, path: Path, password: str) -> RegisterImport:
    return runs.carry_out(import_id=record.pk, sources=[Source(path, path.name, password)], at=record.asked_at)
