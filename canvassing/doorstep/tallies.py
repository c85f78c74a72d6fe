"""Tally mode: opinions as counts of a polling district's day. Nothing here knows a door, a person or a phone."""

from collections import Counter
from datetime import date

from django.db import connection

Tallied = Counter[tuple[int, date, str, str]]

# In key order, so that two batches over the same districts cannot deadlock.
ADD = """
INSERT INTO canvassing_tally (polling_district_id, day, question, answer, count)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::int[]) AS new
    (polling_district_id, day, question, answer, count)
ORDER BY 1, 2, 3, 4
ON CONFLICT (polling_district_id, day, question, answer)
DO UPDATE SET count = canvassing_tally.count + excluded.count
"""


def add(heard: Tallied) -> None:
    """Add counts by district, day, question and answer."""
    if not heard:
        return
    rows = [(*cell, count) for cell, count in heard.items()]
    with connection.cursor() as cursor:
        cursor.execute(ADD, [list(column) for column in zip(*rows, strict=True)])
