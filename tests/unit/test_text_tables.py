"""Text tables: the bytes are looked at, never guessed away; rows carry the line they begin on."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from campaign.foundation import text_tables
from campaign.foundation.text_tables import TableError, column_key, find_table, look_at


@pytest.fixture
def written(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "table"
        path.write_bytes(content)
        return path

    return write


def is_header(cells: Sequence[str]) -> bool:
    return [column_key(cell) for cell in cells] == ["name", "townname"]


def rows(path: Path) -> list[tuple[int, list[str]]]:
    table = find_table(look_at(path), is_header)
    assert table is not None
    return list(table.rows())


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xef\xbb\xbfZo\xc3\xab\n", "utf-8-sig"),
        ("Zoë\n".encode(), "utf-8"),
        (b"Zoe\n", "utf-8"),
        ("Zoë’s\xa0\n".encode("cp1252"), "windows-1252"),  # noqa: RUF001
    ],
)
def test_the_encoding_is_found(written, content: bytes, encoding: str) -> None:
    assert look_at(written(content)).encoding == encoding


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "empty"),
        (b"a\nb\x00c\n", 2, "not a text file"),
        (b"PK\x03\x04", 1, "not a text file"),
        (b"a\n\xc3\xab\nZo\xeb\x9d\n", 3, "neither UTF-8 nor windows-1252"),
        (b"\xef\xbb\xbfa\nb\nZo\xeb\n", 3, "not"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(written, content: bytes, line: int, words: str) -> None:
    with pytest.raises(TableError, match=words) as refusal:
        look_at(written(content))
    assert refusal.value.line == line


def test_bytes_are_looked_at_across_the_edges_of_chunks(written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_tables, "CHUNK", 1)
    text = look_at(written("a\nZoë\nb".encode()))
    assert (text.encoding, text.lines, text.ends_with_newline) == ("utf-8", 3, False)
    with pytest.raises(TableError) as refusal:
        look_at(written(b"a\n\xc3\n\x81\n"))
    assert refusal.value.line == 3


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_rows_come_with_the_line_they_begin_on(written, delimiter: str) -> None:
    lines = [
        "Title, of the file",
        "",
        "Name,TOWN NAME",
        "Ann,Leeds",
        ",",
        " ",
        '"Bo\nB",York',
        "Name,TOWN NAME",
        "Cy,Bath",
    ]
    content = "\r\n".join(lines).replace(",", delimiter) + "\r\n"
    assert rows(written(content.encode())) == [(4, ["Ann", "Leeds"]), (7, ["Bo\nB", "York"]), (10, ["Cy", "Bath"])]


def test_a_file_of_carriage_returns_is_read(written) -> None:
    assert rows(written(b"Name,Town name\rAnn,Leeds\r")) == [(2, ["Ann", "Leeds"])]


def test_a_file_without_a_known_header_is_no_table(written) -> None:
    assert find_table(look_at(written(b"Ann,Leeds\nBo,York\n")), is_header) is None


def test_a_header_far_down_is_none(written) -> None:
    assert find_table(look_at(written(b"title\n" * 20 + b"Name,Town name\n")), is_header) is None


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"Name,Town name\nAnn,Leeds\nBo\n", 3, "1 columns, the header has 2"),
        (b"Name,Town name\nAnn,Leeds,x\n", 2, "3 columns"),
        (b"Name,Town name\nAnn,Leeds\nBo", 3, "cut off"),
        (b'Name,Town name\nAnn,Leeds\n"Bo,York\nCy,Bath\n', 3, "never closed"),
        (b'Name,Town name\nAnn,"Leeds\n' + b"Bo,York\n" * 20_000, 2, "never closed"),
        (b'Name,Town name\n"Ann"e,Leeds\n', 2, "in the middle"),
    ],
)
def test_a_broken_row_is_refused_with_the_line_it_begins_on(written, content: bytes, line: int, words: str) -> None:
    with pytest.raises(TableError, match=words) as refusal:
        rows(written(content))
    assert refusal.value.line == line
