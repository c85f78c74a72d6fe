"""How allauth behaves here: nobody signs himself up, and its emails carry nothing but what they must."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from volunteers.people.models import User


class ClosedSignUpAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Users are made by an agent or by a command, not by a form anybody can reach."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Somebody whose access ended between asking for a code and typing it."""
        messages.error(request, "this address can no longer sign in. Ask the campaign.")
        return redirect("account_login")
