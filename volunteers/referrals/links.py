"""Making links that bring people, and finding what a code stands for."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from campaign.audit import trail
from campaign.foundation.addresses import absolute
from volunteers.people.models import User, Volunteer
from volunteers.referrals.models import JoinLink

ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"  # nothing that is taken for something else
LENGTH = 7


def of_source(*, source: str, by: User | None, at: datetime) -> JoinLink:
    """A new link for a poster or a leaflet, which is counted under `source`."""
    link = JoinLink.objects.create(code=_code(), source=source, made_by=by, made_at=at)
    trail.record(act="join link made", actor=by, at=at, subject=f"join-link:{link.pk}")
    return link


def of_inviter(*, inviter: Volunteer, at: datetime) -> JoinLink:
    """The one link of a volunteer, to be sent to friends from their own phone; made when first asked for."""
    try:
        with transaction.atomic():
            return JoinLink.objects.get_or_create(inviter=inviter, defaults={"code": _code(), "made_at": at})[0]
    except IntegrityError:
        return JoinLink.objects.get(inviter=inviter)


def close(*, link: JoinLink, by: User, at: datetime) -> None:
    """The link brings nobody from now on; who came by it stays counted."""
    JoinLink.objects.filter(pk=link.pk, closed_at=None).update(closed_at=at)
    trail.record(act="join link closed", actor=by, at=at, subject=f"join-link:{link.pk}")


def find(code: str) -> JoinLink | None:
    """The open link of this code; None for a closed or an invented one: one may join all the same."""
    if not code.isalnum():  # a NUL, say, which PostgreSQL would not even look for
        return None
    links = JoinLink.objects.select_related("inviter__merged_into")
    found = links.filter(code=code.lower(), closed_at=None).first()
    if found and found.inviter:
        found.inviter = found.inviter.merged_into or found.inviter  # a link already sent out brings people still
        return None if found.inviter.erased_at else found
    return found


def address_of(link: JoinLink) -> str:
    """Its whole address, for a QR code or a message."""
    return absolute("volunteers:join-by", link.code)


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
