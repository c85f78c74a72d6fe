"""Addresses of the register's pages."""

from django.urls import path

from canvassing.register import absent_views, views

urlpatterns = [
    path("organise/register/", views.register_page, name="register"),
    path("organise/register/<int:pk>/", views.run_page, name="register-run"),
    path("organise/register/<int:pk>/start/", views.start_again, name="register-start"),
    path("organise/register/<int:pk>/confirm/", views.confirm, name="register-confirm"),
    path("organise/register/<int:pk>/cancel/", views.cancel, name="register-cancel"),
    path("organise/register/<int:pk>/columns/", views.columns, name="register-columns"),
    path("organise/register/absent/", absent_views.absent_page, name="absent"),
    path("organise/register/absent/columns/", absent_views.absent_columns, name="absent-columns"),
]
