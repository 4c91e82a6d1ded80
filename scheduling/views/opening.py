from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from programs.actions.opening import withdraw_below_minimum
from scheduling.forms import BelowMinimumForm
from scheduling.opening import checklist, programs_to_open
from staff.models import User
from web.doors import door
from web.pages import page


@door("programs.staff_program")
def program_opening(request: HttpRequest, program_id: int) -> HttpResponse:
    """Whether a program is fit to open, line by line; POST records that it opens below the minimum."""
    program = get_object_or_404(programs_to_open(request.user), pk=program_id)
    day = timezone.localdate(timezone=program.location.zone)
    form = BelowMinimumForm(request.POST or None, program=program, day=day)
    if request.method == "POST" and form.is_valid() and form.saved(by=request.user):
        messages.success(request, "Recorded. It stands on this page with your name.")
        return redirect("program_opening", program.pk)
    found = checklist(program, day=day, user=request.user)
    return page(request, "scheduling/opening.html", form=form, program=program, checklist=found, day=day)


@door("programs.staff_program")
@require_POST
def program_opening_withdraw(request: HttpRequest, program_id: int) -> HttpResponse:
    """Take the record “opened below the minimum” back."""
    program = get_object_or_404(programs_to_open(request.user), pk=program_id)
    day = timezone.localdate(timezone=program.location.zone)
    withdraw_below_minimum(program, by=cast("User", request.user), day=day)
    messages.success(request, "Withdrawn. The audit trail keeps what it was.")
    return redirect("program_opening", program.pk)
