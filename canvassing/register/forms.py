"""The form that asks for a register file."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from canvassing.register import editions


class ImportForm(forms.Form):
    """A council's file and what the agent knows of it."""

    file = forms.FileField(
        label="The council's register file",
        help_text="The full register as the council sent it (.tsv, .csv or .txt), unopened and unchanged.",
    )
    edition = forms.TypedChoiceField(
        label="Edition", required=False, empty_value=None, coerce=date.fromisoformat,
        help_text="Councils number electors anew every 1 December. Say which edition the file is if you know it.",
        error_messages={"invalid_choice": "No file can have this edition now. Choose one of those in the list."},
    )  # fmt: skip
    accept_losses = forms.BooleanField(
        label="Import it even if many electors would be gone",
        required=False,
        help_text="Otherwise a file that leaves out more than a fifth of a polling district is refused.",
    )
    dry_run = forms.BooleanField(label="Only check: say what would change, and change nothing", required=False)

    def __init__(self, *data: Any, today: date) -> None:
        super().__init__(*data)
        current = editions.beginning(today)
        said = [editions.next_after(today), current, current.replace(year=current.year - 1)]
        known = [("", "Not sure: the current one")] + [(day.isoformat(), f"From {day:%-d %B %Y}") for day in said]
        self.fields["edition"].choices = known  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.add_input(Submit("import", "Import the register"))
