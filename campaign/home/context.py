"""What every template may name: the campaign's facts, and where whoever asks may go."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from campaign.access import Permission, may
from campaign.details.models import CampaignDetails
from campaign.home.navigation import header


def campaign(request: HttpRequest) -> dict[str, Any]:
    """`campaign`, `header_links` and `sees_legal_mode`; a page that names none of them pays for none."""
    user = getattr(request, "user", None)
    return {
        "campaign": SimpleLazyObject(CampaignDetails.objects.current),
        "header_links": SimpleLazyObject(lambda: header(user, request.path)),
        "sees_legal_mode": SimpleLazyObject(lambda: may(user, Permission.SEE_COVERAGE)),
    }
