"""The fields of the set-up's forms: the browser's own for days and times, and fields that look for rows."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import DateField, TimeField
from django.http import HttpRequest

from web.missing import ask_by_label

NOTHING = "None"
YEARS = range(1900, 2101)
ROW = re.compile(r"[0-9]{1,18}")


class DayInput(forms.DateInput):
    """The browser's own field for a day; no script, and no word about the server's clock."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%H:%M")


class LookUp(AutocompleteSelect):
    """A field that looks for rows while one types; an empty one says what it looks for, and so has a name."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-placeholder": f"Find a {self.field.verbose_name}"}

    def optgroups(self, name: Any, value: Any, attr: Any = None) -> Any:
        """The chosen rows; Django asks the database for whatever was sent, and a word is no number."""
        return super().optgroups(name, [one for one in value if ROW.fullmatch(str(one))], attr)


def of_our_time(day: date) -> None:
    """Refuse a year far from ours: after 9999 for “never” no day can be reckoned."""
    if day.year not in YEARS:
        raise ValidationError(f"{day.year} cannot be meant. Check the year.", code="year")


def name_nothing(field: forms.Field) -> None:
    """Call the empty choice of a field that may stay empty what it is."""
    if field.required:
        return
    if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
        field.empty_label = NOTHING
    elif isinstance(field, forms.TypedChoiceField):
        choices = list(cast("Iterable[tuple[Any, Any]]", field.choices))
        field.choices = [(value, label if value else NOTHING) for value, label in choices]


class PlainFields(admin.options.BaseModelAdmin):
    """Fields as the portal has them: the browser's own for days and times, and no links out of the form."""

    formfield_overrides: ClassVar[Any] = {DateField: {"widget": DayInput}, TimeField: {"widget": TimeInput}}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", LookUp(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.DateField):
            field.validators.append(of_our_time)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if field:
            ask_by_label({db_field.name: field})
            name_nothing(field)
        return field
