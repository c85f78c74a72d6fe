"""The polling districts that the staged rows name: made when nobody knew them, each with its edition and its ward."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from campaign.areas.models import Ward
from campaign.areas.naming import same_name
from canvassing.register import journal

ADD_DISTRICTS = """
INSERT INTO canvassing_pollingdistrict (constituency_id, council, code)
SELECT DISTINCT %(constituency)s::bigint, %(council)s, district FROM incoming WHERE district <> '' ORDER BY district
ON CONFLICT DO NOTHING
"""
# Living electors tell a district's edition where nobody wrote it down.
GATHER_DISTRICTS = """
CREATE TEMPORARY TABLE incoming_district ON COMMIT DROP AS
SELECT district.id, district.code, coalesce(district.edition, (
    SELECT max(elector.edition) FROM canvassing_elector elector
    WHERE elector.polling_district_id = district.id AND elector.gone_at IS NULL
)) AS edition
FROM canvassing_pollingdistrict district
WHERE district.constituency_id = %(constituency)s AND district.council = %(council)s
  AND district.code IN (SELECT district FROM incoming UNION SELECT district FROM incoming_deletion)
ORDER BY district.id
"""
# The rows are read once for all districts, not once for each.
DISTRICTS = """
SELECT district.id, district.code, district.edition, coalesce(named.files, '{}')
FROM incoming_district district
LEFT JOIN (
    SELECT incoming.district AS code, array_agg(DISTINCT incoming.file) AS files FROM incoming GROUP BY 1
) named ON named.code = district.code
ORDER BY district.id
"""
UNKNOWN = """
SELECT district FROM incoming UNION SELECT district FROM incoming_deletion
EXCEPT SELECT code FROM incoming_district WHERE edition IS NOT NULL ORDER BY 1
"""
SET_EDITIONS = f"""
WITH said AS (
    SELECT * FROM unnest(%(districts)s::bigint[], %(editions)s::date[]) said (id, edition)
), changed AS (
    SELECT district.id, to_jsonb(district) AS before, said.edition
    FROM canvassing_pollingdistrict district JOIN said ON said.id = district.id
    WHERE district.edition IS DISTINCT FROM said.edition
) {journal.keep("pollingdistrict")}
UPDATE canvassing_pollingdistrict district SET edition = changed.edition
FROM changed WHERE district.id = changed.id
"""  # noqa: S608 - our own words
LEFT_BEHIND = """
SELECT district.code, coalesce(district.edition, max(elector.edition)), count(*)
FROM canvassing_pollingdistrict district
JOIN canvassing_elector elector ON elector.polling_district_id = district.id AND elector.gone_at IS NULL
WHERE district.constituency_id = %(constituency)s AND district.council = %(council)s
  AND district.id <> ALL(%(districts)s)
GROUP BY district.id HAVING coalesce(district.edition, max(elector.edition)) < %(edition)s
ORDER BY district.code
"""
WARDS = "SELECT district.id, district.ward_id FROM canvassing_pollingdistrict district WHERE district.id = ANY(%s)"
SET_WARDS = f"""
WITH said AS (
    SELECT * FROM unnest(%(districts)s::bigint[], %(wards)s::bigint[]) said (id, ward_id)
), changed AS (
    SELECT district.id, to_jsonb(district) AS before, said.ward_id
    FROM canvassing_pollingdistrict district JOIN said ON said.id = district.id
) {journal.keep("pollingdistrict")}
UPDATE canvassing_pollingdistrict district SET ward_id = changed.ward_id
FROM changed WHERE district.id = changed.id
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class District:
    """A polling district of the files, the edition its electors' numbers have until now, and which files name it."""

    pk: int
    code: str
    edition: date | None
    files: tuple[int, ...]


def add(constituency_id: int, council: str) -> list[District]:
    """The polling districts of the staged rows; those not known yet are made, without a ward."""
    known: dict[str, Any] = {"constituency": constituency_id, "council": council}
    with connection.cursor() as cursor:
        cursor.execute(ADD_DISTRICTS, known)
    return gather(constituency_id, council)


def gather(constituency_id: int, council: str) -> list[District]:
    """The polling districts of the staged rows that are known."""
    with connection.cursor() as cursor:
        cursor.execute(GATHER_DISTRICTS, {"constituency": constituency_id, "council": council})
        cursor.execute(DISTRICTS)
        return [District(pk, code, edition, tuple(files)) for pk, code, edition, files in cursor.fetchall()]


def without_register() -> list[str]:
    """The codes of staged districts of which no register is known, once they are gathered."""
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN)
        return [code for (code,) in cursor.fetchall()]


def set_editions(districts: Sequence[District], editions: Sequence[date], *, record_id: int) -> None:
    """Write down which edition each district's numbers belong to from now on."""
    said: dict[str, Any] = {"districts": [d.pk for d in districts], "editions": list(editions), "record": record_id}
    with connection.cursor() as cursor:
        cursor.execute(SET_EDITIONS, said)


def left_behind(
    constituency_id: int, council: str, districts: Sequence[District], edition: date
) -> list[tuple[str, date, int]]:
    """The other polling districts that are at an older edition than `edition`, each with it and its living electors.

    A council may not have sent their files yet; or it gave a district another code, whose electors are there twice.
    """
    others: dict[str, Any] = {"constituency": constituency_id, "council": council, "districts": keys(districts)}
    with connection.cursor() as cursor:
        cursor.execute(LEFT_BEHIND, others | {"edition": edition})
        return list(cursor.fetchall())


def set_wards(
    constituency_id: int, districts: Sequence[District], wards: Mapping[tuple[str, str], int], *, record_id: int
) -> list[tuple[str, str, str]]:
    """Put districts into the wards that the files name most often for them; wards nobody knew are made.

    `wards` counts rows by district code and ward name. Returns the districts that lay in another ward before: code,
    that ward, and the new one.
    """
    said = _most_named(wards)
    if not said:
        return []
    known = {same_name(ward.name): ward for ward in Ward.objects.filter(constituency=constituency_id)}
    for name in sorted(set(said.values())):
        if same_name(name) not in known:
            known[same_name(name)] = Ward.objects.create(constituency_id=constituency_id, name=name[:120])
    with connection.cursor() as cursor:
        cursor.execute(WARDS, [[district.pk for district in districts]])
        before = dict(cursor.fetchall())
        new = {d: known[same_name(said[d.code])] for d in districts if d.code in said}
        changed = {district: ward for district, ward in new.items() if before[district.pk] != ward.pk}
        cursor.execute(SET_WARDS, {
            "districts": [district.pk for district in changed],
            "wards": [ward.pk for ward in changed.values()],
            "record": record_id,
        })  # fmt: skip
    names = {ward.pk: ward.name for ward in known.values()}
    return [(d.code, names[before[d.pk]], ward.name) for d, ward in changed.items() if before[d.pk]]


def _most_named(wards: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """By district code, the ward that most of its rows name; of two as often named the first by name."""
    said: dict[str, str] = {}
    for (code, ward), _ in sorted(wards.items(), key=lambda row: (-row[1], row[0])):
        said.setdefault(code, ward)
    return said


def keys(districts: Collection[District]) -> list[int]:
    return [district.pk for district in districts]
