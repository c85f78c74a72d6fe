"""Every writer of messages of this app, and what hears of those that came back; importing them registers them."""

from volunteers.messaging import bounces
from volunteers.reminders import letters as reminders
from volunteers.sessions import letters as sessions
from volunteers.signup import letters as signup

__all__ = ["bounces", "reminders", "sessions", "signup"]
