"""Short codes that open an allocation on one phone, once. The link is /d/#CODE; typing the eight letters works too."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.crypto import salted_hmac

from campaign.audit import trail
from campaign.foundation.limits import FailureLimit
from canvassing.allocation.models import Allocation, WalkCode
from volunteers.people.models import User

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: not taken for 1, 0 or V, and spelling no words
LENGTH = 8
LIFE = timedelta(hours=24)

# Guessing: 22^8 codes, of which a signed-in person can open only those of walks in their own hands.
WRONG_CODES_OF_A_USER = FailureLimit("walk-code-user", most=10, within=timedelta(minutes=10))


class CodeError(Exception):
    """Why a code opens nothing, in a sentence for the volunteer; `reason` is the same for a machine."""

    class Reason(StrEnum):
        UNKNOWN = "unknown"
        USED = "used"
        EXPIRED = "expired"
        ENDED = "ended"

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


# One sentence for a wrong code and for somebody else's: it must not tell which codes exist.
UNKNOWN = "No walk of yours opens with this code. Check the letters, or ask the organiser for a new code."
USED = (
    "This code has been used. If that was you, open the walk under My walks; if it was not, ask the organiser for a "
    "new code."
)
EXPIRED = "This code is too old. Ask the organiser for a new one."
ENDED = "This walk is no longer in your hands. Ask the organiser for another."


def issue(*, allocation: Allocation, at: datetime, by: User | None = None) -> str:
    """A new code for a standing allocation: eight letters, good for 24 hours or until its end. Only its hash is kept.

    Raises CodeError when the allocation is no longer out.
    """
    standing = Allocation.objects.standing(at).filter(pk=allocation.pk).first()
    if standing is None:
        raise CodeError(CodeError.Reason.ENDED, "This walk is no longer out, so no code was made.")
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    WalkCode.objects.create(
        allocation=standing, code_hash=_hash(code), made_at=at, expires_at=min(at + LIFE, standing.expires_at)
    )
    trail.record(act="walk code made", actor=by, subject=f"allocation:{standing.pk}", at=at)
    return code


def redeem(*, code: str, volunteer_ids: Collection[int], at: datetime) -> Allocation:
    """The allocation that `code` opens for one of `volunteer_ids`, whose phone it is; the code is used up.

    Spaces, dashes and small letters are forgiven. Raises CodeError when it is wrong, another's, used or expired, and
    when the walk is no longer out.
    """
    found = (
        WalkCode.objects.filter(code_hash=_hash(code), allocation__holder__in=volunteer_ids)
        .select_related("allocation__walk", "allocation__holder")
        .first()
    )
    if found is None:
        raise CodeError(CodeError.Reason.UNKNOWN, UNKNOWN)
    if not found.allocation.stands(at):
        raise CodeError(CodeError.Reason.ENDED, ENDED)
    # The UPDATE asks only about its own row: of two phones at once, the second sees the first one's mark.
    if not WalkCode.objects.filter(pk=found.pk, redeemed_at=None, expires_at__gt=at).update(redeemed_at=at):
        raise _spent(found, at)
    return found.allocation


def spelled(code: str) -> str:
    """ "ABCD-EFGH": in two halves, as people read letters out."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def _spent(code: WalkCode, at: datetime) -> CodeError:
    if code.expires_at <= at:
        return CodeError(CodeError.Reason.EXPIRED, EXPIRED)
    return CodeError(CodeError.Reason.USED, USED)


def _hash(code: str) -> bytes:
    letters = "".join(letter for letter in code.upper() if letter.isalpha())
    return salted_hmac("canvassing.allocation.codes", letters, algorithm="sha256").digest()
