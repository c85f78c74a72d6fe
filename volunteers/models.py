"""Every table of this app, slice by slice."""

from volunteers.people.models import RegisterAcknowledgement, RoleGrant, User, Volunteer

__all__ = ["RegisterAcknowledgement", "RoleGrant", "User", "Volunteer"]
