"""One field for an e-mail address or a mobile number: people write what they have."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from volunteers.people.accounts import mobile


class ContactField(forms.CharField):
    """Cleaned to `{"email": …, "phone": …}` with one of them filled, or neither where nothing need be written."""

    def clean(self, value: Any) -> dict[str, str]:
        text = super().clean(value)
        if "@" in text:
            try:
                validate_email(text)
            except ValidationError:
                raise ValidationError("This e-mail address is not complete. Look at it once more.") from None
            return {"email": text.lower(), "phone": ""}
        phone = mobile(text) if text else ""
        if text and not phone:
            raise ValidationError("This is neither an e-mail address nor a mobile number. One of them is enough.")
        return {"email": "", "phone": phone}
