"""Addresses of this app, slice by slice."""

from django.urls import include, path

app_name = "volunteers"
urlpatterns = [
    path("", include("volunteers.people.urls")),
]
