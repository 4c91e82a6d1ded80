"""The admin's pages of a program where sessions are known: its timetable, its week, its copy."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from programs.admin import ProgramAdmin
from programs.models import Program
from scheduling.actions import move_opening
from staff.models import User

from . import duplicating, timetables, weeks
from .bases import CalendarAdmin
from .openings import DAYS, ProgramForm

ADDED = (
    "{} is added. Next, when its services and people are there: <a href='{}'>its weekly template</a>, "
    "<a href='{}'>leaders and rooms</a>, and what is left until it is <a href='{}'>fit to open</a>."
)

admin.site.unregister(Program)


@admin.register(Program)
class ScheduledProgramAdmin(CalendarAdmin, ProgramAdmin):
    """Programs; saving one's opening or retirement rewrites its sessions."""

    form = ProgramForm
    list_display = ["name", "location", "focus", "level_of_care", "opens_on", "fit_to_open", "retired_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        """Each program with whether one directs it, and so may look at its opening."""
        directed = Program.objects.directed_by(request.user, timezone.localdate()).filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_directed=Exists(directed))

    @admin.display(description="opening")
    def fit_to_open(self, program: Any) -> str:
        if not program.is_directed:
            return ""
        return format_html('<a href="{}">Is it fit to open?</a>', reverse("program_opening", args=[program.pk]))

    def response_add(self, request: HttpRequest, obj: Program, post_url_continue: str | None = None) -> HttpResponse:
        """Lead to the program's own page, and say what comes next there."""
        if {"_popup", "_addanother"} & set(request.POST):
            return super().response_add(request, obj, post_url_continue)
        pages = ["admin:programs_program_template", "program_staffing", "program_opening"]
        messages.success(request, format_html(ADDED, obj, *(reverse(page, args=[obj.pk]) for page in pages)))
        return HttpResponseRedirect(reverse("admin:programs_program_change", args=[obj.pk]))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("import/", wrap(self.import_view), name="programs_program_import"),
            path("<int:object_id>/template/", wrap(self.template_view), name="programs_program_template"),
            path("<int:object_id>/duplicate/", wrap(self.duplicate_view), name="programs_program_duplicate"),
        ]
        return [*own, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        return timetables.import_timetable(self, request)

    def template_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return weeks.week(self, request, object_id)

    def duplicate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return duplicating.duplicate(self, request, object_id)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        if isinstance(form, ProgramForm):
            context |= form.context()
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and DAYS & set(form.changed_data):
            at, program, by = timezone.now(), form.instance, cast("User", request.user)
            today = timezone.localdate(at, program.location.zone)
            was = form.initial["opens_on"]
            self.say(request, move_opening(program=program, was=was, by=by, at=at, today=today))
