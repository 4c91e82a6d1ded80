from django.contrib import admin

from programs.models import ServiceType

from .bases import EverybodysAdmin


@admin.register(ServiceType)
class ServiceTypeAdmin(EverybodysAdmin):
    fieldsets = [
        (None, {"fields": ["name", "code", "is_group", "attended_by", "retired_on"]}),
        (
            "Hours",
            {
                "fields": [
                    "counts_toward_hours", "counts_only_with_purpose", "starts_treatment",
                    "counts_for_idle_days", "expected",
                ]
            },
        ),
        ("Notes and leaders", {"fields": ["needs_note", "needs_leader", "lead_row"]}),
        ("Size", {"fields": ["cap_class", "needs_group_min"]}),
    ]  # fmt: skip
    list_display = ["name", "is_group", "counts_toward_hours", "needs_note", "expected", "cap_class", "retired_on"]
    list_filter = ["is_group", "counts_toward_hours", "attended_by"]
    search_fields = ["name", "code"]
