"""What a form changed, as the audit trail keeps it."""

from typing import Any

from django.db.models import Model
from django.forms import BaseForm

LONGEST = 500


def changed(form: BaseForm) -> dict[str, Any]:
    """The changed fields of one form: name to old and new text."""
    return {
        "of": str(getattr(getattr(form, "instance", None), "_meta", "")),
        "fields": {
            name: {
                "old": plain(form.get_initial_for_field(form.fields[name], name)),
                "new": plain(form.cleaned_data.get(name)),
            }
            for name in form.changed_data
        },
    }


def plain(value: Any) -> str:
    """A value of a form as text; rows by their keys."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        return ", ".join(plain(one) for one in value)
    return str(value)[:LONGEST]
