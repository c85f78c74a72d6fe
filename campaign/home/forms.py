"""Forms of the organisers' pages on details, deadlines and areas."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Div, Field, Fieldset, Layout, Row, Submit
from django import forms

from campaign.areas.models import Constituency
from campaign.details.models import CampaignDetails, Deadline, LegalMode

LONGEST_NAME = 120

CONSENT_REFUSED = (
    "Consent cannot be chosen yet: the words a canvasser reads out before noting an opinion have not been written. "
    "Until then it would record a consent that nobody was asked for."
)


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Every fact of the campaign."""

    class Meta:
        model = CampaignDetails
        fields = [
            "candidate",
            "standing_as",
            "statement",
            "polling_day",
            "volunteer_target",
            "accent",
            "imprint",
            "contact_email",
            "legal_mode",
            "names_on_phones",
        ]
        widgets = {
            "statement": forms.Textarea(attrs={"rows": 4}),
            "imprint": forms.Textarea(attrs={"rows": 3}),
            "polling_day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "accent": forms.TextInput(attrs={"type": "color", "class": "form-control-color"}),
            "contact_email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        help_texts = {
            "standing_as": "As it will stand on the ballot paper, such as Independent.",
            "statement": "Shown on the front page. Up to 1,200 characters.",
            "accent": "Buttons and the front page take this colour. Words on it and in it stay readable by themselves.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Fieldset("The candidate", Row(_half("candidate"), _half("standing_as")), "statement"),
            Fieldset("The election", Row(_half("polling_day"), _half("volunteer_target"))),
            Fieldset("What the public sees", "imprint", Row(_half("contact_email"), _half("accent"))),
            Fieldset(
                "Opinions heard on the doorstep",
                Field("legal_mode", template="campaign/home/legal_mode_field.html"),
                "names_on_phones",
            ),
            Div(Submit("save", "Save details", css_class="btn-lg"), css_class="mt-4"),
        )

    def clean_legal_mode(self) -> str:
        """The mode, refused where its wording does not exist: greying a choice out on the page guards nothing."""
        mode: str = self.cleaned_data["legal_mode"]
        if mode == LegalMode.CONSENT:
            raise forms.ValidationError(CONSENT_REFUSED)
        return mode


def _half(name: str) -> Column:
    return Column(name, css_class="col-md-6")


class DeadlineForm(forms.ModelForm):  # type: ignore[type-arg]
    """One deadline: its London date and time, and whether the Returning Officer's timetable says the same."""

    confirmed = forms.BooleanField(required=False, label="Confirmed")

    class Meta:
        model = Deadline
        fields = ["due_at"]
        field_classes = {"due_at": forms.SplitDateTimeField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.instance.get_kind_display()
        self.fields["due_at"].widget = forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date", "class": "form-control", "aria-label": f"{what}: date"},
            time_attrs={"type": "time", "class": "form-control", "aria-label": f"{what}: time"},
        )
        self.fields["confirmed"].initial = self.instance.confirmed_at is not None
        self.fields["confirmed"].widget.attrs = {"class": "form-check-input"}


DeadlineFormSet = forms.modelformset_factory(Deadline, form=DeadlineForm, extra=0)


class ConstituencyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The constituency's name."""

    class Meta:
        model = Constituency
        fields = ["name"]
        labels = {"name": "Name of the constituency"}


class WardNamesForm(forms.Form):
    """New wards, one name to a line."""

    names = forms.CharField(
        label="Names of wards",
        help_text="One to a line. A ward that is there already is left as it is.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
    )

    def clean_names(self) -> list[str]:
        """The lines that are not blank."""
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines() if line.strip()]
        too_long = next((name for name in names if len(name) > LONGEST_NAME), None)
        if too_long:
            raise forms.ValidationError(f"“{too_long[:40]}…” is longer than {LONGEST_NAME} characters.")
        return names


class WardNameForm(forms.Form):
    """Another name for a ward."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)


class OutlinesForm(forms.Form):
    """A file of ward outlines."""

    outlines = forms.FileField(
        label="GeoJSON file of ward outlines",
        help_text="A FeatureCollection in degrees, such as the Office for National Statistics publishes. "
        "Each area is matched to the ward whose name it bears.",
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )


class TableForm(forms.Form):
    """A file of one kind, which its label names."""

    file = forms.FileField()

    def __init__(self, *data: Any, label: str, help_text: str, prefix: str) -> None:
        super().__init__(*data)
        self.prefix = prefix
        self.fields["file"].label, self.fields["file"].help_text = label, help_text
