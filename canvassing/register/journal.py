"""What an import needs to be undone: each row as it stood before its first change, and the last keys before it."""

from django.db import connection

KEEP = """
, kept AS (
    INSERT INTO canvassing_rowbefore (record_id, "table", row, before)
    SELECT %(record)s, '{table}', id, before FROM changed
    ON CONFLICT DO NOTHING
)
"""
TABLES = ("pollingdistrict", "street", "block", "household", "elector")
"""Tables whose rows an import may add; what it added has a later key than these had."""
LAST_KEYS = "SELECT " + ", ".join(f"(SELECT coalesce(max(id), 0) FROM canvassing_{table})" for table in TABLES)  # noqa: S608
# Only the latest import can be undone, and what it needs for that names people.
FORGET_OTHERS = "DELETE FROM canvassing_rowbefore WHERE record_id <> %(record)s"
CANNOT_BE_UNDONE = "UPDATE canvassing_registerimport SET undo = '{}' WHERE id <> %(record)s AND undo <> '{}'"


def keep(table: str) -> str:
    """The part of a statement that keeps the rows of its CTE `changed` (id, before) of `table`."""
    return KEEP.format(table=table)


def begin(record_id: int) -> dict[str, int]:
    """The last key of each table before the import `record_id`; the one before it can be undone no more."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_OTHERS, {"record": record_id})
        cursor.execute(CANNOT_BE_UNDONE, {"record": record_id})
        cursor.execute(LAST_KEYS)
        return dict(zip(TABLES, cursor.fetchone(), strict=True))
