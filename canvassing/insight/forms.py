"""The form that puts a polling district in a ward."""

from typing import Any, cast

from django import forms

from campaign.areas.models import Ward
from canvassing.electorate.models import PollingDistrict


class WardForm(forms.Form):
    """An existing ward, or the name of a new one; neither says that the ward is not known yet."""

    ward = forms.ModelChoiceField(Ward.objects.none(), required=False, empty_label="No ward yet")
    new_ward = forms.CharField(
        label="or a ward that is not on the list",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, district: PollingDistrict) -> None:
        super().__init__(data, initial={"ward": district.ward_id})
        self.district = district
        ward = cast("forms.ModelChoiceField[Ward]", self.fields["ward"])
        ward.queryset = Ward.objects.filter(constituency=district.constituency_id).order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        """A ward still chosen from before gives way to a new name; another one chosen beside a new name is refused."""
        cleaned: dict[str, Any] = super().clean() or {}
        chosen, typed = cleaned.get("ward"), cleaned.get("new_ward")
        if chosen and typed and chosen.pk != self.district.ward_id:
            self.add_error("new_ward", f"You chose {chosen} and typed another name. Leave one of them empty.")
        return cleaned
