"""A code becomes a walk on one phone, once its holder has promised to keep the rules of the register."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaign.audit import trail
from canvassing.allocation import codes
from canvassing.allocation.codes import CodeError
from canvassing.allocation.models import Allocation
from canvassing.doorstep import register_rules, tokens
from volunteers.people.models import RegisterAcknowledgement, User, Volunteer


class NotAcknowledged(Exception):  # noqa: N818 - not an error of anybody's: the promise is asked for
    """The holder has not yet promised to keep the rules on the register; the code stays good."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A walk opened on a phone, and the only copy of its token."""

    token: str
    allocation: Allocation


@transaction.atomic
def open_walk(*, user: User, code: str, device: UUID, acknowledged: str, at: datetime) -> Opened:
    """Use up `code` for the phone `device` of one of the people `user` stands for.

    `acknowledged` is the version of the rules agreed to just now, or empty. Raises NotAcknowledged, and CodeError when
    the code opens nothing; either way the code is as it was, because the transaction is undone.
    """
    people = list(Volunteer.objects.of(user).values_list("pk", flat=True))
    allocation = codes.redeem(code=code, volunteer_ids=people, at=at)
    if not allocation.holder.may_see_electors:
        raise CodeError(
            CodeError.Reason.ENDED, "Nobody under 16 may see the register. The adult with you opens the walk."
        )
    _acknowledge(allocation.holder, acknowledged, at)
    token = tokens.issue(allocation=allocation, volunteer=allocation.holder, device=device, at=at)
    trail.record(act="walk opened on a phone", actor=user, subject=f"allocation:{allocation.pk}", at=at)
    return Opened(token, allocation)


def _acknowledge(volunteer: Volunteer, version: str, at: datetime) -> None:
    if version == register_rules.VERSION:
        RegisterAcknowledgement.objects.get_or_create(
            volunteer=volunteer, version=version, defaults={"acknowledged_at": at}
        )
    elif not RegisterAcknowledgement.objects.filter(volunteer=volunteer, version=register_rules.VERSION).exists():
        raise NotAcknowledged
