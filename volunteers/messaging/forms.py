"""The form of a wording."""

from typing import Any

from django import forms

from volunteers.messaging import rendering
from volunteers.messaging.kinds import Channel, Kind
from volunteers.messaging.models import Wording
from volunteers.messaging.rendering import WordingError


class WordingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Subject, body and text message of one kind; a placeholder it does not have is refused by name."""

    class Meta:
        model = Wording
        fields = ["subject", "body", "sms"]
        widgets = {"body": forms.Textarea(attrs={"rows": 14}), "sms": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"body": "A blank line begins a paragraph. A link on a line of its own becomes a button."}

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if Channel.SMS not in kind.channels:
            del self.fields["sms"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, text in list(given.items()):
            try:
                rendering.check(self.kind, text)
            except WordingError as error:
                self.add_error(name, str(error))
        if len(rendering.line(given.get("sms", ""), rendering.samples(self.kind))) > rendering.LONGEST_SMS:
            self.add_error("sms", f"With the facts filled in it is longer than {rendering.LONGEST_SMS} letters.")
        return given
