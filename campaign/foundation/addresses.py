"""Whole addresses of our own pages, for messages and QR codes, where there is no request to ask."""

from django.conf import settings
from django.urls import reverse


def absolute(page: str, *args: str | int) -> str:
    """The address of a page by its name, with the site in front."""
    site: str = settings.SITE_URL
    return site + reverse(page, args=args)
