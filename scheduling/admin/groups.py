from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from programs.admin import RelatedOnly
from programs.choices import AttendedBy
from programs.fields import BreaksField
from programs.models import Curriculum, Group, GroupLeader, GroupSlot, Posting, Program, Room
from programs.querysets import not_retired
from scheduling.actions import republish
from scheduling.querysets import MODEL_BACKEND
from staff.models import User
from web.admin import DistinctRows, PortalInline

from .bases import CalendarAdmin, StaysInProgram
from .weeks import say_hours


class Slots(DistinctRows):
    distinct = ("weekday", "start", "starts_on")
    twice = "This group has this time from that day twice. Change one of the two."


class SlotForm(forms.ModelForm):
    class Meta:
        model = GroupSlot
        fields: ClassVar[Any] = ["weekday", "start", "end", "breaks", "starts_on", "ends_on"]
        field_classes: ClassVar[Any] = {"breaks": BreaksField}
        help_texts: ClassVar[Any] = {"breaks": "Such as 7:15–7:30 PM; several are separated by a comma."}


class SlotInline(PortalInline):
    model = GroupSlot
    form = SlotForm
    formset = Slots
    fields = ["weekday", "start", "end", "breaks", "starts_on", "ends_on"]
    verbose_name = "weekly time"
    verbose_name_plural = "weekly times"


class Leaders(DistinctRows):
    distinct = ("user", "role", "starts_on")
    twice = "This person leads the group from that day twice. Change one of the two."


class LeaderInline(PortalInline):
    model = GroupLeader
    formset = Leaders
    fields = ["user", "role", "starts_on", "ends_on"]
    verbose_name = "leader"
    verbose_name_plural = "leaders"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def get_formset(self, request: HttpRequest, obj: Group | None = None, **kwargs: Any) -> Any:
        """Offer who works in the program, now or later, and leads sessions; who leads the group already stays."""
        formset = super().get_formset(request, obj, **kwargs)
        field: Any = formset.form.base_fields.get("user")
        if field:
            day = timezone.localdate()
            own = Program.objects.filter(pk=obj.program_id) if obj else Program.objects.directed_by(request.user, day)
            posted = Posting.objects.not_over(day).reaching_any(own)
            leaders = User.objects.with_perm("scheduling.lead_session", include_superusers=False, backend=MODEL_BACKEND)
            here = leaders.filter(pk__in=posted.values("user"))
            kept = GroupLeader.objects.filter(group=obj).values("user") if obj else []
            field.queryset = User.objects.filter(Q(pk__in=here.values("pk")) | Q(pk__in=kept))
        return formset


@admin.register(Group)
class GroupAdmin(CalendarAdmin, StaysInProgram):
    fields = [
        "program", "name", "service", "attended_by", "purpose", "public_label", "curriculum", "room", "capacity",
        "min_size", "retired_on",
    ]  # fmt: skip
    inlines = [SlotInline, LeaderInline]
    list_display = ["name", "program", "service", "room", "capacity", "retired_on"]
    list_filter = [("program", RelatedOnly)]
    list_select_related = ["program", "service", "room"]
    search_fields = ["name", "program__name"]
    nothing_yet = "No group yet. A program's weekly template makes its groups; this page keeps the details of each."
    ordering = ["program__name", "name"]

    def get_form(self, request: HttpRequest, obj: Group | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Offer the rooms of the group's place and what its program may teach; what is retired only where it is."""
        form = super().get_form(request, obj, change=change, **kwargs)
        today = timezone.localdate()
        rooms = Room.objects.set_up_by(request.user, today).select_related("location")
        taught = Curriculum.objects.set_up_by(request.user, today)
        if obj:
            rooms, taught = rooms.filter(location=obj.program.location_id), taught.taught_in(obj.program)
        offered: dict[str, Any] = {"room": rooms, "curriculum": taught}
        for name, rows in offered.items():
            field: Any = form.base_fields.get(name)
            if field:
                kept = Q(pk=getattr(obj, f"{name}_id", None))
                field.queryset = rows.filter(not_retired(today) | kept)
        if "attended_by" in form.base_fields:
            audience: Any = form.base_fields["attended_by"]
            audience.choices = [("", "As its service"), *AttendedBy.choices]
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        at, group = timezone.now(), form.instance
        today = timezone.localdate(at, group.program.location.zone)
        self.say(request, republish([group], by=cast("User", request.user), at=at, today=today))
        say_hours(request, group.program)
