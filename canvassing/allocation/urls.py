"""Addresses of the walks' pages."""

from django.urls import path

from canvassing.allocation import views

urlpatterns = [
    path("organise/walks/", views.walks, name="walks"),
    path("organise/walks/cut/", views.cut_walks, name="cut-walks"),
    path("organise/walks/<int:pk>/", views.walk, name="walk"),
    path("organise/walks/<int:pk>/hand-out/", views.give, name="hand-out"),
    path("organise/walks/out/<int:pk>/hand-back/", views.back, name="hand-back"),
    path("organise/walks/out/<int:pk>/take-back/", views.take_back, name="take-back"),
    path("organise/walks/out/<int:pk>/extend/", views.extend, name="extend"),
    path("organise/walks/out/<int:pk>/code/", views.make_code, name="make-code"),
]
