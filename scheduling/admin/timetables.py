"""The admin's page that takes over a timetable file: upload, preview, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from programs import files
from scheduling.actions import Taken
from scheduling.forms.timetables import TakeForm, UploadForm
from web.pages import page

from .bases import CalendarAdmin

SHOWN = 20


def import_timetable(site: CalendarAdmin, request: HttpRequest) -> HttpResponse:
    """Upload, then the preview as often as it is asked for, then the import."""
    if not (site.has_add_permission(request) and site.has_change_permission(request)):
        raise PermissionDenied
    at = timezone.localtime()
    if request.method == "POST" and "text" in request.POST:
        return _take(site, request, at)
    upload = UploadForm(request.POST or None, request.FILES or None, user=request.user, at=at)
    if not upload.is_valid():
        context = extras(site, request, "Import a timetable")
        return page(request, "admin/programs/program/import.html", form=upload, **context)
    initial = {
        "text": files.write(upload.header, upload.rows),
        "location": upload.cleaned_data["location"],
        "program_start": upload.cleaned_data["program_start"],
    }
    return _preview(site, request, TakeForm(initial=initial, user=request.user, at=at))


def _take(site: CalendarAdmin, request: HttpRequest, at: Any) -> HttpResponse:
    confirming = request.POST.get("step") == "confirm"
    form = TakeForm(request.POST, user=request.user, at=at, confirming=confirming)
    if form.is_valid() and confirming and form.saved(by=request.user):
        say_taken(site, request, form.result)
        return HttpResponseRedirect(form.result.url)
    return _preview(site, request, form)


def _preview(site: CalendarAdmin, request: HttpRequest, form: TakeForm) -> HttpResponse:
    form.rehearse()
    context = extras(site, request, "Import a timetable")
    return page(request, "admin/programs/program/import_preview.html", form=form, **context)


def extras(site: CalendarAdmin, request: HttpRequest, title: str) -> dict[str, Any]:
    """What every page of the admin's frame needs."""
    return {**site.admin_site.each_context(request), "title": title, "opts": site.opts}


def say_taken(site: CalendarAdmin, request: HttpRequest, taken: Taken) -> None:
    """What the import did, in counts and sentences, then what it did to the calendar."""
    made, changed = taken.imported.made, taken.imported.changed
    if not made and not changed:
        messages.info(request, "Nothing changed: the programs were so already.")
    for what, sentences in (("made", made), ("changed", changed)):
        if sentences:
            more = f" And {len(sentences) - SHOWN} more." if len(sentences) > SHOWN else ""
            messages.success(request, f"{len(sentences)} {what}: {' '.join(sentences[:SHOWN])}{more}")
    site.say(request, taken.report)
