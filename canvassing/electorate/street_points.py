"""Where streets lie: in the middle of their doors' postcodes, as far as the campaign has points for them."""

from collections.abc import Collection

from django.db import connection

# What differs by less than a millionth of a degree, a tenth of a metre, is the same point.
PLACE = """
WITH middle AS (
    SELECT household.street_id, avg(point.latitude) AS latitude, avg(point.longitude) AS longitude
    FROM canvassing_street street
    JOIN canvassing_household household ON household.street_id = street.id AND household.merged_into_id IS NULL
    JOIN campaign_postcodepoint point ON point.postcode = household.postcode
    WHERE street.polling_district_id = ANY(%(districts)s)
    GROUP BY household.street_id
)
UPDATE canvassing_street street SET latitude = middle.latitude, longitude = middle.longitude
FROM middle
WHERE street.id = middle.street_id AND (
    street.latitude IS NULL
    OR abs(street.latitude - middle.latitude) > 1e-6 OR abs(street.longitude - middle.longitude) > 1e-6
)
"""


def place_streets(district_ids: Collection[int]) -> int:
    """Put every street of the polling districts in the middle of its doors; returns how many moved.

    A street none of whose doors has a postcode with a point keeps the point it has.
    """
    with connection.cursor() as cursor:
        cursor.execute(PLACE, {"districts": sorted(district_ids)})
        return int(cursor.rowcount)
