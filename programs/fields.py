"""Form fields of the room's own texts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .breaks import read_breaks, say_breaks, write_breaks


class BreaksField(forms.CharField):
    """Breaks as people read and type them; what is saved is how files write them."""

    def prepare_value(self, value: Any) -> Any:
        return breaks_in_words(value or "")

    def to_python(self, value: Any) -> str:
        try:
            return write_breaks(read_breaks(super().to_python(value) or ""))
        except ValueError as error:
            raise ValidationError(str(error), code="breaks") from error


def breaks_in_words(text: str) -> str:
    """Breaks as people read them; what is none stays as it was typed."""
    try:
        return say_breaks(read_breaks(text))
    except ValueError:
        return text


def breaks_as_kept(text: str) -> str:
    """Breaks as files write them; what is none stays as it was typed."""
    try:
        return write_breaks(read_breaks(text))
    except ValueError:
        return text
