"""The forms of the register's pages: one that asks for a file, and one that asks what a file's columns hold."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms

from canvassing.register import editions, mapping
from canvassing.register.layouts import Change, Kind, Layout, Numbers


class ImportForm(forms.Form):
    """A council's file and what the agent knows of it."""

    file = forms.FileField(
        label="The council's register file",
        help_text="As the council sent it, full or a monthly update, unopened and unchanged: .csv, .tsv, .txt, .xlsx, "
        "or a .zip of these.",
    )
    password = forms.CharField(
        label="Password of the archive", required=False, max_length=200, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}), help_text="Only for a .zip that is locked.",
    )  # fmt: skip
    edition = forms.TypedChoiceField(
        label="Edition", required=False, empty_value=None, coerce=date.fromisoformat,
        help_text="Councils number electors anew every 1 December. Say which edition the file is if you know it.",
        error_messages={"invalid_choice": "No file can have this edition now. Choose one of those in the list."},
    )  # fmt: skip
    layout = forms.ChoiceField(
        label="Layout", required=False, help_text="Only where the file is taken for another than it is."
    )
    council = forms.CharField(
        label="Council", required=False, max_length=60,
        help_text="Only where two councils use the same polling district codes. Write it alike each time.",
    )  # fmt: skip
    accept_losses = forms.BooleanField(
        label="Accept the losses: import it even if many electors would be gone",
        required=False,
        help_text="Otherwise a file that leaves out more than a fifth of a polling district is refused.",
    )

    def __init__(self, *data: Any, today: date, layouts: Iterable[Layout]) -> None:
        super().__init__(*data)
        current = editions.beginning(today)
        said = [editions.next_after(today), current, current.replace(year=current.year - 1)]
        known = [("", "Not sure: the file's own, or the current one")]
        known += [(day.isoformat(), f"From {day:%-d %B %Y}") for day in said]
        self.fields["edition"].choices = known  # type: ignore[attr-defined]
        self.fields["layout"].choices = [("", "Recognised by its header")] + [  # type: ignore[attr-defined]
            (layout.name, layout.title) for layout in layouts
        ]


KINDS = {Kind.FULL: "Everybody of its polling districts", Kind.UPDATE: "Only what changed"}
NUMBERS = {
    Numbers.PARTS: "In columns of their own, or a number alone",
    Numbers.SLASHED: "463/3: suffix behind a slash",
    Numbers.DECIMAL: "463.3: suffix behind a point",
    Numbers.JOINED: "AA-463/3: with the polling district",
}
CHANGES = {Change.ADD: "added", Change.AMEND: "changed", Change.DELETE: "deleted"}


class MappingForm(forms.Form):
    """What each column of a file holds. `mapping` is what it says, once it is valid."""

    name = forms.CharField(
        label="Name of this layout", max_length=mapping.LONGEST_NAME,
        help_text="Files with these headings are recognised from then on.",
    )  # fmt: skip
    kind = forms.ChoiceField(label="What is in the file", choices=list(KINDS.items()))
    numbers = forms.ChoiceField(label="How elector numbers are written", choices=list(NUMBERS.items()))

    def __init__(self, *data: Any, header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> None:
        super().__init__(*data)
        self.header = header
        choices = [("", "Nothing we need"), *mapping.LABELS.items()]
        guesses = mapping.guess(header)
        for place, heading in enumerate(header):
            example = next((cells[place] for cells in rows if len(cells) > place and cells[place].strip()), "")
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading or f"Column {place + 1}", choices=choices, required=False, initial=guesses[place],
                help_text=f"For example: {example[:60]}" if example else "Empty in the first rows." if rows else "",
            )  # fmt: skip
        for change, word in CHANGES.items():
            self.fields[f"code_{change}"] = forms.CharField(
                label=f"Code for “{word}”", required=False, max_length=20,
                help_text="Only in a file of changes; several codes with a comma between.",
            )  # fmt: skip

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """One for each heading of the file, in its order."""
        return [self[f"column_{place}"] for place in range(len(self.header))]

    @property
    def code_fields(self) -> list[forms.BoundField]:
        """What a file of changes writes for each kind of change."""
        return [self[f"code_{change}"] for change in CHANGES]

    @property
    def says_codes(self) -> bool:
        """Whether any code is given, or one is wrong."""
        return any(field.value() or field.errors for field in self.code_fields)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        found = {place: said.get(f"column_{place}", "") for place in range(len(self.header))}
        self.mapping = {
            "name": said.get("name", ""),
            "kind": said.get("kind", ""),
            "numbers": said.get("numbers", ""),
            "columns": self._columns(found),
            "address": [self.header[place] for place, field in found.items() if field == "address"],
            "changes": {
                code.strip(): str(change)
                for change in CHANGES
                for code in said.get(f"code_{change}", "").split(",")
                if code.strip()
            },
            "header": list(self.header),
        }
        if not self.errors:
            try:
                mapping.layout_of(self.mapping)
            except mapping.MappingError as error:
                raise forms.ValidationError(str(error)[:1].upper() + str(error)[1:]) from error
        return said

    def _columns(self, found: dict[int, str]) -> dict[str, str]:
        columns: dict[str, str] = {}
        for place, field in found.items():
            if field in columns:
                self.add_error(f"column_{place}", "Another column is said to hold this already.")
            elif field and field != "address":
                columns[field] = self.header[place]
        return columns
