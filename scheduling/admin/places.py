from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from programs.admin import LocationAdmin
from programs.models import Group, Location
from scheduling.actions import republish
from scheduling.models import Session
from staff.models import User

from .bases import CalendarAdmin

admin.site.unregister(Location)


@admin.register(Location)
class ClockedLocationAdmin(CalendarAdmin, LocationAdmin):
    """A place and its clock. Groups meet by the clock on the wall, so another zone moves what has not begun."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not (change and "zone_name" in form.changed_data):
            return
        place, at = form.instance, timezone.now()
        groups = Group.objects.filter(program__location=place)
        today = timezone.localdate(at, place.zone)
        self.say(request, republish(groups, by=cast("User", request.user), at=at, today=today))
        apart = Session.objects.filter(program__location=place, slot=None, starts_at__gt=at).taking_place().count()
        if apart:
            messages.warning(
                request,
                f"{apart} {'session' if apart == 1 else 'sessions'} booked apart from the groups "
                f"{'keeps its' if apart == 1 else 'keep their'} moment, and so another time on the new clock. "
                "Look through them, and book anew what should meet at the old time.",
            )
