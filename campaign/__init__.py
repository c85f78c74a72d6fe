"""The campaign itself, and the roof over both apps."""

from campaign.celery import app as celery_app

__all__ = ["celery_app"]
