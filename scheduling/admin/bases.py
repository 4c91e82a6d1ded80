"""What the set-up pages of this room share: a save that rewrites sessions says what it changed."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from programs.admin import InReachAdmin
from scheduling import conflicts
from scheduling.actions import Report, the_calendar
from scheduling.choices import BookingKind
from web.admin import PortalModelAdmin

SHOWN = 10
MEMBERS = "A member is expected elsewhere at the same time, {}. The worklist of clashes says who."


class CalendarAdmin(PortalModelAdmin):
    """A page whose save changes the calendar, in one transaction under the calendar's lock."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with the_calendar():
            return super().changeform_view(request, object_id, form_url, extra_context)

    def say(self, request: HttpRequest, report: Report) -> None:
        """What changed, and the first clashes there are to settle. Members are counted and not named."""
        messages.info(request, str(report))
        of_members = [clash for clash in report.clashes if clash.wanted.kind == BookingKind.PATIENT]
        others = [clash for clash in report.clashes if clash.wanted.kind != BookingKind.PATIENT]
        for sentence in conflicts.sentences(others[:SHOWN], user=request.user, dated=True):
            messages.warning(request, sentence)
        if of_members:
            times = "once" if len(of_members) == 1 else f"{len(of_members)} times"
            messages.warning(request, MEMBERS.format(times))


class StaysInProgram(InReachAdmin):
    """A page of rows that stay in their program: members, and who may see them, hang on it."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["program"] if obj else []
