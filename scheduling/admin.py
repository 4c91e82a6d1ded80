"""Set-up of groups, tracks and closures: saving one rewrites sessions that have not begun, and says what changed."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from programs.admin import InReachAdmin, ReachAdmin, ReachForm, RelatedOnly
from programs.models import Closure, Group, GroupLeader, GroupSlot, Room, Track, TrackPhase
from staff.models import User
from web.admin import PortalModelAdmin
from web.refusals import Refusal

from . import conflicts
from .actions import Report, close_days, republish, the_calendar, undo_closure
from .querysets import MODEL_BACKEND

SHOWN = 10


class CalendarAdmin(PortalModelAdmin):
    """A page whose save changes the calendar, in one transaction under the calendar's lock."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with the_calendar():
            return super().changeform_view(request, object_id, form_url, extra_context)

    def say(self, request: HttpRequest, report: Report) -> None:
        """What changed, and the first clashes there are to settle."""
        messages.info(request, str(report))
        for sentence in conflicts.sentences(report.clashes[:SHOWN], user=request.user, dated=True):
            messages.warning(request, sentence)


class SlotInline(admin.TabularInline):
    model = GroupSlot
    fields = ["weekday", "start", "end", "breaks", "starts_on", "ends_on"]
    extra = 0
    can_delete = False
    verbose_name_plural = "weekly times"


class LeaderInline(admin.TabularInline):
    model = GroupLeader
    fields = ["user", "role", "starts_on", "ends_on"]
    extra = 0
    can_delete = False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.with_perm("scheduling.lead_session", backend=MODEL_BACKEND)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class StaysInProgram(InReachAdmin):
    """A page of rows that stay in their program: members, and who may see them, hang on it."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["program"] if obj else []


@admin.register(Group)
class GroupAdmin(CalendarAdmin, StaysInProgram):
    fields = [
        "program", "name", "service", "attended_by", "purpose", "public_label", "room", "capacity", "min_size",
        "retired_on",
    ]  # fmt: skip
    inlines = [SlotInline, LeaderInline]
    list_display = ["name", "program", "service", "room", "capacity", "retired_on"]
    list_filter = [("program", RelatedOnly)]
    list_select_related = ["program", "service", "room"]
    search_fields = ["name", "program__name"]
    ordering = ["program__name", "name"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Room:
            kwargs["queryset"] = Room.objects.visible_to(request.user, timezone.localdate()).select_related("location")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        at, group = timezone.now(), form.instance
        today = timezone.localdate(at, group.program.location.zone)
        self.say(request, republish([group], by=cast("User", request.user), at=at, today=today))


class PhaseInline(admin.TabularInline):
    model = TrackPhase
    fields = ["group", "first_week", "last_week"]
    extra = 0
    can_delete = False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "group":
            groups = Group.objects.visible_to(request.user, timezone.localdate())
            kwargs["queryset"] = groups.select_related("program").order_by("program__name", "name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Track)
class TrackAdmin(StaysInProgram):
    fields = ["program", "name"]
    inlines = [PhaseInline]
    list_display = ["name", "program"]
    list_filter = [("program", RelatedOnly)]
    list_select_related = ["program"]
    search_fields = ["name", "program__name"]


@admin.register(Closure)
class ClosureAdmin(CalendarAdmin, ReachAdmin):
    form = ReachForm
    fields = ["program", "location", "starts_on", "ends_on", "reason"]
    list_display = ["reason", "starts_on", "ends_on", "program", "location"]
    list_filter = [("program", RelatedOnly), ("location", RelatedOnly)]
    list_select_related = ["program", "location"]
    search_fields = ["reason"]
    ordering = ["-starts_on"]
    actions = ["undo"]

    def save_model(self, request: HttpRequest, obj: Closure, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        at = timezone.now()
        self.say(request, close_days(obj, by=cast("User", request.user), at=at, today=timezone.localdate(at)))

    @admin.action(description="Undo: open these days again", permissions=["change"])
    def undo(self, request: HttpRequest, closures: QuerySet[Closure]) -> None:
        """Restore the sessions each one canceled; one with sessions in the past stays."""
        at = timezone.now()
        for closure in closures.directed_by(request.user, timezone.localdate(at)):  # type: ignore[attr-defined]
            try:
                report = undo_closure(closure, by=cast("User", request.user), at=at, today=timezone.localdate(at))
                self.say(request, report)
            except Refusal as refusal:
                messages.error(request, f"{closure}: {refusal.sentence}")
