from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.actions import record_read
from patients.models import Episode
from programs import policy
from programs.deputies import holds_in, may_in
from scheduling import actions
from scheduling.cover import leadership
from scheduling.forms import FIND, PatientForm, RollForm, SessionForm, plannable
from scheduling.labels import SEE_THEMES
from scheduling.models import Session
from scheduling.rosters import roster
from staff.models import User
from web.doors import door
from web.pages import page
from web.refusals import Stale, require


@door("scheduling.view_schedule")
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One session: when, where, who leads, and its roster."""
    row = get_object_or_404(Session.objects.visible_to(request.user).with_roster(), pk=session_id)
    on_it, today = roster(row), timezone.localdate(timezone=row.program.location.zone)
    leads = leadership(row, book=policy.book(row.program, row.day), user=request.user, today=today)
    record_read(action="session.read", by=request.user, about=row, patients=on_it.patients, record_class="schedule")
    themes = holds_in(request.user, SEE_THEMES, row.program)
    return page(request, "scheduling/session.html", session=row, roster=on_it, leadership=leads, themes=themes)


@door("scheduling.book_session")
def session_new(request: HttpRequest) -> HttpResponse:
    """Book a session for one patient or family; first asked: for whom."""
    asked = PatientForm(request.GET or None, user=request.user)
    if not asked.is_valid():
        return _choose_patient(request, asked)
    episode = asked.cleaned_data["episode"]
    form = SessionForm(request.POST or None, episode=episode, user=request.user, at=timezone.now())
    if form.is_valid() and form.saved(by=request.user):
        return redirect(form.result)
    record_read(
        action="session.planned", by=request.user, about=episode, patients=[episode.patient_id], record_class="schedule"
    )
    return page(request, "scheduling/session_new.html", form=form, episode=episode)


def _choose_patient(request: HttpRequest, asked: PatientForm) -> HttpResponse:
    patients: list[Episode] = list(plannable(request.user))
    ids = [episode.patient_id for episode in patients]
    record_read(action="patients.listed", by=request.user, patients=ids, record_class="schedule")
    return page(request, "scheduling/session_patient.html", form=asked)


@door("scheduling.log_attendance")
def attendance(request: HttpRequest, session_id: int) -> HttpResponse:
    """The roll of a session: who was here, from when to when, and why not."""
    row = get_object_or_404(Session.objects.visible_to(request.user).with_roster(), pk=session_id)
    require(may_in(request.user, "scheduling.log_attendance", row.program))
    undo = request.session.get(f"roll-{row.pk}", ())
    form = RollForm(request.POST or None, session=row, user=request.user, at=timezone.now(), marked_at_once=undo)
    if _roll_saved(request, form):
        request.session[f"roll-{row.pk}"] = form.marked_at_once
        messages.success(request, form.outcome)
        return redirect("attendance", row.pk)
    _roll_read(request, form)
    return page(request, "scheduling/attendance.html", form=form, session=row, roll=form.roll)


@door("scheduling.take_over_session")
@require_POST
def lead(request: HttpRequest, session_id: int) -> HttpResponse:
    """“I am leading this”: one press when a colleague is not there."""
    row = get_object_or_404(Session.objects.visible_to(request.user), pk=session_id)
    require(may_in(request.user, "scheduling.take_over_session", row.program))
    actions.take_over(session=row, by=cast("User", request.user), at=timezone.now())
    messages.success(request, "You lead this session. Who was planned stays on record.")
    return redirect("attendance", row.pk)


def _roll_saved(request: HttpRequest, form: RollForm) -> bool:
    try:
        return form.act != FIND and form.is_valid() and form.saved(by=request.user)
    except Stale:
        _roll_read(request, form)  # the page of two versions names people as well
        raise


def _roll_read(request: HttpRequest, form: RollForm) -> None:
    about = form.roll.session
    record_read(
        action="attendance.read", by=request.user, about=about, patients=form.patients, record_class="attendance"
    )
