"""Addresses of the links that bring people."""

from django.urls import path

from volunteers.referrals import views

urlpatterns = [
    path("organise/links/", views.links_page, name="join-links"),
    path("organise/links/<int:pk>/", views.link_page, name="join-link"),
]
