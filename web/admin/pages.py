"""The base of every set-up page in the admin: audited, never deleting, and quick with large tables."""

import re
from functools import cached_property
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from audit.actions import record
from audit.models import Event
from web import histories, keys
from web.outside import Outside

from .changes import changed, plain
from .fields import ROW, PlainFields
from .versions import VersionedForm, the_set_up

ONE_TIME_KEY = "one_time_key"
HISTORY = 100
MOST_ROWS = 2000
MOST_WORDS = 8
MOST_LETTERS = 100
OFFERED = re.compile(r"(__(\w*id__)?exact|__isnull)?")  # what a filter's own links add to its name


class ShortCount(Paginator):
    """Pages of a list of set-up rows, counted as far as anybody turns pages and never to the table's end."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:MOST_ROWS].count()


class PortalModelAdmin(Outside, PlainFields, admin.ModelAdmin):
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

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A form that knows the version of its page."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (VersionedForm, form), {})

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        """Show the form the rows below it: they are of one version."""
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        obj.rows_of_page = formsets
        return formsets, inlines

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Save under the lock of the set-up. A second press of an added page leads to what the first made.

        Where somebody saved the same a moment ago, or one person twice, ask the form again: now it says so.
        """
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with the_set_up():
            keys.lead_on(request.POST.get(ONE_TIME_KEY, ""), by=request.user)
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except IntegrityError:
                return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Give the page its version or its one-time key; one that came too late answers 409 with what was typed."""
        form = context["adminform"].form
        form.label_suffix = ""
        if form.instance._state.adding:
            context[ONE_TIME_KEY] = keys.kept(request.POST.get(ONE_TIME_KEY, ""), by=request.user)
        else:
            context["version"] = form.version
        if form.is_stale:
            context |= {"stale": form.overtaken_by(request.user), "errors": None}
        response = super().render_change_form(request, context, *args, **kwargs)
        if form.is_stale:
            response.status_code = 409
        return response

    def get_formset_kwargs(self, *args: Any, **kwargs: Any) -> Any:
        """Labels stand without a colon, as everywhere else."""
        return super().get_formset_kwargs(*args, **kwargs) | {"form_kwargs": {"label_suffix": ""}}

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
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        keys.use_up(request.POST.get(ONE_TIME_KEY, ""), url, by=request.user)

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


def _name(offered: Any) -> str:
    """The name under which one entry of `list_filter` stands in an address."""
    if isinstance(offered, str | tuple):
        return offered if isinstance(offered, str) else offered[0]
    return offered.parameter_name
