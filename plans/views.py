import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from audit.actions import record_read
from patients.models import Episode
from programs.deputies import may_in
from web.doors import door
from web.pages import page
from web.refusals import require

from . import rules
from .dose import tape
from .forms import EditPlanForm, NewPlanForm
from .models import TreatmentPlan

NUMBER = re.compile(r"[0-9]{1,18}")


@door("plans.view_plan")
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    day = timezone.localdate()
    row = get_object_or_404(TreatmentPlan.objects.visible_to(request.user, day).for_chart(), pk=pk)
    require(may_in(request.user, "plans.view_plan", row.episode.program, day))
    finding = rules.dose_finding(row.episode, row.doses(), day)
    _record_look(request, row.episode, row)
    return page(request, "plans/plan.html", plan=row, day=day, finding=finding, tape=tape(row.doses(), finding))


@door("plans.write_plan")
def new(request: HttpRequest) -> HttpResponse:
    at, day = timezone.now(), timezone.localdate()
    episode = get_object_or_404(Episode.objects.visible_to(request.user, day).for_list(day), pk=_number(request))
    require(may_in(request.user, "plans.write_plan", episode.program, day))
    form = NewPlanForm(request.POST or None, episode=episode, at=at)
    if form.is_valid() and form.saved(by=request.user):
        return redirect(form.result)
    refusal = None if form.is_bound else rules.may_plan(episode)
    _record_look(request, episode)
    return page(request, "plans/new.html", form=form, episode=episode, day=day, refusal=refusal)


@door("plans.write_plan")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    day = timezone.localdate()
    row = get_object_or_404(TreatmentPlan.objects.visible_to(request.user, day).for_chart(), pk=pk)
    require(may_in(request.user, "plans.write_plan", row.episode.program, day))
    form = EditPlanForm(request.POST or None, plan=row, at=timezone.now())
    if form.is_valid() and form.saved(by=request.user):
        return redirect(form.result)
    refusal = None if form.is_bound else rules.may_edit(row)
    _record_look(request, row.episode, row)
    return page(request, "plans/edit.html", form=form, plan=row, episode=row.episode, day=day, refusal=refusal)


def _number(request: HttpRequest) -> int:
    """The episode that the address names; what is no number is 404, as an unknown one is."""
    asked = request.GET.get("episode", "")
    if not NUMBER.fullmatch(asked):
        raise Http404
    return int(asked)


def _record_look(request: HttpRequest, episode: Episode, row: TreatmentPlan | None = None) -> None:
    record_read(
        action="read", by=request.user, about=row or episode, record_class="plan", patients=[episode.patient_id]
    )
