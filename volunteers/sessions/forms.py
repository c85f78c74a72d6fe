"""Forms of sessions: planning one, cancelling it, putting somebody in or out, and the lead's walk-up."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaign.access import Permission, roles_that_may
from campaign.areas.models import PostcodePoint, Ward
from campaign.foundation import postcodes
from campaign.foundation.election_dates import LONDON
from volunteers.people.contact_field import ContactField
from volunteers.people.models import RoleGrant, Volunteer
from volunteers.sessions.models import Session
from volunteers.sessions.planning import MOST_WEEKS

POINT = re.compile(r"\s*(-?[0-9]{1,2}(?:\.[0-9]+)?)\s*[, ]\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*")
NAMES_SHOWN = 300


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One session. Day and times are London's; the map point is a postcode or "51.5560, -0.1080"."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label="To", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    point = forms.CharField(
        label="On the map", required=False, max_length=60,
        help_text="A postcode whose point is known here, or latitude and longitude such as 51.5560, -0.1080.",
    )  # fmt: skip
    weeks = forms.IntegerField(
        label="Repeat in each of the next … weeks", min_value=0, max_value=MOST_WEEKS, initial=0, required=False
    )
    because = forms.CharField(
        label="Why it changes",
        max_length=200,
        required=False,
        help_text="Stands in the message to all who have a place.",
    )

    field_order = (
        "title", "day", "starts", "ends", "weeks", "meeting_point", "directions", "point", "ward", "lead", "capacity",
        "wanted", "candidate_there", "because",
    )  # fmt: skip

    class Meta:
        model = Session
        fields = [
            "title", "ward", "meeting_point", "directions", "lead", "capacity", "wanted", "candidate_there",
        ]  # fmt: skip
        help_texts = {
            "wanted": "How many would be enough. The list says where people are missing.",
            "directions": "How to find it, in a sentence.",
            "lead": "Whoever keeps the list at the meeting point. They get no more than that list.",
        }

    def __init__(self, *args: Any, ward_ids: Collection[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session, fields = self.instance, self.fields
        fields["ward"] = forms.ModelChoiceField(
            _wards(ward_ids), required=ward_ids is not None, empty_label=None if ward_ids else "Anywhere"
        )
        near = Q() if ward_ids is None else Q(ward__in=ward_ids) | Q(pk=session.lead_id)
        fields["lead"].queryset = leads().filter(near)  # type: ignore[attr-defined]
        fields["lead"].label_from_instance = lambda person: person.full_name  # type: ignore[attr-defined]
        if session.starts_at:
            start, end = session.starts_at.astimezone(LONDON), session.ends_at.astimezone(LONDON)
            self.initial = {**self.initial, "day": start.date(), "starts": start.time(), "ends": end.time()}
        if session.latitude is not None:
            self.initial["point"] = f"{session.latitude:.5f}, {session.longitude:.5f}"
        del fields["weeks" if session.pk else "because"]

    def clean_weeks(self) -> int:
        return self.cleaned_data["weeks"] or 0

    def clean_capacity(self) -> int:
        places: int = self.cleaned_data["capacity"]
        if places < 1:
            raise ValidationError("A session has at least one place.")
        return places

    def clean_point(self) -> tuple[float, float] | None:
        """Latitude and longitude; None where nothing was written."""
        text = self.cleaned_data["point"].strip()
        if not text:
            return None
        known = PostcodePoint.objects.filter(pk=postcodes.tidy(text)).first()
        if known is not None:
            return known.latitude, known.longitude
        found = POINT.fullmatch(text)
        if found is None or not (abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180):
            raise ValidationError("No point is known for that. Write latitude and longitude, such as 51.5560, -0.1080.")
        return float(found[1]), float(found[2])

    def clean(self) -> dict[str, Any]:
        """Put day and times together; a time that the clocks leave out that night does not exist."""
        given = super().clean() or {}
        if {"day", "starts", "ends"} <= given.keys():
            self.instance.starts_at = _moment(given["day"], given["starts"])
            self.instance.ends_at = _moment(given["day"], given["ends"])
            for name, moment in (("starts", self.instance.starts_at), ("ends", self.instance.ends_at)):
                if not _is_on_the_clock(moment):
                    self.add_error(name, "The clocks go forward that night, so there is no such time.")
            if self.instance.ends_at <= self.instance.starts_at:
                self.add_error("ends", "The end lies before the start.")
        if "point" in given:
            self.instance.latitude, self.instance.longitude = given["point"] or (None, None)
        return given


class CancelForm(forms.Form):
    """Why a session is off."""

    because = forms.CharField(label="Why it is off", max_length=200, help_text="Everybody with a place is told.")


class PutInForm(forms.Form):
    """Somebody who has asked by other ways."""

    volunteer = forms.ModelChoiceField(Volunteer.objects.none(), label="Who", empty_label="Choose somebody")

    def __init__(self, data: Any = None, *, ward_ids: Collection[int] | None, session: Session) -> None:
        super().__init__(data)
        has_a_place = session.bookings.standing().filter(volunteer=OuterRef("pk"))
        people = bookable().within(ward_ids).exclude(Exists(has_a_place))
        field: Any = self.fields["volunteer"]
        field.queryset = people
        field.label_from_instance = lambda person: person.full_name
        field.choices = [("", field.empty_label), *((one.pk, one.full_name) for one in people[:NAMES_SHOWN])]


class TakeOutForm(forms.Form):
    """Why somebody is taken off."""

    because = forms.CharField(label="Why", max_length=200)


class WalkUpForm(forms.Form):
    """Somebody who came without a booking. A first name is enough."""

    given_name = forms.CharField(
        label="First name", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    family_name = forms.CharField(label="Last name", max_length=60, required=False)
    contact = ContactField(
        label="E-mail or mobile", max_length=254, required=False,
        help_text="Without one, nothing can be sent to them.", widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    age_band = forms.ChoiceField(
        label="Age", choices=Volunteer.AgeBand.choices, initial=Volunteer.AgeBand.ADULT, required=False
    )
    guardian_agrees = forms.BooleanField(label="Under 18: a parent or guardian is here and agrees", required=False)

    def person(self) -> dict[str, Any]:
        """What was written, of a valid form, as `check_in.walk_up` takes it."""
        given = self.cleaned_data
        return {
            "name": (given["given_name"], given["family_name"]),
            "age_band": given["age_band"] or Volunteer.AgeBand.ADULT,
            "guardian_agrees": given["guardian_agrees"],
            **given["contact"],
        }


def bookable() -> Any:
    """Everybody who may take a place, by name."""
    may = RoleGrant.objects.filter(user=OuterRef("user"), role__in=roles_that_may(Permission.BOOK_SESSIONS))
    return (
        Volunteer.objects.present()
        .filter(Exists(may), user__is_active=True)
        .order_by("given_name", "family_name", "pk")
    )


def leads() -> QuerySet[Volunteer, Any]:
    """Adults who may lead."""
    adults: QuerySet[Volunteer, Any] = bookable().filter(age_band=Volunteer.AgeBand.ADULT)
    return adults


def _wards(ward_ids: Collection[int] | None) -> QuerySet[Ward, Any]:
    return Ward.objects.filter(Q() if ward_ids is None else Q(pk__in=ward_ids)).order_by("name", "pk")


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON)


def _is_on_the_clock(moment: datetime) -> bool:
    return moment.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) == moment.replace(tzinfo=None)
