"""The tables inside a file somebody sent: a text as it is, the sheets of an Excel workbook, what a ZIP archive holds.

What is unpacked lies in a folder of its own and is gone when the caller is done; `sweep` takes away what a killed
process left behind.
"""

import csv
import errno
import lzma
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import openpyxl
import pyzipper
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from campaign.foundation.text_tables import IS_FORMULA, TableError

LARGEST = 1 << 30
"""Bytes of a file, packed or unpacked: the register of a region of six million is half of this."""
MOST_PACKED = 200
"""How many times larger than its archive a file may be; registers shrink to a tenth."""
WORTH_LOOKING = 50 << 20
"""Bytes below which nobody asks how well a file was packed."""
MOST_MEMBERS = 500
LONGEST_READ = timedelta(hours=6)
TABLES = (".csv", ".tsv", ".txt", ".xlsx")
OTHER_TABLES = (".zip", ".7z", ".rar", ".gz", ".xls", ".xlsb", ".xlsm", ".ods", ".dat")
"""Endings of files that may hold a table, and are not opened inside an archive."""
MOST_COLUMNS = 1000
"""A cell far out makes every row as wide: a small workbook would fill the disk."""
NO_TABLES = ("._", "~$")
"""How the names of files begin that macOS and Excel put beside others."""
DAMAGED = "the workbook is damaged. Save it as .xlsx again."
TOO_LARGE = "the file is larger than 1 GB, which no council's register is. Send it in parts, a polling district each."
UNKNOWN_PACKING = "the archive is packed in a way that cannot be read here. Unpack it, and send what was in it."
FULL = "the disk is full. Free some space, then try again."


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of its own and the name people know it by; `kind` says what it was when it was not a text.

    `hidden`: a sheet that nobody sees who opens the workbook.
    """

    path: Path
    name: str
    kind: str = ""
    hidden: bool = False


@contextmanager
def unpacked(path: Path, name: str, *, folder: Path, password: str = "") -> Iterator[list[Piece]]:
    """The tables in the file at `path`, each as a text.

    Raises TableError for a file that is too large, damaged, packed like a bomb, or locked with another password.
    """
    if path.stat().st_size > LARGEST:
        raise TableError(1, TOO_LARGE)
    if not zipfile.is_zipfile(path):
        yield [Piece(path, name)]
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as inside:
        with _saying_what_is_wrong():
            pieces = list(_pieces(path, name, Path(inside), password))
        if not pieces:
            raise TableError(1, "there is no table in this archive: no .csv, .tsv, .txt or .xlsx.")
        yield pieces


def left_out(path: Path) -> list[str]:
    """The names of the files in an archive that may hold a table and are not opened; it was `unpacked` before."""
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        names = (PurePosixPath(member.filename).name for member in archive.infolist())
        return [name for name in names if name.lower().endswith(OTHER_TABLES) and not name.startswith(NO_TABLES)]


def sweep(folder: Path, *, at: datetime) -> None:
    """Delete what a process that was killed left unpacked: whatever is older than anybody needs to read it."""
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.stat().st_mtime < (at - LONGEST_READ).timestamp():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _saying_what_is_wrong() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TableError(1, FULL if error.errno == errno.ENOSPC else "the file cannot be unpacked here.") from None
    except NotImplementedError:  # zipfile's word for a way of packing that it does not know
        raise TableError(1, UNKNOWN_PACKING) from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, UnicodeDecodeError):
        raise TableError(1, "the archive is damaged. Ask for it again.") from None


def _pieces(path: Path, name: str, inside: Path, password: str) -> Iterator[Piece]:
    with pyzipper.AESZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _refuse_bombs(members, path.stat().st_size)
        if any(member.filename == "xl/workbook.xml" for member in members):
            yield from _sheets(path, name, inside)
            return
        for number, member in enumerate(members):
            if _is_table(member.filename):
                to = inside / f"{number}{PurePosixPath(member.filename).suffix.lower()}"
                _unpack(archive, member, to, password)
                yield from _piece(to, f"{name}, {PurePosixPath(member.filename).name}", inside)


def _piece(path: Path, name: str, inside: Path) -> Iterator[Piece]:
    """A member of an archive: a text, or a workbook in turn."""
    if not zipfile.is_zipfile(path):
        yield Piece(path, name)
        return
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _refuse_bombs(members, path.stat().st_size)
        if any(member.filename == "xl/workbook.xml" for member in members):
            yield from _sheets(path, name, inside)


def _is_table(name: str) -> bool:
    place = PurePosixPath(name)
    return place.suffix.lower() in TABLES and not place.name.startswith(NO_TABLES)


def _refuse_bombs(members: Sequence[zipfile.ZipInfo], packed: int) -> None:
    """Raises TableError by what the archive says of itself; a member never gives more bytes than it says."""
    size = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS:
        raise TableError(1, f"the archive holds more than {MOST_MEMBERS} files. Send the register's alone.")
    if size > LARGEST or (size > WORTH_LOOKING and size > packed * MOST_PACKED):
        raise TableError(1, "unpacked, this archive would be far too large to be a register. Nothing was unpacked.")


def _unpack(archive: pyzipper.AESZipFile, member: zipfile.ZipInfo, to: Path, password: str) -> None:
    try:
        with archive.open(member, pwd=password.encode() or None) as packed, to.open("wb") as file:
            shutil.copyfileobj(packed, file)
    except NotImplementedError:  # a RuntimeError too, and no word about a password
        raise
    except RuntimeError as error:  # of both libraries, for a missing and for a wrong password
        said = "the password is wrong." if password else "the archive is locked. Give its password too."
        raise TableError(1, said) from error


def _sheets(path: Path, name: str, inside: Path) -> Iterator[Piece]:
    """Each sheet that holds anything, as text with a line for every row, so that lines are the sheet's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which a table does not need
        with _saying_that_it_is_damaged():
            book = openpyxl.load_workbook(path, read_only=True)
        try:
            for number, sheet in enumerate(book.worksheets):
                to = inside / f"{path.stem}-sheet-{number}.tsv"
                with _saying_that_it_is_damaged():
                    anything = _write_sheet(sheet, to)
                if anything:
                    shown = name if len(book.worksheets) == 1 else f"{name}, sheet {sheet.title}"
                    yield Piece(to, shown, "xlsx", hidden=sheet.sheet_state != "visible")
        finally:
            book.close()


@contextmanager
def _saying_that_it_is_damaged() -> Iterator[None]:
    """openpyxl stumbles over what is not there, each time in another way."""
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError, InvalidFileException, SyntaxError):
        raise TableError(1, DAMAGED) from None


def _write_sheet(sheet: Any, to: Path) -> bool:
    """Write the sheet's rows, each as wide as the widest before it, the header; returns whether there was any."""
    sheet.reset_dimensions()  # programs write sizes that are wrong, and what lies outside would not be read
    anything, width, size = False, 0, 0
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_text(cell) for cell in row]
            if any(cell.startswith("=") for cell in cells):
                raise TableError(line, IS_FORMULA)
            while cells and not cells[-1]:
                cells.pop()
            anything = anything or bool(cells)
            width = max(width, len(cells))
            if width > MOST_COLUMNS:
                raise TableError(line, f"this row is wider than {MOST_COLUMNS:,} columns. Delete what stands far out.")
            size += width
            if size > LARGEST:
                raise TableError(line, TOO_LARGE)
            writer.writerow(cells + [""] * (width - len(cells)) if cells else [])
    return anything


def _text(cell: Any) -> str:
    """A cell as a council's text file would have it: days as 31/12/2026, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split("\n"))
