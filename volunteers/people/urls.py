"""Addresses of people."""

from django.urls import path

from volunteers.people import views

urlpatterns = [
    path("sign-in/link/<str:token>/", views.sign_in_link, name="sign-in-link"),
    path("me/who/", views.who, name="who"),
    path("organise/people/", views.people, name="people"),
]
