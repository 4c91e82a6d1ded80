from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from programs.admin import ReachAdmin, ReachForm, RelatedOnly
from programs.models import Closure
from scheduling.actions import close_days, undo_closure
from staff.models import User
from web.refusals import Refusal

from .bases import CalendarAdmin


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
