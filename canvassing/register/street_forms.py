"""The form that asks for a street list."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from canvassing.register.known_districts import LONGEST_CODE


class StreetsForm(forms.Form):
    """A list of streets and what the agent knows of it."""

    file = forms.FileField(
        label="A list of streets",
        help_text="A table with the columns street, polling_district, ward, postcodes and doors, of which only street "
        "must be there; or one street a line; or a file of Ordnance Survey's Open Names.",
    )
    district = forms.CharField(
        label="Polling district", required=False, max_length=LONGEST_CODE,
        help_text="Where streets lie whose district the list does not say. Left empty, they wait until it is known.",
    )  # fmt: skip
    dry_run = forms.BooleanField(label="Only check: say what would change, and change nothing", required=False)

    def __init__(self, *data: object) -> None:
        super().__init__(*data)  # type: ignore[arg-type]
        self.helper = FormHelper()
        self.helper.add_input(Submit("import", "Bring in the streets"))
