from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from staff.models import Supervision, User
from web.doors import SIGNED_IN, door
from web.pages import is_fragment, page

from . import licenses, policy, rules
from .forms import PolicyForm
from .models import Program


@require_safe
@door("programs.read_policy")
def program_policy(request: HttpRequest, program_id: int) -> HttpResponse:
    """Every value in force for a program on a day, where it comes from, and what changes later."""
    visible = Program.objects.visible_to(request.user).select_related("location")
    program = get_object_or_404(visible, pk=program_id)
    today = timezone.localdate(timezone=program.location.zone)
    form = PolicyForm(request.GET, today=today)
    directs = request.user.has_perm("programs.add_policyvalue") and not rules.directs(request.user, program, today)
    may_set = directs and program.is_active_on(today)
    sheet = policy.sheet(program, form.chosen)
    shown = form.narrow(sheet)
    return page(request, "programs/policy.html", form=form, program=program, sheet=sheet, shown=shown, may_set=may_set)


@require_safe
@door(SIGNED_IN)
def own_licenses(request: HttpRequest) -> HttpResponse:
    """One's own licenses as they stand today, and who supervises one; also a part of the account page (R-31)."""
    day, me = timezone.localdate(), cast("User", request.user)
    held = licenses.licenses([me.pk], day=day, book=policy.book([], day))
    supervision = Supervision.objects.of([me.pk]).active_on(day).select_related("supervisor")
    name = "_own_licenses" if is_fragment(request) else "own_licenses"
    return page(request, f"programs/{name}.html", licenses=held, supervision=supervision)
