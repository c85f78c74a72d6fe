"""Addresses of the pages for streets before the register."""

from django.urls import path

from canvassing.register import street_views

urlpatterns = [
    path("organise/register/streets/", street_views.streets_page, name="streets"),
]
