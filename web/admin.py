"""The base of every set-up page in the admin: audited, never deleting, and quick with large tables."""

import re
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import DateField, Model, QuerySet, TimeField
from django.forms import BaseForm, BaseInlineFormSet
from django.forms.models import ModelChoiceField, ModelChoiceIterator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from audit.actions import record
from audit.models import Event

from . import histories

HISTORY = 100
MOST_ROWS = 2000
MOST_WORDS = 8
MOST_LETTERS = 100
YEARS = range(1900, 2101)
LONGEST = 500
OFFERED = re.compile(r"(__(\w*id__)?exact|__isnull)?")  # what a filter's own links add to its name
ROW = re.compile(r"[0-9]{1,18}")


class ShortCount(Paginator):
    """Pages of a list of set-up rows, counted as far as anybody turns pages and never to the table's end."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:MOST_ROWS].count()


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
        return field


class PortalModelAdmin(PlainFields, admin.ModelAdmin):
    """An admin page whose every save is an audit event with the old and new values, instead of a LogEntry.

    Name the relations that a list shows in `list_select_related`; a bare one joins everything.
    """

    list_select_related: ClassVar[Any] = ()
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    paginator = ShortCount
    show_facets = admin.ShowFacets.NEVER  # each is a count of its own
    nothing_yet = "Nothing is here yet."

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted here: end it, close it or deactivate it."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the list's filters offer.

        SECURITY: Django lets an address ask for any column, and so guess a password's hash letter by letter.
        """
        offered = [_name(one) for one in self.get_list_filter(request)]
        known = any(lookup.startswith(name) and OFFERED.fullmatch(lookup.removeprefix(name)) for name in offered)
        return known and super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search for the first words only: each word is a condition more, and a database refuses a thousand."""
        words = search_term.replace("\0", "")[:MOST_LETTERS].split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def offered(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of the rows in sight, those that a field which looks for one offers."""
        return rows

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Where somebody saved the same a moment ago, or one person twice, ask the form again: now it says so."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": self.plural, "nothing_yet": self.nothing_yet, **(extra_context or {})}
        return super().changelist_view(request, context)

    @property
    def plural(self) -> str:
        """What the page's rows are called, as a heading."""
        name = str(self.opts.verbose_name_plural)
        return name[:1].upper() + name[1:]

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any) -> Any:
        """Refuse rows that no page can have offered."""
        if not all(ROW.fullmatch(row) for row in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("A chosen row is not a number.")
        return super().response_action(request, queryset, *args, **kwargs)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """What changed, as plain text: one entry for each form, with old and new values by field."""
        rows = [row for formset in formsets or [] for row in formset.forms if row.has_changed()]
        entries = [changed(form), *({**changed(row), "row": plain(str(row.instance))} for row in rows)]
        return [entry for entry in entries if entry["fields"]]

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        self.note(request, obj, "added", message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        self.note(request, obj, "changed", message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        raise PermissionDenied

    def note(self, request: HttpRequest, obj: Model, event: str, message: Any) -> None:
        """Record the event inside the admin's own transaction."""
        if message or event == "added":
            record(action=f"{obj._meta.label_lower}_{event}", by=request.user, about=obj, content={"changes": message})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The object's events in the audit trail, newest first."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        events = Event.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).order_by("-sequence")
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "subtitle": str(obj),
            "opts": self.opts,
            "object": obj,
            "lines": histories.lines(list(events[:HISTORY])),
            "limit": HISTORY,
        }
        return TemplateResponse(request, "web/admin_history.html", context)


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


def _name(offered: Any) -> str:
    """The name under which one entry of `list_filter` stands in an address."""
    if isinstance(offered, str | tuple):
        return offered if isinstance(offered, str) else offered[0]
    return offered.parameter_name


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
