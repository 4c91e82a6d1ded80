"""Form fields of the room's own texts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .breaks import read_breaks, say_breaks, write_breaks

NO_ZONE = ("", "Choose")
ZONES = [
    ("America/New_York", "Eastern: New York"),
    ("America/Chicago", "Central: Chicago"),
    ("America/Denver", "Mountain: Denver"),
    ("America/Phoenix", "Mountain without daylight saving time: Phoenix"),
    ("America/Los_Angeles", "Pacific: Los Angeles"),
    ("America/Anchorage", "Alaska: Anchorage"),
    ("America/Adak", "Aleutian Islands: Adak"),
    ("Pacific/Honolulu", "Hawaii: Honolulu"),
    ("America/Puerto_Rico", "Puerto Rico and Virgin Islands: San Juan"),
    ("Pacific/Guam", "Guam and Northern Marianas: Guam"),
    ("Pacific/Pago_Pago", "American Samoa: Pago Pago"),
]


class ZoneField(forms.ChoiceField):
    """A time zone of the United States, by the clock people know."""

    def __init__(self, **kwargs: Any) -> None:
        said = {
            "required": "Choose the time zone.",
            "invalid_choice": "“%(value)s” is not one of these clocks. Choose one of the list.",
        }
        super().__init__(choices=[NO_ZONE, *ZONES], error_messages=said, **kwargs)

    def offer(self, name: str) -> None:
        """Offer one more zone: that of a row which has another."""
        if name and name not in dict(ZONES):
            self.choices = [NO_ZONE, *ZONES, (name, name)]


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
