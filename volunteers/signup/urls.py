"""Addresses of joining."""

from django.urls import path

from volunteers.signup import views

urlpatterns = [
    path("join/", views.join_page, name="join"),
    path("join/done/", views.joined, name="joined"),
    path("join/<str:code>/", views.join_page, name="join-by"),
    path("guardian/<str:token>/", views.guardian, name="guardian"),
]
