"""Addresses of the register's pages."""

from django.urls import path

from canvassing.register import views

urlpatterns = [
    path("organise/register/", views.register_page, name="register"),
    path("organise/register/<int:pk>/", views.run_page, name="register-run"),
    path("organise/register/<int:pk>/start/", views.start_again, name="register-start"),
    path("organise/register/<int:pk>/give-up/", views.give_up, name="register-give-up"),
]
