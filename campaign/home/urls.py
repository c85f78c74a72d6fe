"""Addresses of the public pages, and of those on the campaign itself."""

from django.urls import path

from campaign.home.views import (
    areas,
    call_off,
    details,
    districts,
    doors,
    me,
    organise,
    public,
    review,
    undo_import,
    volunteers,
)

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
    path("organise/areas/districts/", districts.districts, name="districts"),
    path("organise/register/<int:pk>/undo/", undo_import.undo_import, name="undo-import"),
    path("organise/sessions/<int:pk>/call-off/", call_off.call_off, name="call-off"),
    path("organise/streets/", doors.streets, name="streets"),
    path("organise/streets/<int:pk>/edit/", doors.street, name="street-edit"),
    path("organise/doors/<int:pk>/edit/", doors.door, name="door-edit"),
    path("organise/register/review/", review.review, name="review"),
    path("organise/register/review/<int:pk>/", review.answer, name="review-answer"),
    path("organise/volunteers/", volunteers.volunteers, name="volunteers"),
    path("organise/volunteers/<int:pk>/", volunteers.reveal, name="reveal-volunteer"),
    path("organise/volunteers/duplicates/", volunteers.duplicates, name="duplicates"),
    path("me/", me.me, name="me"),
    path("me/notices/", me.notices, name="notices"),
    path("me/calendar/", me.calendar_feed, name="my-calendar"),
    path("me/friends/", me.friends, name="friends"),
    path("me/data/", me.download, name="my-data"),
    path("me/delete/", me.delete_me, name="delete-me"),
]
