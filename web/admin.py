"""The base of every set-up page in the admin: audited, never deleting, and quick with large tables."""

import re
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from audit.actions import record
from audit.models import Event

HISTORY = 100
LONGEST = 500
OFFERED = re.compile(r"(__(\w*id__)?exact|__isnull)?")  # what a filter's own links add to its name
ROW = re.compile(r"[0-9]{1,18}")


class PortalModelAdmin(admin.ModelAdmin):
    """An admin page whose every save is an audit event with the old and new values, instead of a LogEntry.

    Name the relations that a list shows in `list_select_related`; a bare one joins everything.
    """

    list_select_related: ClassVar[Any] = ()
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50

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

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any) -> Any:
        """Refuse rows that no page can have offered."""
        if not all(ROW.fullmatch(row) for row in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("A chosen row is not a number.")
        return super().response_action(request, queryset, *args, **kwargs)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """What changed, as plain text: one entry for each form, with old and new values by field."""
        forms = [form, *(row for formset in formsets or [] for row in formset.forms if row.has_changed())]
        return [entry for entry in map(changed, forms) if entry["fields"]]

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
        obj = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        events = Event.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).order_by("-sequence")
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "subtitle": None,
            "opts": self.opts,
            "object": obj,
            "events": events[:HISTORY],
            "limit": HISTORY,
        }
        return TemplateResponse(request, "web/admin_history.html", context)


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
