"""Licenses and accreditations of programs, locations and the provider, with their last day."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from programs.models import Accreditation

from .bases import ReachAdmin, ReachForm, RelatedOnly

SOON = timedelta(days=90)
REACH = "Choose a program or a location. With neither, it is the whole provider’s."


class StateFilter(admin.SimpleListFilter):
    """By what is to be done: in force, ending soon, lapsed, not begun yet."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("valid", "in force today"),
            ("expiring", "ends within 90 days"),
            ("lapsed", "lapsed"),
            ("later", "begins later"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Accreditation]) -> QuerySet[Accreditation]:
        today = timezone.localdate()
        begun = Q(starts_on__lte=today)
        asked = {
            "valid": begun & (Q(ends_on=None) | Q(ends_on__gte=today)),
            "expiring": begun & Q(ends_on__range=(today, today + SOON)),
            "lapsed": Q(ends_on__lt=today),
            "later": Q(starts_on__gt=today),
        }
        return queryset.filter(asked.get(self.value() or "", Q()))


class AccreditationForm(ReachForm):
    class Meta:
        error_messages: ClassVar[Any] = {"body": {"required": "Say who gave it."}}


@admin.register(Accreditation)
class AccreditationAdmin(ReachAdmin):
    form = AccreditationForm
    fieldsets = [
        (None, {"fields": ["program", "location", "body", "number", "starts_on", "ends_on"], "description": REACH})
    ]
    list_display = ["body", "number", "reach", "starts_on", "ends_on", "state"]
    list_filter = [StateFilter, ("program", RelatedOnly), ("location", RelatedOnly)]
    list_select_related = ["program", "location"]
    search_fields = ["body", "number"]
    nothing_yet = "No accreditation yet. Add those of your programs, so that the portal says when one is about to end."
    ordering = [F("ends_on").asc(nulls_last=True), "body", "pk"]

    @admin.display(description="state")
    def state(self, row: Accreditation) -> str:
        """In words, with the day it turns."""
        return row.state_on(timezone.localdate())
