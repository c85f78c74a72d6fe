"""The ward somebody lives in, from their postcode and the outlines and postcode points the campaign has."""

from collections.abc import Sequence

from campaign.areas.lying_in import ward_at
from campaign.areas.models import PostcodePoint, Ward
from volunteers.people.models import Volunteer

AT_ONCE = 500


def ward_of(postcode: str) -> Ward | None:
    """The ward `postcode` lies in; None where the campaign has no point for it, or it lies in no outlined ward."""
    point = PostcodePoint.objects.filter(pk=postcode).first() if postcode else None
    return (
        ward_at(point.longitude, point.latitude, Ward.objects.exclude(outline=None).order_by("pk")) if point else None
    )


def fill_in() -> int:
    """Give those a ward whose postcode point came after them; returns how many. May run twice."""
    wards = list(Ward.objects.exclude(outline=None).order_by("pk"))
    known = PostcodePoint.objects.values("postcode")
    waiting = Volunteer.objects.present().filter(ward=None, postcode__in=known) if wards else Volunteer.objects.none()
    filled, last = 0, 0
    while batch := list(waiting.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):  # past those who live in no ward of ours
        filled += _fill_in(batch, wards)
        last = batch[-1].pk
    return filled


def _fill_in(volunteers: Sequence[Volunteer], wards: Sequence[Ward]) -> int:
    points = PostcodePoint.objects.in_bulk({volunteer.postcode for volunteer in volunteers})
    filled = 0
    for volunteer in volunteers:
        point = points[volunteer.postcode]
        ward = ward_at(point.longitude, point.latitude, wards)
        if ward is not None:
            filled += Volunteer.objects.filter(pk=volunteer.pk, ward=None).update(ward=ward)
    return filled
