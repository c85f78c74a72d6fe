"""Tables in text files of unknown encoding: what the bytes are, where the header stands, and the rows one by one."""

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
UTF_8, UTF_8_BOM, WINDOWS_1252 = "utf-8", "utf-8-sig", "windows-1252"
NOT_IN_WINDOWS_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
DELIMITERS = ("\t", ",")
TITLE_LINES = 20
"""How far down a header may stand, below titles and blank lines."""

Row = tuple[int, list[str]]


class TableError(Exception):
    """Why a file cannot be read as a table, at which line (1 first); fit to show to a person."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"Line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Text:
    """What the bytes of a file turned out to be. `lines` counts the last one, finished or not."""

    path: Path
    encoding: str
    lines: int
    ends_with_newline: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A text whose header was found. Lines count from 1, as in the file."""

    text: Text
    delimiter: str
    header: list[str]
    header_line: int

    def rows(self) -> Iterator[Row]:
        """Each row below the header with the line it begins on; blank rows and repeated headers are left out.

        One row is in memory at a time. Raises TableError at a row with other columns than the header, at a quote
        that is never closed, and at a field too long to be one.
        """
        for line, cells in _records(self.text, self.delimiter):
            if line <= self.header_line or _is_blank(cells) or cells == self.header:
                continue
            if len(cells) != len(self.header):
                raise TableError(line, self._ragged(line, len(cells)))
            yield line, cells

    def _ragged(self, line: int, columns: int) -> str:
        if line == self.text.lines and not self.text.ends_with_newline:
            return "the file is cut off inside this row. Ask for it again."
        return f"this row has {columns} columns, the header has {len(self.header)}."


def look_at(path: Path) -> Text:
    """Find out what the bytes of `path` are: a byte order mark, strict UTF-8, else windows-1252.

    Raises TableError when the file is empty, is no text, or is in none of these encodings.
    """
    utf_8 = _Utf8()
    not_windows, lines, start, last = 0, 0, b"", b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            start = start or chunk[:3]
            if strange := NOT_IN_TEXT.search(chunk):
                line = _line_of(chunk, strange.start(), lines)
                raise TableError(line, "this is not a text file. Save it as .csv or .tsv and try again.")
            utf_8.take(chunk, lines)
            if not not_windows and (undefined := NOT_IN_WINDOWS_1252.search(chunk)):
                not_windows = _line_of(chunk, undefined.start(), lines)
            lines += chunk.count(b"\n")
            last = chunk
    if not last:
        raise TableError(1, "the file is empty.")
    utf_8.take(b"", lines, final=True)
    finished = last.endswith((b"\n", b"\r"))
    return Text(path, _encoding(start, utf_8.wrong_at, not_windows), lines + (not finished), finished)


def find_table(text: Text, is_header: Callable[[Sequence[str]], bool]) -> Table | None:
    """The table whose header `is_header` knows among the first lines; None when no line is one.

    Both tab and comma are tried, for a file's name lies about it both ways.
    """
    for delimiter in DELIMITERS:
        try:
            for line, cells in _records(text, delimiter):
                if is_header(cells):
                    return Table(text, delimiter, cells, line)
                if line >= TITLE_LINES:
                    break
        except TableError:
            continue
    return None


def column_key(heading: str) -> str:
    """A heading without case, spaces and punctuation: "Elector Number Prefix" and "elector_number_prefix" are one."""
    return "".join(letter for letter in heading.casefold() if letter.isalnum())


def _records(text: Text, delimiter: str) -> Iterator[Row]:
    """Rows with the line each begins on: a quoted field may run over several."""
    with text.path.open(encoding=text.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise TableError(line, _complaint(str(error))) from None


def _complaint(error: str) -> str:
    if "unexpected end of data" in error or "field larger" in error:
        return "a quotation mark opens here and is never closed."
    return "a quotation mark stands in the middle of a field."


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(map(str.strip, cells))


def _line_of(chunk: bytes, place: int, lines_before: int) -> int:
    return lines_before + chunk.count(b"\n", 0, place) + 1


class _Utf8:
    """Follows a file chunk by chunk and remembers the first line that is not UTF-8; 0 while there is none."""

    def __init__(self) -> None:
        self.wrong_at = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def take(self, chunk: bytes, lines_before: int, *, final: bool = False) -> None:
        if self.wrong_at:
            return
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            self.wrong_at = _line_of(error.object, error.start, lines_before)


def _encoding(start: bytes, not_utf_8: int, not_windows: int) -> str:
    if not not_utf_8:
        return UTF_8_BOM if start.startswith(codecs.BOM_UTF8) else UTF_8
    if start.startswith(codecs.BOM_UTF8):
        raise TableError(not_utf_8, "the file says that it is UTF-8, and this line is not.")
    if not_windows:
        raise TableError(not_windows, "this line holds bytes that are neither UTF-8 nor windows-1252.")
    return WINDOWS_1252
