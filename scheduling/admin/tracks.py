from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from programs.admin import RelatedOnly
from programs.models import Group, Track, TrackPhase

from .bases import StaysInProgram


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
