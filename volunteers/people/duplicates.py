"""Entries that look like one person: the same address or postcode, and names that do not speak against it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from volunteers.people.models import Volunteer

# A couple shares an address but not a first name; two people of one first name and last name who share a postcode, or
# of whom one has none, may be one.
PAIRS = """
SELECT one.id, other.id
FROM volunteers_volunteer one
JOIN volunteers_volunteer other
  ON lower(other.given_name) = lower(one.given_name) AND other.id > one.id
 AND (one.family_name = '' OR other.family_name = '' OR lower(one.family_name) = lower(other.family_name))
WHERE one.id = ANY(%(people)s) AND other.id = ANY(%(people)s) AND (
    one.user_id = other.user_id
    OR (one.postcode <> '' AND one.postcode = other.postcode)
    OR (one.family_name <> '' AND lower(one.family_name) = lower(other.family_name)
        AND (one.postcode = '' OR other.postcode = ''))
)
ORDER BY one.id, other.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries, the older first."""

    one: Volunteer
    other: Volunteer

    @property
    def both_ways(self) -> list[tuple[Volunteer, Volunteer]]:
        """Either may be kept."""
        return [(self.one, self.other), (self.other, self.one)]


def likely_duplicates(people: QuerySet[Volunteer, Any], *, most: int) -> list[Pair]:
    """Pairs among `people` that look like one person, at most `most`."""
    keys = list(people.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, {"people": keys, "most": most})
        pairs = cursor.fetchall()
    found = Volunteer.objects.select_related("ward").in_bulk({key for pair in pairs for key in pair})
    return [Pair(found[one], found[other]) for one, other in pairs]
