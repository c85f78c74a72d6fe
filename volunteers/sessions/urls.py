"""Addresses of sessions: a volunteer's, the links of messages, the lead's list, the organiser's pages."""

from django.urls import path

from volunteers.sessions.views import calendars, lead, links, mine, organise

urlpatterns = [
    path("sessions/", mine.sessions, name="sessions"),
    path("sessions/<int:pk>/", mine.session, name="session"),
    path("sessions/<int:pk>/book/", mine.book, name="book"),
    path("sessions/<int:pk>/cancel/", mine.cancel, name="cancel-mine"),
    path("sessions/<int:pk>/calendar.ics", calendars.entry, name="session-calendar"),
    path("sessions/<int:pk>/list/", lead.sheet, name="session-list"),
    path("sessions/<int:pk>/list/<int:booking>/<slug:act>/", lead.mark, name="mark"),
    path("sessions/<int:pk>/walk-up/", lead.walk_up, name="walk-up"),
    path("sessions/<int:pk>/sign-in/<int:booking>/", lead.sign_in_code, name="sign-in-code"),
    path("sessions/<int:pk>/code/", lead.meeting_point_code, name="meeting-point-code"),
    path("b/<str:token>/", links.booking, name="booking"),
    path("b/<str:token>/confirm/", links.confirm, name="confirm"),
    path("b/<str:token>/cancel/", links.cancel, name="cancel"),
    path("b/<str:token>/here/", links.check_in, name="check-in"),
    path("here/<str:token>/", links.meeting_point, name="meeting-point"),
    path("calendar/<str:token>.ics", calendars.feed, name="calendar-feed"),
    path("organise/sessions/", organise.sessions, name="plan-sessions"),
    path("organise/sessions/new/", organise.new, name="new-session"),
    path("organise/sessions/<int:pk>/", organise.session, name="plan-session"),
    path("organise/sessions/<int:pk>/change/", organise.change, name="change-session"),
    path("organise/sessions/<int:pk>/put-in/", organise.put_in, name="put-in"),
    path("organise/sessions/<int:pk>/take-out/<int:booking>/", organise.take_out, name="take-out"),
]
