"""Addresses of the coverage pages."""

from django.urls import path

from canvassing.insight import views

urlpatterns = [
    path("organise/coverage/", views.coverage_page, name="coverage"),
    path("organise/districts/<int:pk>/", views.district_page, name="district"),
    path("organise/districts/<int:pk>/ward/", views.put_in_ward, name="district-ward"),
]
