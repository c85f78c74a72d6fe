"""How allauth behaves here: nobody signs himself up, messages hold what they must, codes go by text message too."""

import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from anymail.exceptions import AnymailError
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from campaign.details.models import CampaignDetails
from campaign.foundation import sms
from volunteers.people.accounts import mobile
from volunteers.people.models import User

logger = logging.getLogger(__name__)
NOT_SENT = "the code could not be sent just now. Try again in a minute; if it stays so, tell the campaign."


class ClosedSignUpAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Users are made by an agent, by a command or by joining, not by a form of the library's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Somebody whose access ended between asking for a code and typing it."""
        messages.error(request, "this address can no longer sign in. Ask the campaign.")
        return redirect("account_login")

    def send_mail(self, template_prefix: str, email: str, facts: dict[str, Any]) -> None:
        """A mail server that does not answer is a sentence and a way on, not an error page."""
        try:
            super().send_mail(template_prefix, email, facts)
        except (OSError, smtplib.SMTPException, AnymailError) as error:
            logger.error("a sign-in code could not be sent: %s", type(error).__name__)  # noqa: TRY400 - it names the address
            raise _try_again() from None

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        return MobileField(label="or mobile number", **kwargs)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone, is_active=True).first()

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The number, always as verified: a code sent there is the proof, each time."""
        return (str(user.phone), True) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        User.objects.filter(pk=user.pk).update(phone=phone)

    def set_phone_verified(self, user: User, phone: str) -> None:
        """A code that came back proves that the number works."""
        User.objects.filter(pk=user.pk, phone=phone).update(phone_refused_at=None)

    def generate_phone_verification_code(self, *, user: User, phone: str) -> str:
        return str(self.generate_login_code())

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        text = f"{code} is your code for {CampaignDetails.objects.current()}. Pass it on to nobody."
        try:
            sms.send(number=phone, text=text, reference=f"code-{user.pk}-{code}")
        except (sms.SmsError, sms.SmsRefused) as error:
            logger.error("a sign-in code could not be sent: %s", type(error).__name__)  # noqa: TRY400
            raise _try_again() from None


class MobileField(forms.CharField):
    """A mobile number as people type it, kept as +447…"""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}), **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        number = mobile(text) if text else ""
        if text and not number:
            raise forms.ValidationError("This is not a whole mobile number.")
        return number


def _try_again() -> ImmediateHttpResponse:
    if context.request is not None:
        messages.error(context.request, NOT_SENT)
    return ImmediateHttpResponse(redirect("account_login"))
