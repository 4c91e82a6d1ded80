from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from programs.models import Group, ServiceType

from .bases import EverybodysAdmin

# A flag of this list decides about minutes or about what a day or an absence is.
CHANGES_HOURS = {
    "counts_toward_hours", "counts_only_with_purpose", "starts_treatment", "counts_for_idle_days", "expected",
    "attended_by",
}  # fmt: skip


@admin.register(ServiceType)
class ServiceTypeAdmin(EverybodysAdmin):
    """Kinds of service. Their flags are data; what a change touches is said when it is saved."""

    fieldsets = [
        (None, {"fields": ["name", "code", "is_group", "attended_by", "retired_on"]}),
        (
            "Hours",
            {
                "description": "What its minutes and days count for, in every program that gives it.",
                "fields": [
                    "counts_toward_hours", "counts_only_with_purpose", "starts_treatment",
                    "counts_for_idle_days", "expected",
                ],
            },
        ),
        (
            "Notes and leaders",
            {
                "description": "What is written of it, and whose credential may lead it.",
                "fields": ["needs_note", "needs_leader", "lead_row"],
            },
        ),
        ("Size", {"description": "Of services given in groups.", "fields": ["cap_class", "needs_group_min"]}),
    ]  # fmt: skip
    help_texts = {
        "is_group": "A group has a weekly time and members; anything else is booked for one patient.",
        "attended_by": "Who is in the room. A family-only service books no patient and gives no minutes (R-29, R-39).",
        "needs_note": "What has to be written after it: nothing, one shared note, or one for each patient (R-49).",
        "needs_leader": "Off for what runs by itself, such as a 12-step meeting. On: R-30 asks for a credential.",
        "lead_row": "Which row of the lead matrix says who may lead it (R-30).",
        "cap_class": "Which cap of the policy limits its groups (R-26, R-27).",
        "expected": "An optional session makes no absence (R-46).",
    }
    list_display = [
        "name", "is_group", "counts_toward_hours", "starts_treatment", "needs_note", "needs_leader", "expected",
        "cap_class", "retired_on",
    ]  # fmt: skip
    list_filter = ["is_group", "counts_toward_hours", "needs_leader", "expected", "attended_by", "lead_row"]
    search_fields = ["name", "code"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.help_texts:
            kwargs["help_text"] = self.help_texts[db_field.name]
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ServiceType, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and CHANGES_HOURS & set(form.changed_data):
            self._warn(request, obj)
        if change and {"lead_row", "needs_leader"} & set(form.changed_data):
            grid = reverse("admin:programs_leadrule_changelist")
            text = 'Who may lead it is now another row of the <a href="{}">lead matrix</a>: look at its leaders.'
            messages.info(request, format_html(text, grid))

    def _warn(self, request: HttpRequest, service: ServiceType) -> None:
        groups = Group.objects.filter(service=service).active_on(timezone.localdate())
        number = groups.count()
        if number:
            programs = groups.order_by().values("program").distinct().count()
            messages.warning(
                request,
                f"{service} is given in {_count(number, 'group')} of {_count(programs, 'program')}: their hours, also "
                "of weeks gone by, are computed anew by the new flags.",
            )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
