"""How far an import has come, told while its transaction is open: through a connection of its own that commits."""

import time
from types import TracebackType
from typing import Self

from django.db import connection

from canvassing.register.models import RegisterImport

SECONDS_BETWEEN = 0.5


class StoppedError(Exception):
    """Somebody asked for the import to be stopped."""


class Teller:
    """Writes an import's progress where others see it at once; nothing of the import itself goes this way.

    Each time it does, it learns whether somebody wants the import stopped, and raises StoppedError.
    """

    def __init__(self, import_id: int) -> None:
        self._import_id = import_id
        self._connection = connection.copy()
        self._told_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()

    def begin(self) -> None:
        """Say that reading has begun, for the first time or again."""
        self._write("state = %s, rows_read = 0", [RegisterImport.State.READING])

    def expect(self, rows: int) -> None:
        self._write("rows_expected = %s", [rows])

    def read(self, rows: int) -> None:
        """Say how many rows have been read, twice a second at most."""
        if time.monotonic() - self._told_at >= SECONDS_BETWEEN:
            self._told_at = time.monotonic()
            self._write("rows_read = %s", [rows])

    def all_read(self, rows: int) -> None:
        """Say that nothing is left to be read; what follows is comparing."""
        self._write("rows_read = %s, rows_expected = %s", [rows, rows])

    def go_on(self) -> None:
        """Ask whether to go on."""
        self._write("rows_read = rows_read", [])

    def _write(self, what: str, values: list[str | int]) -> None:
        statement = f"UPDATE canvassing_registerimport SET {what} WHERE id = %s RETURNING cancel_asked_at"  # noqa: S608
        with self._connection.cursor() as cursor:
            cursor.execute(statement, [*values, self._import_id])
            row = cursor.fetchone()
        if row and row[0]:
            raise StoppedError
