"""The forms of the page of absent voters: one that asks for a list, and one that asks what its columns hold."""

import json
from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.urls import reverse_lazy

from canvassing.electorate.models import AbsentVote
from canvassing.register import mapping
from canvassing.register.forms import CHANGES, MappingForm
from canvassing.register.layouts import Kind

LARGEST = 20 << 20
"""Bytes of a list that is brought in while its sender waits: some hundred thousand rows."""
COLUMNS = ("district", "number", "suffix", "absent")


class AbsentForm(forms.Form):
    """A council's list and what the agent knows of it."""

    file = forms.FileField(
        label="The council's list",
        help_text="Postal voters, proxies, or both, as the council sent it: .csv, .tsv, .txt, .xlsx, or a .zip of "
        "these. Several parts of one list belong into one .zip.",
    )
    kind = forms.ChoiceField(
        label="What it lists", required=False,
        choices=[("", "As each row of it says"), *AbsentVote.Kind.choices],
        help_text="Counts for rows that do not say it themselves.",
    )  # fmt: skip
    password = forms.CharField(
        label="Password of the archive", required=False, max_length=200, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}), help_text="Only for a .zip that is locked.",
    )  # fmt: skip
    council = forms.CharField(
        label="Council", required=False, max_length=60,
        help_text="Only where two councils use the same polling district codes. Write it as for the register.",
    )  # fmt: skip
    accept_losses = forms.BooleanField(
        label="Bring it in even if much of it meets nobody, or many would lose their mark",
        required=False,
        help_text="Otherwise a list is refused where that is more than a fifth.",
    )

    def __init__(self, *data: Any) -> None:
        super().__init__(*data)
        self.helper = FormHelper()
        self.helper.add_input(Submit("bring-in", "Bring in the list"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                "The file is larger than 20 MB. Bring it in on the server: manage.py import_absent_voters FILE."
            )
        return file


class AbsentMappingForm(MappingForm):
    """What each column of a list holds. Only the elector number and the kind of vote are ever read."""

    header_sent = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *data: Any, header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> None:
        super().__init__(*data, header=header, rows=rows)
        self.fields["kind"] = forms.CharField(widget=forms.HiddenInput, initial=str(Kind.ABSENT))
        self.fields["header_sent"].initial = json.dumps(list(header))
        for place in range(len(header)):
            self.fields[f"column_{place}"].choices = [  # type: ignore[attr-defined]
                ("", "Nothing we need"),
                *((name, mapping.LABELS[name]) for name in COLUMNS),
            ]
        for change in CHANGES:
            del self.fields[f"code_{change}"]
        self.helper = FormHelper()
        self.helper.form_action = reverse_lazy("canvassing:absent-columns")
        self.helper.add_input(Submit("map", "Keep this"))


def header_of(text: str) -> list[str]:
    """The headings that the mapping form sent along; none where it is not ours."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return found if isinstance(found, list) and all(isinstance(heading, str) for heading in found) else []
