"""Bearer tokens: what one phone may do for one allocation, and until when. Cookies count for nothing here."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.db import connection

from campaign.access import Permission, roles_that_may
from canvassing.allocation.models import Allocation
from canvassing.doorstep.models import PhoneToken
from volunteers.people.models import Volunteer

# Every call of every phone begins with this statement. Before the agent saved any details there is no legal mode.
LOOK_UP = """
SELECT token.id, token.device, token.volunteer_id, allocation.id, walk.id, walk.purpose, allocation.started_at,
       allocation.expires_at, allocation.ended_at, allocation."end", token.revoked_at, token.stolen_at,
       token.last_seen_at, (SELECT legal_mode FROM campaign_campaigndetails), EXISTS (
           SELECT FROM volunteers_volunteer volunteer
           JOIN volunteers_user account ON account.id = volunteer.user_id AND account.is_active
           JOIN volunteers_rolegrant grant_ ON grant_.user_id = account.id AND grant_.role = ANY(%(roles)s)
           WHERE volunteer.id = token.volunteer_id
       )
FROM canvassing_phonetoken token
JOIN canvassing_allocation allocation ON allocation.id = token.allocation_id
JOIN canvassing_walk walk ON walk.id = allocation.walk_id
WHERE token.token_hash = %(hash)s
"""
APPEND_LIFE = timedelta(days=14)
BYTES = 32


class State(StrEnum):
    """Where a walk stands for the phone that asks."""

    ACTIVE = "active"
    ENDED = "ended"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Wipe(StrEnum):
    """What the phone must delete now. What it has not sent yet stays in every case but `ALL`."""

    NONE = "none"
    DOORS = "doors"
    ALL = "all"


class TokenError(Exception):
    """Why a token opens nothing, in a sentence for the volunteer; `reason` and `wipe` are for the phone.

    `over` when it is the walk that is over, and not the token that is no good.
    """

    def __init__(self, reason: str, message: str, wipe: Wipe = Wipe.NONE, *, over: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.wipe = wipe
        self.over = over


@dataclass(frozen=True, slots=True)
class Pass:
    """A token as it was found: whose phone, which allocation, and the campaign's legal mode at that moment.

    The fields are the columns of LOOK_UP.
    """

    token: int
    device: UUID
    volunteer: int
    allocation: int
    walk: int
    purpose: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end: str
    revoked_at: datetime | None
    stolen_at: datetime | None
    last_seen_at: datetime | None
    legal_mode: str | None
    trusted: bool

    def state(self, at: datetime) -> State:
        """Whoever may no longer open walks, or no longer sign in, has left the team: as if the walk was taken back."""
        if self.revoked_at is not None or self.end == Allocation.End.REVOKED or not self.trusted:
            return State.REVOKED
        if self.end == Allocation.End.HANDED_BACK:
            return State.ENDED
        return State.EXPIRED if self.ends_at <= at else State.ACTIVE

    @property
    def ends_at(self) -> datetime:
        """Until when doors may be read, and until when what happened at them counts without an organiser."""
        return min(self.expires_at, self.ended_at or self.expires_at)

    @property
    def append_until(self) -> datetime:
        """Until when the phone may still send what it has, whatever became of the walk."""
        return append_until(self.expires_at)

    def wipe(self, at: datetime) -> Wipe:
        return Wipe.NONE if self.state(at) == State.ACTIVE else Wipe.DOORS

    def check_append(self, at: datetime) -> Self:
        """Raises TokenError when even sending is over."""
        if self.append_until <= at:
            raise TokenError("too_old", "This link is too old to send anything. Ask the organiser for a new one.")
        return self

    def check_read(self, at: datetime) -> Self:
        """Raises TokenError when the doors may not be seen any more: a phone that hears so wipes them."""
        state = self.state(at)
        if state != State.ACTIVE:
            raise TokenError(state, ENDINGS[state], Wipe.DOORS, over=True)
        return self


ENDINGS = {
    State.ENDED: "This walk was handed back.",
    State.EXPIRED: "The time for this walk is over. Ask the organiser if you need longer.",
    State.REVOKED: "This walk was taken back by the organiser.",
}
UNKNOWN = "This phone has no walk open. Open the link again, or ask the organiser for a new one."
STOLEN = "This phone was reported stolen."


def append_until(expires_at: datetime) -> datetime:
    return expires_at + APPEND_LIFE


def issue(*, allocation: Allocation, volunteer: Volunteer, device: UUID, at: datetime) -> str:
    """A new token of 256 bits for one phone; only its hash is kept."""
    token = secrets.token_urlsafe(BYTES)
    PhoneToken.objects.create(
        allocation=allocation, volunteer=volunteer, device=device, token_hash=_hash(token), made_at=at
    )
    return token


def look_up(token: str) -> Pass:
    """The pass of a token, read in one statement. Raises TokenError when it is unknown or was reported stolen."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, {"hash": _hash(token), "roles": roles_that_may(Permission.OPEN_DOORSTEP)})
        row = cursor.fetchone()
    if row is None:
        raise TokenError("unknown", UNKNOWN)
    known = Pass(*row)
    if known.stolen_at is not None:
        raise TokenError("stolen", STOLEN, Wipe.ALL)
    return known


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
