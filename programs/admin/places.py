from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from programs import rules
from programs.models import Location, Room

from .bases import InReachAdmin, PlacedAdmin, RelatedOnly


@admin.register(Location)
class LocationAdmin(InReachAdmin):
    fields = ["name", "zone_name", "retired_on"]
    list_display = ["name", "zone_name", "retired_on"]
    list_filter = ["zone_name"]
    search_fields = ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new place belongs to nobody's posting yet, so only who is posted everywhere makes one."""
        everywhere = rules.may_reach(request.user, program=None, location=None, day=timezone.localdate()) is None
        return super().has_add_permission(request) and everywhere


@admin.register(Room)
class RoomAdmin(PlacedAdmin):
    fields = ["location", "name", "capacity", "retired_on"]
    list_display = ["name", "location", "capacity", "retired_on"]
    list_filter = [("location", RelatedOnly)]
    list_select_related = ["location"]
    search_fields = ["name", "location__name"]
    ordering = ["location__name", "name"]
