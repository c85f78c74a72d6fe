"""The latest import undone: rows it changed as they were, rows it added away again where nothing refers to them.

What a phone has logged at an added door keeps the door; it only counts no more. Who has been spoken with stays as one
who has gone. So nothing that was heard is lost, and a file that was the wrong one leaves nobody on the register.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaign.audit import trail
from canvassing.progress import deltas, states
from canvassing.progress.days import london_day
from canvassing.register import locks
from canvassing.register.models import RegisterImport
from volunteers.people.models import User

# What was heard since is in nobody's way: the states are worked out from who stands where.
LET_ADDED_GO = """
UPDATE canvassing_elector SET gone_at = %(at)s
WHERE id > %(elector)s AND gone_at IS NULL AND constituency_id = %(constituency)s
"""
# Doors may have become one since, by hand: whoever lived at the one lives at the other.
# The unique number of the living is checked row by row, so those to come back are first out of the living.
SET_ASIDE = """
UPDATE canvassing_elector elector SET gone_at = %(at)s
FROM canvassing_rowbefore kept
WHERE kept.record_id = %(record)s AND kept."table" = 'elector' AND elector.id = kept.row AND elector.gone_at IS NULL
"""
RESTORE_ELECTORS = """
UPDATE canvassing_elector elector
SET household_id = coalesce(
        (SELECT door.merged_into_id FROM canvassing_household door WHERE door.id = was.household_id), was.household_id
    ),
    printed_household_id = coalesce(
        (SELECT door.merged_into_id FROM canvassing_household door WHERE door.id = was.printed_household_id),
        was.printed_household_id
    ),
    polling_district_id = was.polling_district_id, edition = was.edition, number = was.number, suffix = was.suffix,
    surname = was.surname, forename = was.forename, name_key = was.name_key, marker = was.marker,
    may_vote = was.may_vote, attains_on = was.attains_on, anonymous = was.anonymous, gone_at = was.gone_at
FROM canvassing_rowbefore kept, jsonb_populate_record(NULL::canvassing_elector, kept.before) was
WHERE kept.record_id = %(record)s AND kept."table" = 'elector' AND elector.id = kept.row
  AND elector.merged_into_id IS NULL
"""
# Somebody may have added a door at the old address since, or made its street part of another: then this one stays.
RESTORE_HOUSEHOLDS = """
UPDATE canvassing_household household
SET street_id = was.street_id, block_id = was.block_id, label = was.label, address_key = was.address_key,
    sort_key = was.sort_key, house_number = was.house_number, postcode = was.postcode, uprn = was.uprn,
    origin = was.origin
FROM canvassing_rowbefore kept, jsonb_populate_record(NULL::canvassing_household, kept.before) was
WHERE kept.record_id = %(record)s AND kept."table" = 'household' AND household.id = kept.row
  AND household.merged_into_id IS NULL
  AND NOT EXISTS (
      SELECT FROM canvassing_household there
      WHERE there.street_id = was.street_id AND there.address_key = was.address_key AND there.id <> household.id
  )
  AND NOT EXISTS (
      SELECT FROM canvassing_street street WHERE street.id = was.street_id AND street.merged_into_id IS NOT NULL
  )
"""
RESTORE_STREETS = """
UPDATE canvassing_street street SET polling_district_id = was.polling_district_id
FROM canvassing_rowbefore kept, jsonb_populate_record(NULL::canvassing_street, kept.before) was
WHERE kept.record_id = %(record)s AND kept."table" = 'street' AND street.id = kept.row
  AND NOT EXISTS (
      SELECT FROM canvassing_street there
      WHERE there.polling_district_id = was.polling_district_id AND there.name_key = was.name_key
        AND there.id <> street.id
  )
"""
RESTORE_DISTRICTS = """
UPDATE canvassing_pollingdistrict district SET edition = was.edition, ward_id = was.ward_id
FROM canvassing_rowbefore kept, jsonb_populate_record(NULL::canvassing_pollingdistrict, kept.before) was
WHERE kept.record_id = %(record)s AND kept."table" = 'pollingdistrict' AND district.id = kept.row
"""
DROP_QUESTIONS = "DELETE FROM canvassing_reviewitem WHERE record_id = %(record)s AND settled_at IS NULL"
ADDED_ELECTORS = """
SELECT id FROM canvassing_elector
WHERE id > %(elector)s AND constituency_id = %(constituency)s AND merged_into_id IS NULL AND id <> ALL(%(electors)s)
"""
DROP_ELECTORS = f"""
DELETE FROM canvassing_reviewitem
WHERE elector_id IN ({ADDED_ELECTORS}) OR other_elector_id IN ({ADDED_ELECTORS});
DELETE FROM canvassing_electorstate WHERE elector_id IN ({ADDED_ELECTORS});
DELETE FROM canvassing_absentvote WHERE elector_id IN ({ADDED_ELECTORS});
DELETE FROM canvassing_elector WHERE id IN ({ADDED_ELECTORS})
"""  # noqa: S608 - our own words
ADDED_HOUSEHOLDS = """
SELECT household.id FROM canvassing_household household
WHERE household.id > %(household)s AND household.constituency_id = %(constituency)s AND household.origin = 'register'
  AND household.id <> ALL(%(households)s)
  AND NOT EXISTS (
      SELECT FROM canvassing_elector elector
      WHERE elector.household_id = household.id OR elector.printed_household_id = household.id
  )
  AND NOT EXISTS (SELECT FROM canvassing_household merged WHERE merged.merged_into_id = household.id)
"""
DROP_HOUSEHOLDS = f"""
CREATE TEMPORARY TABLE added_household ON COMMIT DROP AS {ADDED_HOUSEHOLDS};
DELETE FROM canvassing_reviewitem
WHERE household_id IN (SELECT id FROM added_household) OR other_household_id IN (SELECT id FROM added_household);
DELETE FROM canvassing_householdstate WHERE household_id IN (SELECT id FROM added_household);
DELETE FROM canvassing_household WHERE id IN (SELECT id FROM added_household);
DROP TABLE added_household
"""  # noqa: S608
DROP_BLOCKS = """
DELETE FROM canvassing_block block
WHERE block.id > %(block)s
  AND NOT EXISTS (SELECT FROM canvassing_household household WHERE household.block_id = block.id)
"""
DROP_STREETS = """
DELETE FROM canvassing_street street
WHERE street.id > %(street)s AND street.origin = 'register' AND street.id <> ALL(%(streets)s)
  AND NOT EXISTS (SELECT FROM canvassing_household household WHERE household.street_id = street.id)
  AND NOT EXISTS (SELECT FROM canvassing_block block WHERE block.street_id = street.id)
  AND NOT EXISTS (SELECT FROM canvassing_street merged WHERE merged.merged_into_id = street.id)
"""
DROP_DISTRICTS = """
CREATE TEMPORARY TABLE added_district ON COMMIT DROP AS
SELECT district.id FROM canvassing_pollingdistrict district
WHERE district.id > %(pollingdistrict)s AND district.id <> ALL(%(districts_kept)s)
  AND NOT EXISTS (SELECT FROM canvassing_street street WHERE street.polling_district_id = district.id)
  AND NOT EXISTS (SELECT FROM canvassing_elector elector WHERE elector.polling_district_id = district.id);
DELETE FROM canvassing_dailydelta WHERE polling_district_id IN (SELECT id FROM added_district);
DELETE FROM canvassing_reviewitem WHERE polling_district_id IN (SELECT id FROM added_district);
DELETE FROM canvassing_pollingdistrict WHERE id IN (SELECT id FROM added_district);
DROP TABLE added_district
"""
FORGET = "DELETE FROM canvassing_rowbefore WHERE record_id = %(record)s"


class UndoError(Exception):
    """Why an import cannot be undone; fit to show to a person."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that something refers to, which stay."""

    electors: Collection[int]
    households: Collection[int]
    streets: Collection[int]
    districts: Collection[int]


def last_keys(record: RegisterImport) -> dict[str, Any]:
    """The keys above which the import added rows. Raises UndoError when it cannot be undone (any more)."""
    if record.state != RegisterImport.State.DONE or record.dry_run or not record.undo:
        raise UndoError("This import cannot be undone: only the latest one can, and only once.")
    keys: dict[str, Any] = record.undo
    return keys


def locked(record_id: int) -> RegisterImport:
    """The record, with nobody else importing until the transaction ends. Raises UndoError while somebody is."""
    if not locks.take(locks.ALL_IMPORTS):
        raise UndoError("An import is running. Wait until it has ended.")
    return RegisterImport.objects.select_for_update().get(pk=record_id)


def undo(record: RegisterImport, *, constituency_id: int, kept: Kept, by: User | None, at: datetime) -> None:
    """Put the register back as it was before `record`, which is `locked`; in the caller's transaction."""
    keys = last_keys(record)
    said = keys | {
        "record": record.pk,
        "constituency": constituency_id,
        "at": at,
        "electors": list(kept.electors),
        "households": list(kept.households),
        "streets": list(kept.streets),
        "districts_kept": list(kept.districts),
    }
    _run(said, LET_ADDED_GO, SET_ASIDE, RESTORE_DISTRICTS, RESTORE_STREETS, RESTORE_ELECTORS)
    # An added door may stand where one came from that goes back there.
    _run(said, DROP_QUESTIONS, DROP_ELECTORS, DROP_HOUSEHOLDS, RESTORE_HOUSEHOLDS, DROP_BLOCKS, DROP_STREETS)
    states.refresh_standing(keys["districts"])
    deltas.settle(districts=keys["districts"], day=london_day(at))
    _run(said, DROP_DISTRICTS, FORGET)
    record.state, record.undo = RegisterImport.State.UNDONE, {}
    record.save(update_fields=["state", "undo"])
    trail.record(act="register import undone", actor=by, at=at, subject=f"register-import:{record.pk}")


def _run(said: dict[str, Any], *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            for part in statement.split(";"):
                cursor.execute(part, said)
