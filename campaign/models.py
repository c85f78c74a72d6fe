"""Every table below the two apps, so that Django finds them."""

from campaign.areas.models import Constituency, PostcodePoint, Ward
from campaign.audit.models import AuditEvent
from campaign.details.models import CampaignDetails, Deadline

__all__ = ["AuditEvent", "CampaignDetails", "Constituency", "Deadline", "PostcodePoint", "Ward"]
