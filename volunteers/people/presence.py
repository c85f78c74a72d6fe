"""Who is here: the person, of those a signed-in user stands for, who is using this browser now."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from volunteers.people.models import User, Volunteer

SESSION_KEY = "volunteer_here"


def user_of(request: HttpRequest) -> User:
    """The signed-in user. Raises PermissionDenied when nobody is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def volunteer_of(request: HttpRequest) -> Volunteer | None:
    """The person who is here. None when the user stands for nobody, or for several and has not said who.

    A view that needs somebody answers None with `ask_who_is_here`.
    """
    if not request.user.is_authenticated:
        return None
    people = list(Volunteer.objects.of(request.user))
    if len(people) == 1:
        return people[0]
    chosen = request.session.get(SESSION_KEY)
    return next((person for person in people if person.pk == chosen), None)


def must_say_who(request: HttpRequest) -> bool:
    """Whether the signed-in user stands for several people and has not said which of them this is."""
    several = request.user.is_authenticated and Volunteer.objects.of(request.user).count() > 1
    return several and volunteer_of(request) is None


def is_here(request: HttpRequest, volunteer: Volunteer) -> None:
    """Remember in the sign-in session that `volunteer` is the one using it."""
    request.session[SESSION_KEY] = volunteer.pk


def ask_who_is_here(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that asks, and back to this address afterwards."""
    return HttpResponseRedirect(f"{reverse('volunteers:who')}?{urlencode({'next': request.get_full_path()})}")
