"""Addresses of this app, slice by slice."""

from django.urls import include, path

app_name = "volunteers"
urlpatterns = [
    path("", include("volunteers.people.urls")),
    path("", include("volunteers.messaging.urls")),
    path("", include("volunteers.sessions.urls")),
    path("", include("volunteers.referrals.urls")),
    path("", include("volunteers.signup.urls")),
]
