from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from web.doors import door
from web.pages import page

from . import policy, rules
from .forms import DayForm
from .models import Program


@require_safe
@door("programs.read_policy")
def program_policy(request: HttpRequest, program_id: int) -> HttpResponse:
    """Every value in force for a program on a day, where it comes from, and what changes later."""
    visible = Program.objects.visible_to(request.user).select_related("location")
    program = get_object_or_404(visible, pk=program_id)
    today = timezone.localdate(timezone=program.location.zone)
    form = DayForm(request.GET, today=today)
    may_set = request.user.has_perm("programs.add_policyvalue") and not rules.directs(request.user, program, today)
    sheet = policy.sheet(program, form.chosen)
    return page(request, "programs/policy.html", form=form, program=program, sheet=sheet, may_set=may_set)
