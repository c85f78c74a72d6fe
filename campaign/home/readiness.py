"""What the campaign still lacks before it can go out, each with the page that mends it."""

from dataclasses import dataclass

from django.urls import reverse

from campaign.areas.models import Ward
from campaign.details.models import CampaignDetails, Deadline


@dataclass(frozen=True)
class Lack:
    """One thing missing, and where to put it right."""

    what: str
    url: str


def lacks(details: CampaignDetails) -> list[Lack]:
    """What is missing, most pressing first. Three questions to the database at most."""
    unconfirmed = Deadline.objects.filter(confirmed_at__isnull=True).exists()
    found = [
        (not details.candidate, "Say who the candidate is", "details"),
        (not details.imprint, "Set the imprint: without it nothing public goes out", "details"),
        (not details.contact_email, "Give an address for questions about personal data", "details"),
        (details.polling_day is None, "Set polling day", "details"),
        (not Deadline.objects.exists(), "Work out the deadlines", "deadlines"),
        (unconfirmed, "Confirm the deadlines from the Returning Officer's timetable", "deadlines"),
        (not Ward.objects.exists(), "Name the constituency and its wards", "areas"),
    ]
    return [Lack(what, reverse(page)) for missing, what, page in found if missing]
