"""Who wants no more contact: said, taken back, and found again on a register that made new rows.

An objection of a person hangs on the elector, one of a whole door on the household; never on both, so that an elector
who is deleted does not leave an objection of everybody behind.
"""

from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.db import connection, transaction

from campaign.audit import trail
from canvassing.electorate.models import Elector, Household, Objection, ObjectionKey, ObjectionQuerySet

SEPARATOR = "\x1f"
# `name_key`, `street_key` and `address_key` of the row at hand; "" where it has none. The same as `hash_of`.
HASH = """
sha256(%(secret)s || sha256(%(secret)s || convert_to(
    {name_key} || chr(31) || {street_key} || chr(31) || {address_key}, 'UTF8')))
"""
OF_AN_ELECTOR = HASH.format(
    name_key="elector.name_key",
    street_key="coalesce(street.name_key, '')",
    address_key="coalesce(household.address_key, '')",
)
# The few objections without a living elector are hashed first: without any, no elector is read.
REATTACH = f"""
WITH lost AS MATERIALIZED (
    SELECT objection.id, objection.address_hash, before.merged_into_id
    FROM canvassing_objection objection LEFT JOIN canvassing_elector before ON before.id = objection.elector_id
    WHERE objection.household_id IS NULL AND objection.withdrawn_at IS NULL
      AND (before.id IS NULL OR before.gone_at IS NOT NULL AND before.constituency_id = %(constituency)s)
), there AS (
    SELECT elector.id, {OF_AN_ELECTOR} AS address_hash
    FROM canvassing_elector elector
    LEFT JOIN canvassing_household household ON household.id = elector.household_id
    LEFT JOIN canvassing_street street ON street.id = household.street_id
    WHERE elector.constituency_id = %(constituency)s AND elector.gone_at IS NULL AND NOT elector.anonymous
      AND EXISTS (SELECT FROM lost)
), found AS (
    SELECT match.id, min(match.elector_id) AS elector_id
    FROM (
        SELECT lost.id, there.id AS elector_id FROM lost JOIN there ON there.id = lost.merged_into_id
        UNION ALL
        SELECT lost.id, there.id FROM lost JOIN there ON there.address_hash = lost.address_hash
    ) match
    GROUP BY match.id
)
UPDATE canvassing_objection objection SET elector_id = found.elector_id FROM found WHERE objection.id = found.id
"""  # noqa: S608 - put together from constants of this file


class ObjectionError(Exception):
    """Why an objection cannot be kept or taken back, in a sentence for the person who asked."""


@transaction.atomic
def object_to_contact(
    *, elector: Elector | None = None, household: Household | None = None, by: Any, at: datetime
) -> Objection:
    """Keep that `elector`, or everybody behind the door of `household`, wants no more contact.

    Said twice it is one objection: the row is locked. Raises ObjectionError for an anonymous entry, which has neither
    name nor address to be found by.
    """
    if elector is not None and elector.anonymous:
        raise ObjectionError("An anonymous entry has no address, so nobody calls there.")
    _lock(elector, household)
    standing = _standing(elector, household).first()
    if standing is not None:
        return standing
    made = Objection.objects.create(
        elector=elector, household=household, address_hash=hash_now(elector or household), made_at=at
    )
    trail.record(act="objection kept", actor=by, at=at, subject=_subject(elector, household))
    return made


@transaction.atomic
def withdraw(*, elector: Elector | None = None, household: Household | None = None, by: Any, at: datetime) -> None:
    """Take back the objection of `elector`, or of the whole door. Raises ObjectionError where none stands."""
    _lock(elector, household)
    if not _standing(elector, household).update(withdrawn_at=at):
        raise ObjectionError("No objection stands here any more.")
    trail.record(act="objection withdrawn", actor=by, at=at, subject=_subject(elector, household))


def reattach(*, constituency_id: int) -> int:
    """Hang objections whose elector has gone on a living one of the same name and address; returns how many.

    One statement, for the end of an import. Where two living electors are the same by name and address, the one that
    was there first has it.
    """
    secret = ObjectionKey.objects.values_list("secret", flat=True).first()
    if secret is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(REATTACH, {"secret": bytes(secret), "constituency": constituency_id})
        return int(cursor.rowcount)


def hash_now(row: Elector | Household | None) -> bytes:
    """What `row` is found by again, whatever its id; the key is made with the first objection."""
    key, _ = ObjectionKey.objects.get_or_create(pk=1, defaults={"secret": token_bytes(32)})
    home = row.household if isinstance(row, Elector) else row
    return hash_of(
        secret=bytes(key.secret),
        name_key=row.name_key if isinstance(row, Elector) else "",
        street_key=home.street.name_key if home else "",
        address_key=home.address_key if home else "",
    )


def hash_of(*, secret: bytes, name_key: str, street_key: str, address_key: str) -> bytes:
    """The keyed hash of a name at an address; a whole door's has no name.

    Keyed twice, inside and out, so that one cannot be lengthened into another; PostgreSQL has sha256 but no HMAC.
    """
    text = SEPARATOR.join((name_key, street_key, address_key)).encode()
    return sha256(secret + sha256(secret + text).digest()).digest()


def _lock(elector: Elector | None, household: Household | None) -> None:
    if (elector is None) == (household is None):
        raise TypeError("An objection is an elector's or a household's.")
    if elector is not None:
        Elector.objects.select_for_update(no_key=True).get(pk=elector.pk)
    if household is not None:
        Household.objects.select_for_update(no_key=True).get(pk=household.pk)


def _standing(elector: Elector | None, household: Household | None) -> ObjectionQuerySet:
    return Objection.objects.standing().filter(elector=elector, household=household)


def _subject(elector: Elector | None, household: Household | None) -> str:
    return f"elector:{elector.pk}" if elector is not None else f"household:{household.pk if household else ''}"
