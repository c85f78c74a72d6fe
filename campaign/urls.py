"""Every address of the site."""

from django.urls import include, path

from canvassing.doorstep import api

urlpatterns = [
    path("", include("campaign.home.urls")),
    path("", include("volunteers.people.sign_in_urls")),
    path("", include("volunteers.urls")),
    path("", include("canvassing.urls")),
    path("api/", api.urls),
]
