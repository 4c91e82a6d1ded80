"""The admin's page of a program's week: its lines, with a live preview of the hours."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from programs import policy
from programs.models import Program
from programs.previews import hours_of
from scheduling.forms.weeks import WeekForm, preview_of
from web.pages import is_fragment, page

from .bases import CalendarAdmin
from .timetables import extras, say_taken

NEXT = "Next: set <a href='{}'>leaders and rooms</a>, without which the new sessions need cover."
PREVIEW = "admin/programs/program/_week_preview.html"


def week(site: CalendarAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Show the lines; take one more, work out the hours, or save, as the button says."""
    program = directed(site, request, object_id)
    form = WeekForm(request.POST or None, program=program, at=timezone.now())
    step = request.POST.get("step", "")
    if step == "save" and form.is_valid() and form.saved(by=request.user):
        say_taken(site, request, form.result)
        say_hours(request, program)
        if form.result.imported.made:
            page_of_leaders = reverse("program_staffing", args=[program.pk])
            messages.info(request, format_html(NEXT, page_of_leaders))
        return HttpResponseRedirect(request.path)
    if step == "add" or not form.rows:
        form.add_line()
    preview = preview_of(form, book=policy.book(program, form.earliest))
    if is_fragment(request):
        return render(request, PREVIEW, {"preview": preview})
    context = extras(site, request, "Weekly template") | {"program": program, "preview": preview}
    status = 200 if step in {"add", "preview"} else None
    return page(request, "admin/programs/program/week.html", form=form, status=status, saving=step == "save", **context)


def directed(site: CalendarAdmin, request: HttpRequest, object_id: int) -> Program:
    """The program, where the person directs it; 404 outside, 403 without the permission."""
    if not site.has_change_permission(request):
        raise PermissionDenied
    programs = Program.objects.directed_by(request.user, timezone.localdate()).with_lines()
    return get_object_or_404(programs, pk=object_id)


def say_hours(request: HttpRequest, program: Program) -> None:
    """The sentence of the week's hours as they stand after a save; below the minimum is a warning (R-25)."""
    day = timezone.localdate(timezone.now(), program.location.zone)
    saved = Program.objects.with_timetable().get(pk=program.pk)
    hours = hours_of(saved, book=policy.book(saved, day), day=day)
    messages.add_message(
        request, messages.WARNING if hours.is_below else messages.SUCCESS, f"{program}: {' '.join(hours.sentences)}"
    )
