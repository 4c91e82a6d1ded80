from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from audit.actions import record_read
from programs.deputies import holds_in, may_in
from programs.models import Group
from scheduling import rules
from scheduling.cover import STAFF_PROGRAM
from scheduling.filters import GroupFilters
from scheduling.forms import JoinForm, LeaveForm, MemberForm
from scheduling.labels import SEE_THEMES
from scheduling.models import Membership, Session
from scheduling.querysets import groups_for_list
from scheduling.seats import Caps
from scheduling.tables import GroupTable
from web.doors import door
from web.lists import Empty, Listing, list_page
from web.pages import page
from web.refusals import require

ADD_MEMBER = "scheduling.add_member"
HELD = {"may_add": ADD_MEMBER, "may_staff": STAFF_PROGRAM, "themes": SEE_THEMES}

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
    more: dict[str, Any] = {name: holds_in(request.user, asked, row.program) for name, asked in HELD.items()}
    more |= {"cap": Caps(row).on(today), "topics": row.curriculum.topics_on(today) if row.curriculum else []}
    return page(request, "scheduling/group.html", group=row, members=members, sessions=sessions, today=today, **more)


@door(ADD_MEMBER)
def member_add(request: HttpRequest, group_id: int) -> HttpResponse:
    """Choose who joins from when (GET), see what it would do (GET), confirm it (POST)."""
    row = _group_to_fill(request, group_id)
    kind, data = (JoinForm, request.POST) if request.method == "POST" else (MemberForm, request.GET or None)
    form = kind(data, group=row, user=request.user, at=timezone.now())
    if isinstance(form, JoinForm) and form.is_valid() and form.saved(by=request.user):
        messages.success(request, "Added. Rosters and bookings follow these dates.")
        return redirect("group", row.pk)
    record_read(action="membership.previewed", by=request.user, about=row, patients=form.named, record_class="schedule")
    return page(request, "scheduling/member_add.html", form=form, group=row, previews=form.previews)


@door(ADD_MEMBER)
def member_leave(request: HttpRequest, group_id: int, membership_id: int) -> HttpResponse:
    """End a membership: its last day, why, and what that does before it is saved."""
    row = _group_to_fill(request, group_id)
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


def _group_to_fill(request: HttpRequest, group_id: int) -> Group:
    """A group in scope, whose members are the user's to change."""
    groups = Group.objects.visible_to(request.user).select_related("program__location", "service", "room")
    group = get_object_or_404(groups, pk=group_id)
    require(may_in(request.user, ADD_MEMBER, group.program))
    return group
