"""What was sent becomes register files: unpacked, its encoding found out, its layout recognised by the header."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from django.conf import settings

from campaign.foundation import text_tables, unpacking
from campaign.foundation.text_tables import Table, TableError
from campaign.foundation.unpacking import Piece, left_out
from canvassing.register.layouts import Layout, recognise
from canvassing.register.report import Problem, RegisterRefused
from canvassing.register.rows import RegisterFile

Votes = Mapping[str, Mapping[str, bool]]
"""By layout and marker: whether its electors may vote at this election."""
FEWEST_COLUMNS = 4
ROWS_SHOWN = 5
FEW_MISSING = 2
NOT_OPENED = "{} in this archive was not opened. If it holds a register, send it by itself, as .csv or .xlsx."
HIDDEN = "this sheet is hidden in the workbook and holds a register too. Show it if it counts, or delete it."


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was sent, the name people know it by, and its password where it is a locked archive."""

    path: Path
    name: str
    password: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Which layouts a file may have. `forced`: it has the only one, whatever else its header holds."""

    layouts: Sequence[Layout]
    forced: bool = False
    votes: Votes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """The register files in what was sent, and what was found beside them that is none."""

    files: list[RegisterFile]
    problems: list[Problem]


class UnknownHeader(RegisterRefused):
    """A table that no layout knows: its heading row, and the first rows below it, for whoever maps it."""

    def __init__(self, reason: str, *, file: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__(reason, file=file, line=1)
        self.header, self.rows = header, rows


@contextmanager
def opened(sources: Sequence[Source], known: Known) -> Iterator[Opened]:
    """Look at everything that was sent before any of it is read.

    Raises RegisterRefused for what is no register file of a known layout, UnknownHeader for a table of another one.
    """
    with ExitStack() as stack:
        found = Opened([], [])
        for source in sources:
            _open(source, known, found, stack)
        yield found


def unpacked_in() -> Path:
    """The folder where archives are unpacked, which a new import sweeps."""
    return Path(settings.MEDIA_ROOT) / "unpacked"


def _open(source: Source, known: Known, found: Opened, stack: ExitStack) -> None:
    with _refusing(source.name):
        _refuse_no_file(source)
        unpack = unpacking.unpacked(
            source.path, source.name, folder=unpacked_in(), password=source.password
        )  # fmt: skip
        pieces = stack.enter_context(unpack)
        found.problems.extend(Problem(source.name, None, NOT_OPENED.format(name)) for name in left_out(source.path))
    several: list[RegisterRefused] = []
    before = len(found.files)
    for piece in pieces:
        try:
            found.files.append(_register_file(piece, known))
        except RegisterRefused as refusal:
            several.append(refusal)
    if len(found.files) == before or any(not isinstance(refusal, _NoHeader) for refusal in several):
        raise next((refusal for refusal in several if not isinstance(refusal, _NoHeader)), several[0])
    found.problems.extend(refusal.problem for refusal in several)


class _NoHeader(UnknownHeader):
    """In an archive, a list of contents or a covering sheet may stand beside the register."""


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except TableError as error:
        raise RegisterRefused(error.reason, file=name, line=error.line) from None
    except OSError as error:
        raise RegisterRefused(_unreadable(error), file=name) from None


def _register_file(piece: Piece, known: Known) -> RegisterFile:
    with _refusing(piece.name):
        text = text_tables.look_at(piece.path)
        table = text_tables.find_table(text, _is_header(known))
        layout = recognise(table.header, known.layouts, forced=known.forced) if table else None
        columns = layout.columns(table.header, forced=known.forced) if table and layout else None
        if table is None or layout is None or columns is None:
            raise _unknown(piece, text_tables.find_table(text, _looks_like_a_header), known)
    if piece.hidden:
        raise RegisterRefused(HIDDEN, file=piece.name, line=table.header_line)
    return RegisterFile(
        piece.name, piece.kind or text.encoding, table, layout, columns, known.votes.get(layout.name, {})
    )  # fmt: skip


def _is_header(known: Known) -> Callable[[Sequence[str]], bool]:
    return lambda cells: recognise(cells, known.layouts, forced=known.forced) is not None


def _looks_like_a_header(cells: Sequence[str]) -> bool:
    """Several columns, each with a heading of its own and none with a number."""
    named = [cell for cell in cells if cell.strip()]
    return len(named) >= FEWEST_COLUMNS and len(set(named)) == len(named) and not any(map(str.isdecimal, named))


def _unknown(piece: Piece, table: Table | None, known: Known) -> RegisterRefused:
    if table is None:
        reason = f"no header of a register file is here (looked for {_titles(known.layouts)})."
        return _NoHeader(reason, file=piece.name, header=[], rows=[])
    likely = min(known.layouts, key=lambda layout: len(layout.missing(table.header)))
    missing = likely.missing(table.header)
    few = min(FEW_MISSING, len(likely.needed) // 2)  # a layout of two columns is not likely where both are missing
    if missing and (known.forced or len(missing) <= few):
        columns = ", ".join(f"“{heading}”" for heading in missing)
        reason = f"the header has no column {columns}, which {likely.title} has. Ask for the file with it."
        return RegisterRefused(reason, file=piece.name, line=table.header_line)
    rows = [cells for _, (_, cells) in zip(range(ROWS_SHOWN), table.rows(), strict=False)]
    reason = f"no layout known here has this header (looked for {_titles(known.layouts)}). Say what its columns are."
    return _NoHeader(reason, file=piece.name, header=table.header, rows=rows)


def _titles(layouts: Sequence[Layout]) -> str:
    """What was looked for, short enough for a phone."""
    return layouts[0].title if len(layouts) == 1 else f"{len(layouts)} layouts"


def _refuse_no_file(source: Source) -> None:
    """Raises OSError or RegisterRefused before anything is opened: a pipe or a device might never end."""
    mode = source.path.stat().st_mode
    if S_ISDIR(mode):
        raise RegisterRefused("this is a folder, not a file. Name the file in it.", file=source.name)
    if not S_ISREG(mode):
        raise RegisterRefused("this is no file but a pipe or a device. Save it as a file first.", file=source.name)


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file."
    return f"the file cannot be read ({error.strerror})."
