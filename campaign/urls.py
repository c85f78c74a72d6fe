"""Every address of the site."""

from django.conf import settings
from django.urls import include, path

from campaign.access import open_to_all
from canvassing.doorstep import api

urlpatterns = [
    path("", include("campaign.home.urls")),
    path("", include("volunteers.people.sign_in_urls")),
    path("", include("volunteers.urls")),
    path("", include("canvassing.urls")),
    path("api/", api.urls),
]
if settings.EMAIL_PROVIDER:
    from anymail import urls as anymail

    for pattern in anymail.urlpatterns:
        open_to_all(pattern.callback)  # the provider's own secret is the permission
    urlpatterns.append(path("anymail/", include(anymail)))
