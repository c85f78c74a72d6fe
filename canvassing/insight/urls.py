"""Addresses of the coverage pages, and of looking up streets, doors and electors."""

from django.urls import path

from canvassing.insight import browse_views, quality_views, search_views, views

urlpatterns = [
    path("organise/coverage/", views.coverage_page, name="coverage"),
    path("organise/districts/<int:pk>/", views.district_page, name="district"),
    path("organise/districts/<int:pk>/ward/", views.put_in_ward, name="district-ward"),
    path("organise/register/quality/", quality_views.quality_page, name="quality"),
    path("organise/register/quality/<slug:slug>/", quality_views.oddities, name="oddities"),
    path("organise/browse/", search_views.browse, name="browse"),
    path("organise/browse/streets/<int:pk>/", browse_views.street_page, name="street"),
    path("organise/browse/doors/<int:pk>/", browse_views.door_page, name="door"),
    path("organise/browse/doors/<int:pk>/no-contact/", browse_views.no_contact, name="no-contact"),
    path("organise/browse/doors/<int:pk>/contact-again/", browse_views.contact_again, name="contact-again"),
]
