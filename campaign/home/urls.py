"""Addresses of the public pages, and of those on the campaign itself."""

from django.urls import path

from campaign.home.views import areas, details, organise, public

urlpatterns = [
    path("", public.home, name="home"),
    path("privacy/", public.privacy, name="privacy"),
    path("health/", public.health, name="health"),
    path("theme.css", public.theme_css, name="theme-css"),
    path("start/", public.start, name="start"),
    path("organise/", organise.organise, name="organise"),
    path("organise/audit/", organise.audit, name="audit"),
    path("organise/details/", details.details, name="details"),
    path("organise/deadlines/", details.deadlines, name="deadlines"),
    path("organise/areas/", areas.areas, name="areas"),
]
