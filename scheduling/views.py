from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.actions import record_read
from patients.models import Episode
from programs.models import Group
from staff.models import User
from web.doors import door
from web.lists import Empty, Listing, list_page
from web.pages import page
from web.refusals import Stale

from . import actions, rules
from .filters import GroupFilters
from .forms import FIND, JoinForm, LeaveForm, MemberForm, PatientForm, RollForm, SessionForm, plannable
from .models import Membership, Session
from .querysets import groups_for_list
from .rosters import roster
from .seats import Caps
from .tables import GroupTable

NO_GROUPS = Empty(
    "No group is in your programs.",
    "Groups are set up by the program director. You see those of the programs where you are posted.",
)


@door("scheduling.view_schedule")
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of the programs in scope."""
    listing = Listing(
        title="Groups",
        lede="When each group meets, who leads it, and how many are in it today.",
        rows=groups_for_list(request.user, timezone.localdate()),
        table=GroupTable,
        filters=GroupFilters,
        nothing_yet=NO_GROUPS,
        template="scheduling/groups.html",
    )
    return list_page(request, listing)


@door("scheduling.view_schedule")
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """One group: its weekly times, leaders, members with their dates, and the next sessions."""
    today = timezone.localdate()
    row = get_object_or_404(groups_for_list(request.user, today), pk=group_id)
    members = list(Membership.objects.filter(group=row).touching(today, None).for_roster())
    sessions = Session.objects.filter(group=row).on_days(today).for_list()[:8]
    patients = [member.episode.patient_id for member in members]
    record_read(action="group.read", by=request.user, about=row, patients=patients, record_class="schedule")
    cap = Caps(row).on(today)
    return page(request, "scheduling/group.html", group=row, members=members, sessions=sessions, cap=cap, today=today)


@door("scheduling.add_member")
def member_add(request: HttpRequest, group_id: int) -> HttpResponse:
    """Choose who joins from when (GET), see what it would do (GET), confirm it (POST)."""
    row = get_object_or_404(_groups(request), pk=group_id)
    kind, data = (JoinForm, request.POST) if request.method == "POST" else (MemberForm, request.GET or None)
    form = kind(data, group=row, user=request.user, at=timezone.now())
    if isinstance(form, JoinForm) and form.is_valid() and form.saved(by=request.user):
        messages.success(request, "Added. Rosters and bookings follow these dates.")
        return redirect("group", row.pk)
    record_read(action="membership.previewed", by=request.user, about=row, patients=form.named, record_class="schedule")
    return page(request, "scheduling/member_add.html", form=form, group=row, previews=form.previews)


@door("scheduling.add_member")
def member_leave(request: HttpRequest, group_id: int, membership_id: int) -> HttpResponse:
    """End a membership: its last day, why, and what that does before it is saved."""
    row = get_object_or_404(_groups(request), pk=group_id)
    member = _member(request, row, membership_id)
    form = LeaveForm(request.POST or None, membership=member, at=timezone.now())
    if not form.is_looking and form.is_valid() and form.saved(by=request.user):
        messages.success(request, "Saved. Rosters and bookings follow from it.")
        return redirect("group", row.pk)
    patients = [member.episode.patient_id]
    record_read(action="membership.previewed", by=request.user, about=row, patients=patients, record_class="schedule")
    return page(request, "scheduling/member_leave.html", form=form, group=row, member=member)


def _member(request: HttpRequest, group: Group, membership_id: int) -> Membership:
    """A membership of this group. Whoever sends the page of one that is gone learns that somebody took it back."""
    if request.method == "POST" and not Membership.objects.filter(pk=membership_id).exists():
        raise rules.taken_back(group)
    return get_object_or_404(group.memberships.for_roster(), pk=membership_id)


@door("scheduling.view_schedule")
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One session: when, where, who leads, and its roster."""
    row = get_object_or_404(Session.objects.visible_to(request.user).with_roster(), pk=session_id)
    on_it = roster(row)
    record_read(action="session.read", by=request.user, about=row, patients=on_it.patients, record_class="schedule")
    return page(request, "scheduling/session.html", session=row, roster=on_it)


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


def _groups(request: HttpRequest) -> QuerySet[Group]:
    return Group.objects.visible_to(request.user).select_related("program__location", "service", "room")


@door("scheduling.log_attendance")
def attendance(request: HttpRequest, session_id: int) -> HttpResponse:
    """The roll of a session: who was here, from when to when, and why not."""
    row = get_object_or_404(Session.objects.visible_to(request.user).with_roster(), pk=session_id)
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
