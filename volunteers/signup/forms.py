"""The join form: as few fields as get somebody to a meeting point, and nothing that a stranger has no business with."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from campaign.foundation import postcodes, sms
from volunteers.messaging import consents
from volunteers.messaging.kinds import Channel
from volunteers.people.contact_field import ContactField
from volunteers.people.models import Volunteer
from volunteers.sessions.choosing import Choice
from volunteers.signup.joining import Joiner

LATER = "later"


class JoinForm(forms.Form):
    """One page. `session` offers the next sessions; a full one stands for its waiting list."""

    given_name = forms.CharField(
        label="First name", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    contact = ContactField(
        label="E-mail or mobile number",
        max_length=254,
        help_text="So that we can remind you. Never shown to other volunteers.",
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    postcode = forms.CharField(
        max_length=10, required=False, help_text="So that you can be near home.",
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "autocapitalize": "characters"}),
    )  # fmt: skip
    session = forms.ChoiceField(
        label="When can you come?", required=False, widget=forms.RadioSelect,
        error_messages={"invalid_choice": "That session is not on offer any more. Choose another, or none yet."},
    )  # fmt: skip
    friend = forms.CharField(
        label="Bringing an adult friend? Their first name", max_length=60, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    age_band = forms.ChoiceField(
        label="How old are you?", choices=Volunteer.AgeBand.choices, initial=Volunteer.AgeBand.ADULT, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    guardian_email = forms.EmailField(
        label="Under 18: e-mail of a parent or guardian", max_length=254, required=False,
        help_text="We ask them first, and an adult goes with you.",
    )  # fmt: skip
    consent_email = forms.BooleanField(label=consents.WORDING[Channel.EMAIL], required=False)
    consent_sms = forms.BooleanField(label=consents.WORDING[Channel.SMS], required=False)
    # A person does not see this field; what fills in every field does.
    website = forms.CharField(label="Leave this empty", max_length=200, required=False)

    def __init__(self, data: QueryDict | None = None, *, choices: Sequence[Choice], chosen: int | None = None) -> None:
        super().__init__(data)
        self.choices_shown = choices
        self._shown_as_full = data.getlist("full") if data is not None else []
        field = self.fields["session"]
        shown = [(str(choice.pk), choice.in_words) for choice in choices]
        field.choices = [*shown, (LATER, "I cannot say yet")] if shown else []  # type: ignore[attr-defined]
        field.initial = str(chosen) if chosen and any(one.pk == chosen for one in choices) else self._first_free()
        if not sms.is_available():
            del self.fields["consent_sms"]

    def _first_free(self) -> str:
        return next((str(choice.pk) for choice in self.choices_shown if not choice.full), LATER)

    @property
    def shown_as_full(self) -> list[str]:
        """Keys of the sessions that the page offered as a waiting list."""
        return self._shown_as_full

    @property
    def is_trap_sprung(self) -> bool:
        """Whether something filled in what nobody sees."""
        return bool(self.data.get("website"))

    def clean_postcode(self) -> str:
        """The postcode tidied; what has not its shape is left out and refuses nobody."""
        return postcodes.tidy(self.cleaned_data["postcode"])

    def clean_session(self) -> int | None:
        """The session's key; None for later."""
        chosen = self.cleaned_data["session"]
        return int(chosen) if chosen.isdecimal() else None

    def clean(self) -> dict[str, Any]:
        """Somebody under 18 names whom to ask."""
        given = super().clean() or {}
        given["age_band"] = given.get("age_band") or Volunteer.AgeBand.ADULT
        minor = given["age_band"] != Volunteer.AgeBand.ADULT
        if minor and not given.get("guardian_email") and "guardian_email" not in self.errors:
            self.add_error("guardian_email", "Under 18 we need to ask a parent or guardian first.")
        own = (given.get("contact") or {}).get("email", "")
        if minor and own and own.lower() == given.get("guardian_email", "").lower():
            self.add_error("guardian_email", "This is your own address. We need one of a parent or guardian.")
        return given

    def joiner(self) -> Joiner:
        """What was written, of a valid form."""
        given = self.cleaned_data
        agreed = {Channel.EMAIL: given["consent_email"], Channel.SMS: given.get("consent_sms", False)}
        return Joiner(
            given_name=given["given_name"],
            postcode=given["postcode"],
            age_band=given["age_band"],
            guardian_email=given["guardian_email"],
            friend=given["friend"],
            consents=frozenset(channel for channel, yes in agreed.items() if yes),
            **given["contact"],
        )
