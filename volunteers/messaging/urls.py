"""Addresses of messages."""

from django.urls import path

from volunteers.messaging import views

urlpatterns = [
    path("organise/messages/", views.outbox, name="outbox"),
    path("organise/messages/again/", views.try_again, name="try-again"),
    path("organise/messages/wordings/", views.wording_list, name="wordings"),
    path("organise/messages/wordings/<slug:name>/", views.wording, name="wording"),
    path("stop/<slug:name>/<str:token>/", views.stop, name="stop"),
]
