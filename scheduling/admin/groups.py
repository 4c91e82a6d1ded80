from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from programs.admin import RelatedOnly
from programs.models import Group, GroupLeader, GroupSlot, Room
from scheduling.actions import republish
from scheduling.querysets import MODEL_BACKEND
from staff.models import User

from .bases import CalendarAdmin, StaysInProgram


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
