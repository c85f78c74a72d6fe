"""What every template may name: the campaign's facts, where whoever asks may go, and what somebody should know now."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now

from campaign.access import Permission, may
from campaign.details.models import CampaignDetails
from campaign.home.navigation import header
from volunteers.messaging import health


def campaign(request: HttpRequest) -> dict[str, Any]:
    """`campaign`, `header_links` and `sees_legal_mode`; a page that names none of them pays for none."""
    user = getattr(request, "user", None)
    return {
        "campaign": SimpleLazyObject(CampaignDetails.objects.current),
        "header_links": SimpleLazyObject(lambda: header(user, request.path)),
        "sees_legal_mode": SimpleLazyObject(lambda: may(user, Permission.SEE_COVERAGE)),
    }


def banners(request: HttpRequest) -> dict[str, Any]:
    """`messages_late` for organisers, when something has been owed for more than ten minutes; `address_refused`."""
    user = getattr(request, "user", None)
    return {
        "messages_late": SimpleLazyObject(lambda: may(user, Permission.SEE_MESSAGES) and health.is_late(now())),
        "address_refused": getattr(user, "email_refused_at", None) is not None,
    }
