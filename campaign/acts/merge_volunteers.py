"""Two entries that are one person become one. Nothing is lost: what happened stays where it was written."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from campaign.access import Role
from campaign.audit import trail
from canvassing.allocation.models import Allocation
from canvassing.doorstep.models import PhoneToken
from volunteers.messaging.models import Consent, Message, Stopped
from volunteers.people.models import GuardianConsent, RegisterAcknowledgement, User, Volunteer
from volunteers.referrals.models import JoinLink
from volunteers.sessions.models import Booking, CalendarFeed, Session

CARRIED_OVER = (
    "state", "booked_at", "kept_until", "waiting_since", "confirmed_at", "cancelled_at", "cancelled_because",
    "checked_in_at", "checked_in_by", "left_at", "no_show_at",
)  # fmt: skip
STRENGTH = (Booking.State.CANCELLED, Booking.State.WAITING, Booking.State.OFFERED, Booking.State.HELD,
            Booking.State.CONFIRMED)  # fmt: skip


class MergeError(Exception):
    """Why two entries cannot become one; fit to show to a person."""


@transaction.atomic
def merge(*, keep: Volunteer, other: Volunteer, by: User, at: datetime) -> None:
    """Make `other` an entry of `keep`: places, walks, consents and invitations are the kept one's from now on.

    Contacts stay as they were logged and are read through the pointer; who signed in as `other` is `keep` now. Raises
    MergeError for one entry twice, and for entries merged or erased already.
    """
    rows = _locked({keep.pk, other.pk})
    if len(rows) != 2 or any(row.merged_into_id or row.erased_at for row in rows.values()):
        raise MergeError("Choose two entries that are both still there.")
    kept, gone = rows[keep.pk], rows[other.pk]
    _move_bookings(kept, gone)
    _move_rest(kept, gone)
    _fill_in(kept, gone)
    Volunteer.objects.filter(Q(pk=gone.pk) | Q(merged_into=gone)).update(merged_into=kept)
    _join_addresses(kept, gone)
    trail.record(act="volunteers merged", actor=by, at=at, subject=f"volunteer:{kept.pk}", facts={"merged": gone.pk})


def _locked(keys: set[int]) -> dict[int, Volunteer]:
    """Both rows, locked after their users and before the sessions they have to do with: one order for everybody."""
    list(User.objects.select_for_update(no_key=True).filter(volunteers__in=keys).order_by("pk").values_list("pk"))
    rows = Volunteer.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows.select_related("user")}
    concerned = Q(lead__in=keys) | Q(pk__in=Booking.objects.filter(volunteer__in=keys).values("session"))
    list(Session.objects.select_for_update().filter(concerned).order_by("pk").values_list("pk"))
    return found


def _move_bookings(kept: Volunteer, gone: Volunteer) -> None:
    """Each session's booking of the two that says most stands; the other stays behind, cancelled."""
    mine = {row.session_id: row for row in kept.bookings.select_for_update()}
    for booking in gone.bookings.select_for_update().order_by("session_id"):
        own = mine.get(booking.session_id)
        if own is None:
            Booking.objects.filter(pk=booking.pk).update(volunteer=kept)
        elif _says_more(booking, own):
            facts = {name: getattr(booking, name) for name in CARRIED_OVER}
            _leave_behind(booking)
            Booking.objects.filter(pk=own.pk).update(**facts)
        else:
            _leave_behind(booking)


def _says_more(one: Booking, other: Booking) -> bool:
    """Having been there says most, then the stronger hold on a place."""
    return (one.checked_in_at is not None, STRENGTH.index(Booking.State(one.state))) > (
        other.checked_in_at is not None, STRENGTH.index(Booking.State(other.state)),
    )  # fmt: skip


def _leave_behind(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(
        state=Booking.State.CANCELLED, kept_until=None, waiting_since=None,
        cancelled_at=F("booked_at"), cancelled_because="Two entries of one person.", checked_in_at=None,
        checked_in_by="", left_at=None, no_show_at=None,
    )  # fmt: skip


def _move_rest(kept: Volunteer, gone: Volunteer) -> None:
    Allocation.objects.filter(holder=gone).update(holder=kept)
    PhoneToken.objects.filter(volunteer=gone).update(volunteer=kept)
    Session.objects.filter(lead=gone).update(lead=kept)
    GuardianConsent.objects.filter(volunteer=gone).update(volunteer=kept)
    Volunteer.objects.filter(inviter=gone).exclude(pk=kept.pk).update(inviter=kept)
    Volunteer.objects.filter(adult_partner=gone).exclude(pk=kept.pk).update(adult_partner=kept)
    Message.objects.filter(volunteer=gone).update(volunteer=kept)
    standing = kept.consents.filter(withdrawn_at=None).values("channel")
    Consent.objects.filter(volunteer=gone).exclude(withdrawn_at=None, channel__in=standing).update(volunteer=kept)
    _keep_to_the_last_word(kept)
    _move_unique(kept, gone)


def _keep_to_the_last_word(kept: Volunteer) -> None:
    """An agreement under one entry does not outlive its withdrawal under the other."""
    for consent in kept.consents.filter(withdrawn_at=None):
        later = kept.consents.filter(channel=consent.channel, withdrawn_at__gte=consent.given_at)
        if last := later.order_by("-withdrawn_at").first():
            Consent.objects.filter(pk=consent.pk).update(withdrawn_at=last.withdrawn_at)


def _move_unique(kept: Volunteer, gone: Volunteer) -> None:
    """Rows of which a person has one: the kept entry's own stands."""
    for stopped in gone.stopped.all():
        Stopped.objects.get_or_create(
            volunteer=kept, kind=stopped.kind, channel=stopped.channel, defaults={"stopped_at": stopped.stopped_at}
        )
    for promise in gone.acknowledgements.all():
        RegisterAcknowledgement.objects.get_or_create(
            volunteer=kept, version=promise.version, defaults={"acknowledged_at": promise.acknowledged_at}
        )
    if not CalendarFeed.objects.filter(volunteer=kept).exists():
        CalendarFeed.objects.filter(volunteer=gone).update(volunteer=kept)
    if not JoinLink.objects.filter(inviter=kept).exists():
        JoinLink.objects.filter(inviter=gone).update(inviter=kept)


def _fill_in(kept: Volunteer, gone: Volunteer) -> None:
    """What the kept entry does not say and the other does; the address of whoever had none; the younger age of two."""
    kept.inviter_id = None if kept.inviter_id == gone.pk else kept.inviter_id
    if kept.adult_partner_id in (None, gone.pk):
        kept.adult_partner_id = gone.adult_partner_id if gone.adult_partner_id != kept.pk else None
    if kept.inviter_id is None and gone.inviter_id != kept.pk:
        kept.inviter_id = gone.inviter_id
    for name in ("family_name", "postcode", "ward_id", "source", "user_id"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    kept.age_band = max(kept.age_band, gone.age_band, key=Volunteer.AgeBand.values.index)
    filled = ["family_name", "postcode", "ward", "source", "inviter", "adult_partner", "user", "age_band"]
    kept.save(update_fields=filled)


def _join_addresses(kept: Volunteer, gone: Volunteer) -> None:
    """Somebody who joined by e-mail once and by number once is reached by both.

    Where each user stands for this person alone, the one has only an address and the other only a number, and the
    merged one holds no office. Otherwise both users stay, and each signs in as the kept entry.
    """
    mine, theirs = kept.user, gone.user
    if mine is None or theirs is None or mine == theirs or theirs.roles - {Role.VOLUNTEER}:
        return
    shared = Volunteer.objects.filter(user__in=[mine, theirs]).exclude(Q(pk=kept.pk) | Q(merged_into=kept)).exists()
    complement = bool(mine.email) != bool(theirs.email) and bool(mine.phone) != bool(theirs.phone)
    if shared or not complement:
        return
    Volunteer.objects.filter(user=theirs).update(user=mine)
    theirs.delete()
    name = "phone" if mine.email else "email"
    setattr(mine, name, getattr(theirs, name))
    setattr(mine, f"{name}_refused_at", getattr(theirs, f"{name}_refused_at"))
    mine.save(update_fields=[name, f"{name}_refused_at"])
