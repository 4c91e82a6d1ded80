"""What a worklist asks: of which program."""

from collections.abc import Sequence
from typing import Any, Self

from django import forms

from dashboard.worklists import Row, programs_of


class ProgramForm(forms.Form):
    """Narrows a worklist to one program, by its id; the choices are the programs that its rows name."""

    program = forms.TypedChoiceField(label="Program", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, rows: Sequence[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.all_rows = rows
        self.choices = [(program.pk, str(program)) for program in programs_of(rows)]
        self.fields["program"].choices = [("", "All programs"), *self.choices]  # type: ignore[attr-defined]

    @property
    def form(self) -> Self:
        """As the filter bar reads it."""
        return self

    @property
    def is_useful(self) -> bool:
        """Whether there is more than one program to choose from."""
        return len(self.choices) > 1

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the chosen program; all of them where none is chosen, or one that no row names."""
        chosen = self.cleaned_data["program"] if self.is_valid() else None
        return [row for row in self.all_rows if row.program and row.program.pk == chosen] if chosen else self.all_rows
