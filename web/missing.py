"""What to enter where nothing was: each required field asks for its own label."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import pretty_name

DJANGOS = str(forms.Field.default_error_messages["required"])
CHOSEN = (forms.ChoiceField, forms.ModelChoiceField, forms.FileField)


def ask_by_label(fields: Mapping[str, forms.Field]) -> None:
    """Let each field say what to enter; one with words of its own keeps them."""
    for name, field in fields.items():
        if str(field.error_messages.get("required")) == DJANGOS:
            field.error_messages["required"] = asked(field, name)


def asked(field: forms.Field, name: str) -> str:
    """The sentence of one field, such as “Enter the name.” or “Choose the location.”"""
    label = str(field.label or pretty_name(name))
    if isinstance(field, forms.BooleanField):
        return "Tick this."
    verb = "Choose" if isinstance(field, CHOSEN) else "Enter"
    return f"{verb} the {_noun(label)}."


def _noun(label: str) -> str:
    """The label inside a sentence; of a span of days “From” is its first and “Until” its last."""
    low = label[:1].lower() + label[1:]
    if low.split()[-1] == "from":
        return "first day"
    return "last day" if low == "until" else low


class AsksByLabel(forms.BaseForm):
    """A form whose empty required fields say what to enter."""

    def full_clean(self) -> Any:
        ask_by_label(self.fields)
        super().full_clean()
