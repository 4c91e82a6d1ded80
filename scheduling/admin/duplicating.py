"""The admin's page that makes a program after another."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from scheduling.actions.timetables import program_url
from scheduling.forms.duplicating import DuplicateForm
from web.pages import page

from .bases import CalendarAdmin
from .timetables import extras
from .weeks import directed, say_hours

NEXT = "{} is made. Next: set its leaders and rooms, look at its policy, and see whether it is fit to open."


def duplicate(site: CalendarAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Ask, preview, make."""
    if not site.has_add_permission(request):
        raise PermissionDenied
    source = directed(site, request, object_id)
    confirming = request.POST.get("step") == "confirm"
    form = DuplicateForm(
        request.POST or None, source=source, user=request.user, at=timezone.now(), confirming=confirming
    )
    if confirming and form.is_valid() and form.saved(by=request.user):
        made, report = form.result
        messages.success(request, NEXT.format(made.program))
        say_hours(request, made.program)
        site.say(request, report)
        return HttpResponseRedirect(program_url(made.program))
    context = extras(site, request, "Duplicate") | {"program": source}
    return page(request, "admin/programs/program/duplicate.html", form=form, **context)
