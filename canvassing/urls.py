"""Addresses of this app, slice by slice."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "canvassing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("canvassing.doorstep.urls")),
    path("", include("canvassing.allocation.urls")),
    path("", include("canvassing.insight.urls")),
    path("", include("canvassing.register.urls")),
    path("", include("canvassing.register.street_urls")),
]
