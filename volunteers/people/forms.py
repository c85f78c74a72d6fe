"""Forms of the people slice: giving a role, and saying who one is."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row, Submit
from django import forms
from django.db.models import QuerySet

from campaign.access import Role
from campaign.areas.models import Ward
from volunteers.people.models import User, Volunteer

ROLE_WORDS = {
    Role.VOLUNTEER: "Volunteer: opens walks",
    Role.ORGANISER: "Organiser: plans walks",
    Role.TELLER: "Teller: for polling day",
    Role.AGENT: "Agent: everything",
}


class GiveRoleForm(forms.Form):
    """A role for whoever signs in at an address."""

    email = forms.EmailField(label="Email address", max_length=254)
    role = forms.ChoiceField(choices=[(role.value, words) for role, words in ROLE_WORDS.items()])
    given_name = forms.CharField(
        max_length=60, required=False, help_text="Needed when the address is new, so that walks can be handed out."
    )
    family_name = forms.CharField(max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            "email",
            "role",
            Row(Column("given_name", css_class="col-sm-6"), Column("family_name", css_class="col-sm-6")),
            Submit("give", "Give the role"),
        )

    def clean(self) -> dict[str, Any]:
        """A new person needs a name: a walk is handed to somebody, not to an address."""
        given = super().clean() or {}
        email = given.get("email")
        known = Volunteer.objects.filter(user__email__iexact=email).exists() if email else True
        if not known and not given.get("given_name"):
            self.add_error("given_name", "Say what this person is called: the address is new.")
        return given


class TakeRoleForm(forms.Form):
    """The role to take, and from whom."""

    user = forms.ModelChoiceField(User.objects.all())
    role = forms.ChoiceField(choices=[(role.value, role.value) for role in Role])


class LimitForm(forms.Form):
    """The wards an organiser is limited to; none means everywhere."""

    user = forms.ModelChoiceField(User.objects.all())
    wards = forms.ModelMultipleChoiceField(Ward.objects.order_by("name", "pk"), required=False)


class WhoForm(forms.Form):
    """Which of the people a user stands for is here."""

    volunteer = forms.ModelChoiceField(Volunteer.objects.none())

    def __init__(self, people: QuerySet[Volunteer], *args: Any) -> None:
        super().__init__(*args)
        self.fields["volunteer"] = forms.ModelChoiceField(people)


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    """What somebody is called."""

    class Meta:
        model = Volunteer
        fields = ["given_name", "family_name"]
        help_texts = {"family_name": "Other volunteers see its first letter only."}
