from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from programs.models import Program
from scheduling.forms import DayForm, StaffingForm
from web.doors import door
from web.pages import page


@door("programs.staff_program")
def program_staffing(request: HttpRequest, program_id: int) -> HttpResponse:
    """Lead, co-lead and room of all groups of a program, from a day on."""
    at = timezone.now()
    rows = Program.objects.directed_by(request.user, timezone.localdate(at)).select_related("location")
    program = get_object_or_404(rows, pk=program_id)
    asked = DayForm(request.GET, program=program, today=timezone.localdate(at, program.location.zone))
    form = StaffingForm(request.POST or None, asked=asked, user=request.user, at=at)
    if not form.is_checking and form.is_valid() and form.saved(by=request.user):
        said = f"Saved. {form.result}" if form.result else "Nothing to save: all of it stood so already."
        messages.success(request, said)
        return redirect(f"{reverse('program_staffing', args=[program.pk])}?day={asked.chosen.isoformat()}")
    status = 422 if asked.errors else None
    return page(request, "scheduling/staffing.html", form=form, asked=asked, program=program, status=status)
