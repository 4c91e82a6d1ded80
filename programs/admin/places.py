from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import get_text_list

from programs import rules
from programs.fields import ZoneField
from programs.models import Group, GroupSlot, Location, Program, Room

from .bases import InReachAdmin, PlacedAdmin, RelatedOnly

MOST_SEATS = 500
NAMED = 5


class LocationForm(forms.ModelForm):
    zone_name = ZoneField(
        label="Time zone", help_text="Groups meet by this clock, also when daylight saving time changes."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("ZoneField", self.fields["zone_name"]).offer(self.instance.zone_name)


@admin.register(Location)
class LocationAdmin(InReachAdmin):
    form = LocationForm
    fields = ["name", "zone_name", "retired_on"]
    list_display = ["name", "zone_name", "retired_on"]
    list_filter = ["zone_name"]
    search_fields = ["name"]
    ordering = ["name"]
    nothing_yet = "No location yet. Add the place where your first program meets."

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new place belongs to nobody's posting yet, so only who is posted everywhere makes one."""
        everywhere = rules.may_reach(request.user, program=None, location=None, day=timezone.localdate()) is None
        return super().has_add_permission(request) and everywhere

    def save_model(self, request: HttpRequest, obj: Location, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "retired_on" in form.changed_data and obj.retired_on:
            programs = Program.objects.active_on(obj.retired_on).filter(location=obj).order_by("name")
            warn(request, "Programs that are still here: {}. Retire each of them as well.", programs)


class RoomForm(forms.ModelForm):
    capacity = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_SEATS,
        help_text="Seats. Leave empty when it does not limit a group.",
    )


@admin.register(Room)
class RoomAdmin(PlacedAdmin):
    form = RoomForm
    fields = ["location", "name", "capacity", "retired_on"]
    list_display = ["name", "location", "capacity", "retired_on"]
    list_filter = [("location", RelatedOnly)]
    list_select_related = ["location"]
    search_fields = ["name", "location__name"]
    ordering = ["location__name", "name"]
    nothing_yet = "No room yet. Add the rooms of a location, so that no two groups are planned into one."

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "retired_on" in form.changed_data and obj.retired_on:
            there = GroupSlot.objects.filter(room=obj).not_over(obj.retired_on).values("group")
            groups = Group.objects.active_on(obj.retired_on).filter(Q(room=obj) | Q(pk__in=there)).order_by("name")
            warn(request, "Groups that still meet here: {}. Choose another room for each.", groups)


def warn(request: HttpRequest, sentence: str, rows: Iterable[Any]) -> None:
    """Name what a retired place or room leaves behind, the first few by name; nothing where nothing is left."""
    names = [str(row) for row in rows]
    if names:
        more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
        messages.warning(request, sentence.format(get_text_list([*names[:NAMED], *more], "and")))
