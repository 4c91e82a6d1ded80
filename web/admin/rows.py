"""The rows below a set-up page: ended or retired and never deleted, each in its table once."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.forms.models import ModelChoiceField, ModelChoiceIterator
from django.http import HttpRequest

from .fields import PlainFields


class SharedChoices(ModelChoiceIterator):
    """The rows of a select, fetched once for all the forms of a formset."""

    def __iter__(self) -> Any:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        shared: list[Any] = self.field.shared  # type: ignore[attr-defined]
        if not shared:
            shared.extend(self.choice(row) for row in self.queryset)
        yield from shared


class KnownRows(BaseInlineFormSet):
    """Rows of the page's own object; one that is not, or no longer, there is refused where Django passes over it."""

    gone = "This row is no longer here. Open the page again and repeat what you changed."

    def clean(self) -> None:
        super().clean()
        for form in self.initial_forms:
            if form.instance.pk is None:
                form.add_error(None, ValidationError(self.gone, code="gone"))


class DistinctRows(KnownRows):
    """Rows that may not be the same in the fields that `distinct` names; two new ones the database alone would see."""

    distinct: tuple[str, ...] = ()
    twice = "This row is here twice. Change one of the two, or leave one empty."

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name each field by its column: a label of its own would stand in every row."""
        super().add_fields(form, index)
        for name, field in form.fields.items():
            field.widget.attrs.setdefault("aria-label", form[name].label)

    def validate_unique(self) -> None:
        """Say it at the row, in our words; where `distinct` is empty, as Django does."""
        if not self.distinct:
            super().validate_unique()
        seen = set()
        for form in self.forms:
            if not (data := getattr(form, "cleaned_data", None)):
                continue  # an extra row left empty, or one that is wrong already
            row = tuple(str(data.get(name) or "").casefold() for name in self.distinct)
            if self.distinct and row in seen:
                form.add_error(self.distinct[0], ValidationError(self.twice, code="twice"))
            seen.add(row)


class PortalInline(PlainFields, admin.TabularInline):
    """Rows of a set-up page: ended or retired, never deleted; a select's rows are fetched once for all of them."""

    formset = DistinctRows
    template = "web/admin_rows.html"
    extra = 0
    can_delete = False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if isinstance(field, ModelChoiceField):
            field.shared, field.iterator = [], SharedChoices  # type: ignore[attr-defined]
            field.widget.choices = field.choices
        return field
