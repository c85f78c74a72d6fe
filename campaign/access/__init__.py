"""Who may do what: names of roles and permissions, and the two decorators that every view carries one of."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class Role(StrEnum):
    """What a person does in the campaign. One person may have several roles."""

    AGENT = "agent"
    ORGANISER = "organiser"
    VOLUNTEER = "volunteer"
    TELLER = "teller"


class Permission(StrEnum):
    """One thing a page lets somebody do."""

    EDIT_DETAILS = "edit the campaign's details"
    GIVE_ROLES = "give and take roles"
    IMPORT_REGISTER = "import the register"
    READ_AUDIT = "read the audit trail"
    SEE_COVERAGE = "see coverage"
    BROWSE_REGISTER = "look up electors"
    PLAN_WALKS = "cut and hand out walks"
    OPEN_DOORSTEP = "open a walk on the doorstep"
    BOOK_SESSIONS = "book sessions"
    PLAN_SESSIONS = "plan sessions"
    SEE_VOLUNTEERS = "see who volunteers"
    SEE_MESSAGES = "see what messages are owed"
    EDIT_WORDINGS = "edit what messages say"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset(Permission),
    Role.ORGANISER: frozenset(
        {
            Permission.SEE_COVERAGE,
            Permission.BROWSE_REGISTER,
            Permission.PLAN_WALKS,
            Permission.OPEN_DOORSTEP,
            Permission.BOOK_SESSIONS,
            Permission.PLAN_SESSIONS,
            Permission.SEE_VOLUNTEERS,
            Permission.SEE_MESSAGES,
        }
    ),
    Role.VOLUNTEER: frozenset({Permission.OPEN_DOORSTEP, Permission.BOOK_SESSIONS}),
    Role.TELLER: frozenset({Permission.BOOK_SESSIONS}),
}


def roles_that_may(permission: Permission) -> list[Role]:
    """The roles that carry `permission`, for querysets."""
    return [role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions]


class Person(Protocol):
    """What access needs to know of whoever asks: nothing but the roles."""

    @property
    def roles(self) -> frozenset[Role]: ...


def may(person: Any, permission: Permission) -> bool:
    """Whether one of `person`'s roles carries `permission`. Somebody not signed in has no roles."""
    roles: frozenset[Role] = getattr(person, "roles", frozenset())
    return any(permission in ROLE_PERMISSIONS[role] for role in roles)


def needs(permission: Permission) -> Callable[[View[P]], View[P]]:
    """A view for signed-in people with `permission`; 403 for others, the sign-in page for those not signed in."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.opened_by = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(view: View[P]) -> View[P]:
    """A view that needs no sign-in. Everything else is closed by the login-required middleware."""
    opened: View[P] = login_not_required(view)
    opened.opened_by = "everybody"  # type: ignore[attr-defined]
    return opened
