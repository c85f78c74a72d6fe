"""Forms of the pages on streets and doors."""

from collections.abc import Collection
from typing import Any, cast

from django import forms

from canvassing.electorate.models import Elector, Household, PollingDistrict, Street

LONGEST_LABEL, LONGEST_NAME = 200, 120
PAINTED = "What is painted on the door, such as 14A, or Flat 3, Rowan Court."


class FindStreetForm(forms.Form):
    """The beginning of a street's name."""

    name = forms.CharField(label="Name of the street", max_length=LONGEST_NAME, help_text="The beginning of its name.")


class DistrictField(forms.CharField):
    """A polling district by its code, within some wards or, for None, any. There are too many for a list."""

    ward_ids: Collection[int] | None = None

    def clean(self, value: Any) -> PollingDistrict:
        code = super().clean(value).strip()
        within = {} if self.ward_ids is None else {"ward__in": self.ward_ids}
        found = list(PollingDistrict.objects.filter(code__iexact=code, **within).order_by("pk")[:2])
        if len(found) != 1:
            where = " in your wards" if within else ""
            why = f"There is no polling district of that code{where}." if not found else "Two councils use that code."
            raise forms.ValidationError(why)
        return found[0]


class AddStreetForm(forms.Form):
    """A street that no register and no list has."""

    name = forms.CharField(label="Name of the street", max_length=LONGEST_NAME)
    district = DistrictField(label="Polling district", max_length=20, help_text="Its code, such as AD.")

    def __init__(self, data: Any = None, *, ward_ids: Collection[int] | None) -> None:
        super().__init__(data, auto_id="add_%s")
        cast("DistrictField", self.fields["district"]).ward_ids = ward_ids


class NameForm(forms.Form):
    """Another name for a street."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)


class MergeStreetForm(forms.Form):
    """Which street of the same polling district this one is part of."""

    keep = forms.ModelChoiceField(Street.objects.none(), label="It is part of", empty_label="Choose a street")

    def __init__(self, data: Any = None, *, street: Street) -> None:
        super().__init__(data, auto_id="merge_%s")
        others = Street.objects.standing().filter(polling_district=street.polling_district_id).exclude(pk=street.pk)
        cast("forms.ModelChoiceField[Street]", self.fields["keep"]).queryset = others.order_by("name_key", "pk")


class MoveStreetForm(forms.Form):
    """The polling district in which a street lies."""

    code = DistrictField(label="It lies in polling district", max_length=20, help_text="Its code, such as AD.")

    def __init__(self, data: Any = None, *, street: Street, ward_ids: Collection[int] | None) -> None:
        super().__init__(data, initial={"code": street.polling_district.code}, auto_id="move_%s")
        cast("DistrictField", self.fields["code"]).ward_ids = ward_ids


class AddDoorForm(forms.Form):
    """A door that is not listed."""

    label = forms.CharField(label="Door", max_length=LONGEST_LABEL, help_text=PAINTED)


class SplitStreetForm(forms.Form):
    """Which doors belong to another street, and its name."""

    name = forms.CharField(label="Name of that street", max_length=LONGEST_NAME)
    doors = forms.ModelMultipleChoiceField(
        Household.objects.none(), error_messages={"required": "Tick the doors that belong to the other street."}
    )

    def __init__(self, data: Any = None, *, street: Street) -> None:
        super().__init__(data, auto_id="split_%s")
        field = cast("forms.ModelMultipleChoiceField[Household]", self.fields["doors"])
        field.queryset = Household.objects.filter(street=street, merged_into=None)


class MoveDoorForm(forms.Form):
    """The address a door really has, and whether a door that is listed there is the same one."""

    label = forms.CharField(label="Door", max_length=LONGEST_LABEL, help_text=PAINTED)
    street = forms.ModelChoiceField(Street.objects.none(), label="Street", empty_label=None)
    are_one = forms.BooleanField(
        label="If that door is listed already, the two are one",
        help_text="People, walk and everything logged at this one go to it.",
        required=False,
    )

    def __init__(self, data: Any = None, *, door: Household) -> None:
        super().__init__(data, initial={"label": door.label, "street": door.street_id}, auto_id="move_%s")
        streets = Street.objects.standing().filter(polling_district=door.street.polling_district_id)
        cast("forms.ModelChoiceField[Street]", self.fields["street"]).queryset = streets.order_by("name_key", "pk")


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """People registered at a door, by name; anonymous ones have no door."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.forename} {obj.surname}".strip() or f"Elector {obj.number}"


class SplitDoorForm(forms.Form):
    """The second door behind one printed address, and who lives there."""

    label = forms.CharField(label="The second door", max_length=LONGEST_LABEL, help_text=PAINTED)
    people = PeopleField(
        Elector.objects.none(), label="Who lives there", widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, door: Household) -> None:
        super().__init__(data, auto_id="split_%s")
        field = cast("PeopleField", self.fields["people"])
        field.queryset = Elector.objects.living().filter(household=door).order_by("surname", "forename", "pk")


def first_error(form: forms.Form) -> str:
    """What is wrong with a form that was sent, in one sentence with the field's label."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])
