"""Addresses of the doorstep."""

from django.urls import path

from canvassing.doorstep import views

urlpatterns = [
    path("doorstep/", views.my_walks, name="my-walks"),
    path("doorstep/<int:pk>/open/", views.open_on_phone, name="open-on-phone"),
    path("doorstep/<int:pk>/hand-back/", views.give_back, name="give-back"),
    path("d/", views.phone, name="phone"),
]
