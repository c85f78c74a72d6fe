"""What somebody agreed to and switched off: consent to be asked for more, and kinds that are not wanted."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from volunteers.messaging.kinds import KINDS, Aim, Channel
from volunteers.messaging.models import Consent, Stopped
from volunteers.people.models import Volunteer

WORDING_VERSION = "2026-11"
WORDING = {
    Channel.EMAIL: "You may e-mail me about other ways to help this campaign.",
    Channel.SMS: "You may text me about other ways to help this campaign.",
}


@transaction.atomic
def set_consents(*, volunteer: Volunteer, channels: Collection[str], at: datetime) -> None:
    """Make the standing consents those for `channels`: new ones are given now, others withdrawn now."""
    standing = Consent.objects.select_for_update().filter(volunteer=volunteer, withdrawn_at=None)
    known = set(standing.values_list("channel", flat=True))
    standing.exclude(channel__in=channels).update(withdrawn_at=at)
    Consent.objects.bulk_create(
        [
            Consent(volunteer=volunteer, channel=channel, wording_version=WORDING_VERSION, given_at=at)
            for channel in sorted(set(channels) - known)
        ],
        ignore_conflicts=True,
    )


def standing_channels(volunteer: Volunteer) -> set[str]:
    """The channels by which `volunteer` may be asked for more."""
    return set(Consent.objects.filter(volunteer=volunteer, withdrawn_at=None).values_list("channel", flat=True))


@transaction.atomic
def set_stopped(*, volunteer: Volunteer, stopped: Iterable[tuple[str, str]], at: datetime) -> None:
    """Make `stopped`, pairs of kind and channel, what `volunteer` does not want; kinds that must go are left out."""
    wanted = {(kind, channel) for kind, channel in stopped if KINDS[kind].can_stop}
    known = set(Stopped.objects.filter(volunteer=volunteer).values_list("kind", "channel"))
    for kind, channel in known - wanted:
        Stopped.objects.filter(volunteer=volunteer, kind=kind, channel=channel).delete()
    Stopped.objects.bulk_create(
        [
            Stopped(volunteer=volunteer, kind=kind, channel=channel, stopped_at=at)
            for kind, channel in sorted(wanted - known)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def stop(*, volunteer: Volunteer, kind: str, channel: str, at: datetime) -> None:
    """What one-click unsubscribe does: this kind by this channel is not wanted; asking for more ends by it as well."""
    if KINDS[kind].aim == Aim.RECRUITMENT:
        Consent.objects.filter(volunteer=volunteer, channel=channel, withdrawn_at=None).update(withdrawn_at=at)
    Stopped.objects.bulk_create(
        [Stopped(volunteer=volunteer, kind=kind, channel=channel, stopped_at=at)], ignore_conflicts=True
    )
