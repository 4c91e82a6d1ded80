from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest

from programs.admin import EverybodysAdmin
from scheduling.marks import DERIVED, SHORT
from scheduling.models import Attendance, AttendanceStatus

HELP = {
    "is_scheduled": "The person was to come, so rates of attendance count the session.",
    "is_attended": "The person was here, for all of it or for a part.",
    "has_minutes": "The minutes that were attended count.",
    "is_absence": "The person was to come and did not.",
    "is_excused": "The absence is one of the excused.",
}
FLAGS: Any = list(HELP)
RELIED_ON = DERIVED | set(SHORT)  # the roll derives them, or offers them as answers of one press


@admin.register(AttendanceStatus)
class AttendanceStatusAdmin(EverybodysAdmin):
    """What can become of somebody's session. The flags of the codes that the portal itself gives are its own."""

    fieldsets = [
        (None, {"fields": ["code", "name", "retired_on"]}),
        (
            "What follows from it",
            {
                "fields": FLAGS,
            },
        ),
    ]
    list_display = ["code", "name", *FLAGS, "retired_on"]
    list_filter = ["is_attended", "is_absence"]
    search_fields = ["code", "name"]
    ordering = ["pk"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """A code stays; the flags of one that the portal relies on stay too, and it is not retired."""
        if not isinstance(obj, AttendanceStatus):
            return []
        return ["code", *FLAGS, "retired_on"] if obj.code in RELIED_ON else ["code"]

    def save_model(self, request: HttpRequest, obj: AttendanceStatus, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        number = Attendance.objects.filter(status=obj).count() if change and set(FLAGS) & set(form.changed_data) else 0
        if number:
            rows = "1 row of attendance has" if number == 1 else f"{number} rows of attendance have"
            messages.warning(request, f"{rows} this status: rates and hours are computed anew by the new flags.")
