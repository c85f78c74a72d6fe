"""Tables in text files of unknown encoding: what the bytes are, where the header stands, and the rows one by one."""

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
UTF_8, UTF_8_BOM, WINDOWS_1252 = "utf-8", "utf-8-sig", "windows-1252"
UTF_16_BOM, UTF_16_LE, UTF_16_BE = "utf-16", "utf-16-le", "utf-16-be"
NOT_IN_WINDOWS_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# A cell that begins so was typed into a spreadsheet: what the council wrote there is not in it.
FORMULA = re.compile(rb"[\t\n,]\"?=")
IS_FORMULA = "a cell holds a formula (it begins with =) instead of what it should say. Save the file as values only."
# "é" and its like in UTF-8. In windows-1252 the same bytes are "Ã" and a sign, which no name has.
LETTER_IN_UTF_8 = re.compile(rb"\xc3[\xa1-\xbf]")
NEVER_CLOSED = "a quotation mark opens here and is never closed."
BOM = "\ufeff"
NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
DELIMITERS = ("\t", ",")
TITLE_LINES = 20
"""How far down a header may stand, below titles and blank lines, and how many lines of titles may follow one block."""
MOST_CELLS_OF_A_TITLE = 2
NARROW = 4

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
    """A text whose header was found below `titles`. Lines count from 1, as in the file."""

    text: Text
    delimiter: str
    header: list[str]
    header_line: int
    titles: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Each row below the header with the line it begins on; blank rows and repeated headers are left out.

        Titles may stand before a header that is repeated, as where files were put one behind the other. One row is in
        memory at a time, and a title. Raises TableError at a row with other columns than the header, at another
        header, at a quote that is never closed, at a formula, and at a field too long to be one.
        """
        titles: list[Row] = []
        headings, before = set(self.header), ""
        for line, cells in _records(self.text, self.delimiter):
            if line <= self.header_line or _is_blank(cells):
                continue
            cells[0] = cells[0].lstrip(BOM)  # of a file that was put behind another
            if cells[0] in headings and self._is_header(line, cells):
                titles.clear()
            elif self._may_be_a_title(line, cells, before):
                titles.append((line, cells))
                if len(titles) > TITLE_LINES:
                    yield from self._no_titles(titles)
                    titles.clear()
            else:
                if titles:
                    yield from self._no_titles(titles)
                    titles.clear()
                before = cells[0]
                yield line, cells
        yield from self._no_titles(titles)

    def _is_header(self, line: int, cells: list[str]) -> bool:
        """Whether a row that begins with a heading is the header again. Raises TableError at another header."""
        if cells == self.header:
            return True
        shared = len(set(cells) & set(self.header) - {""})
        if shared * 2 > len(set(self.header) - {""}):
            raise TableError(
                line, "a second header is here, with other columns than the first. Send the two parts as two files."
            )
        return False

    def _may_be_a_title(self, line: int, cells: list[str], before: str) -> bool:
        """Whether a row says little enough; one that begins as the row before it did is of the table.

        Raises TableError at a row that says more, and has other columns than the header.
        """
        width = len(self.header)
        if len(cells) == width:
            return width > NARROW and cells[0] != before and not any(cells[MOST_CELLS_OF_A_TITLE:])
        if sum(1 for cell in cells if cell.strip()) > max(MOST_CELLS_OF_A_TITLE, width // 4):
            raise TableError(line, self._ragged(line, len(cells)))
        return True

    def _no_titles(self, rows: list[Row]) -> Iterator[Row]:
        """The rows that looked like titles, now that no header follows them."""
        for line, cells in rows:
            if len(cells) != len(self.header):
                raise TableError(line, self._ragged(line, len(cells)))
            yield line, cells

    def _ragged(self, line: int, columns: int) -> str:
        if line == self.text.lines and not self.text.ends_with_newline:
            return "the file is cut off inside this row. Ask for it again."
        return f"this row has {columns} columns, the header has {len(self.header)}."


def look_at(path: Path) -> Text:
    """Find out what the bytes of `path` are: a byte order mark, UTF-16 by its zero bytes, strict UTF-8, windows-1252.

    Raises TableError when the file is empty, is no text, is in none of these encodings, or holds a formula.
    """
    utf_16 = _utf_16(path)
    utf_8 = _Utf8()
    not_windows, lines, start, last = 0, 0, b"", b""
    letters, tail = False, b"\n"
    for chunk in _chunks(path, utf_16):
        start = start or chunk[:3]
        if strange := NOT_IN_TEXT.search(chunk):
            line = _line_of(chunk, strange.start(), lines)
            raise TableError(line, "this is not a text file. Save it as .csv or .tsv and try again.")
        seen, before = tail + chunk, lines - tail.count(b"\n")
        if formula := FORMULA.search(seen):
            raise TableError(_line_of(seen, formula.end() - 1, before), IS_FORMULA)
        letters = letters or LETTER_IN_UTF_8.search(seen) is not None
        utf_8.take(chunk, lines)
        if not not_windows and (undefined := NOT_IN_WINDOWS_1252.search(chunk)):
            not_windows = _line_of(chunk, undefined.start(), lines)
        lines += chunk.count(b"\n")
        last, tail = chunk, seen[-2:]
    if not last:
        raise TableError(1, "the file is empty.")
    utf_8.take(b"", lines, final=True)
    finished = last.endswith((b"\n", b"\r"))
    encoding = utf_16 or _encoding(start, utf_8.wrong_at, not_windows, letters=letters)
    return Text(path, encoding, lines + (not finished), finished)


def _utf_16(path: Path) -> str:
    """UTF-16 with a byte order mark, or without one by where its zero bytes stand; "" for other encodings."""
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UTF_16_BOM
    first, second = start[::2].count(0), start[1::2].count(0)
    mostly = len(start) // 4
    if second > mostly and not first:
        return UTF_16_LE
    return UTF_16_BE if first > mostly and not second else ""


def _chunks(path: Path, utf_16: str) -> Iterator[bytes]:
    """The file's bytes, part by part; of a file in UTF-16 as if it were in UTF-8."""
    if not utf_16:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
        return
    decoder, lines = codecs.getincrementaldecoder(utf_16)(), 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                part = decoder.decode(chunk)
                lines += part.count("\n")
                yield part.encode()
            decoder.decode(b"", final=True)
        except UnicodeError:
            why = "the file is in UTF-16 and breaks off inside a letter. Ask for it again."
            raise TableError(lines + 1, why) from None


def find_table(text: Text, is_header: Callable[[Sequence[str]], bool]) -> Table | None:
    """The table whose header `is_header` knows among the first lines; None when no line is one.

    Both tab and comma are tried, for a file's name lies about it both ways.
    """
    for delimiter in DELIMITERS:
        titles: list[str] = []
        try:
            for line, cells in _records(text, delimiter):
                if is_header(cells):
                    return Table(text, delimiter, cells, line, tuple(titles))
                if line >= TITLE_LINES:
                    break
                titles.append(" ".join(filter(None, cells)))
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
                if reader.line_num > line and _holds_rows(cells, delimiter):
                    raise TableError(line, NEVER_CLOSED)
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise TableError(line, _complaint(str(error))) from None


def _holds_rows(cells: Sequence[str], delimiter: str) -> bool:
    """Whether a quotation mark that was never closed swallowed rows, up to the next mark some rows below."""
    return len(cells) > NARROW and any("\n" in cell and cell.count(delimiter) >= len(cells) - 1 for cell in cells)


def _complaint(error: str) -> str:
    if "unexpected end of data" in error or "field larger" in error:
        return NEVER_CLOSED
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


def _encoding(start: bytes, not_utf_8: int, not_windows: int, *, letters: bool) -> str:
    if not not_utf_8:
        return UTF_8_BOM if start.startswith(codecs.BOM_UTF8) else UTF_8
    if start.startswith(codecs.BOM_UTF8):
        raise TableError(not_utf_8, "the file says that it is UTF-8, and this line is not.")
    if not_windows:
        raise TableError(not_windows, "this line holds bytes that are neither UTF-8 nor windows-1252.")
    if letters:
        raise TableError(
            not_utf_8, "this line is in another encoding than the rest, which is UTF-8. Ask for the file anew."
        )
    return WINDOWS_1252
