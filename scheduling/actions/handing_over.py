"""Somebody leaves, or goes away for long: what they lead is led by somebody else from a day on."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from audit.actions import record
from patients.models import Episode
from programs import policy
from programs.actions.leaders import pass_on
from programs.choices import LeaderRole
from programs.leading import LeadBook, lead_book
from programs.models import Group
from programs.rules import directs
from scheduling import rules
from scheduling.choices import BookingKind, StaffRole
from scheduling.conflicts import Clash, Diary, Wanted, diary
from scheduling.models import Session, SessionStaff
from scheduling.rules.handing_over import (
    handed_over,
    is_ahead,
    leader_is_free,
    may_lead_there,
    part_of,
    somebody_else,
)
from staff.models import User
from web.refusals import Refusal, require
from web.versions import count_up

from .calendar import rebook, the_calendar
from .publishing import republish


@dataclass
class HandedOver:
    """What changed hands, and what stays, each with why."""

    groups: list[Group] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    staying: list[tuple[Group | Session, Refusal]] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What one hand-over is about."""

    leaver: User
    to: User
    from_day: date
    by: User
    at: datetime
    today: date


def hand_over(
    *,
    leaver: User,
    to: User,
    groups: Collection[Group] = (),
    sessions: Collection[Session] = (),
    from_day: date,
    by: User,
    at: datetime,
    today: date,
) -> HandedOver:
    """Let `to` lead these groups from `from_day` on, and these single sessions, in place of `leaver`.

    A group may be taken over past the end of a license, and a clash of its sessions stands (R-29, R-30); a single
    session stays with `leaver` where `to` may not lead it that day or leads another then. Each that stays says why.
    Days before `today` keep who led.
    """
    change, result = Change(leaver, to, max(from_day, today), by, at, today), HandedOver()
    with the_calendar():
        require(somebody_else(leaver, to))
        locked_groups = list(_locked_groups(groups))
        locked_sessions = list(_locked_sessions(sessions))
        places = {group.program_id for group in locked_groups} | {session.program_id for session in locked_sessions}
        leads = lead_book([to.pk], policy.book(places, today))
        for group in locked_groups:
            _attempt(group, lambda row: _take_group(row, change, leads), result.groups, result)
        _take_sessions(locked_sessions, change, leads, result)
        rebook([session.pk for session in result.sessions], by=by, tolerate=True)
        if result.groups:
            republish(result.groups, by=by, at=at, today=today)
        _record(change, result)
    return result


def _locked_groups(groups: Collection[Group]) -> Collection[Group]:
    rows = Group.objects.filter(pk__in=[group.pk for group in groups]).select_related("program__location", "service")
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def _locked_sessions(sessions: Collection[Session]) -> Collection[Session]:
    rows = Session.objects.filter(pk__in=[session.pk for session in sessions]).for_list()
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def _attempt[Row: (Group, Session)](row: Row, do: Callable[[Row], None], done: list[Row], result: HandedOver) -> None:
    """Do it in a savepoint; what a rule refuses stays."""
    try:
        with transaction.atomic():
            do(row)
    except Refusal as refusal:
        result.staying.append((row, refusal))
    else:
        done.append(row)


def _take_group(group: Group, change: Change, leads: LeadBook) -> None:
    """R-30: the license must carry the part on the first day; what comes after its end needs cover, and says so."""
    require(directs(change.by, group.program, change.today))
    ahead = group.leaders.filter(user=change.leaver).not_over(change.from_day).order_by("starts_on")
    if not ahead:
        raise handed_over()
    for row in ahead:
        day = max(change.from_day, row.starts_on)
        verdict = leads.verdict(change.to.pk, service=group.service, program=group.program, role=row.role, day=day)
        require(may_lead_there(change.to, group.program, day), rules.leader_qualifies(change.to, verdict, field="to"))
    pass_on(group, change.leaver, change.to, change.from_day)


def _take_sessions(sessions: Collection[Session], change: Change, leads: LeadBook, result: HandedOver) -> None:
    times = diary([_wanted(session, change.to) for session in sessions])
    for session in sessions:
        _attempt(session, lambda row: _take_session(row, change, leads, times), result.sessions, result)


def _take_session(session: Session, change: Change, leads: LeadBook, times: Diary) -> None:
    require(directs(change.by, session.program, change.today))
    part = part_of(session, change.leaver)
    if part is None:
        raise handed_over()
    require(is_ahead(session, change.at), may_lead_there(change.to, session.program, session.day))
    if part.role != StaffRole.OBSERVER:
        verdict = leads.verdict(
            change.to.pk, service=session.service, program=session.program, role=LeaderRole(part.role), day=session.day
        )
        wanted = _wanted(session, change.to)
        holder = times.holder(wanted)
        clash = Clash(wanted, holder) if holder is not None and holder != session.pk else None
        require(rules.leader_qualifies(change.to, verdict, field="to"), leader_is_free(clash, change.by))
        times.add(wanted, session.pk)
    _give(session, part, change.to)


def _give(session: Session, part: SessionStaff, to: User) -> None:
    """Write the part over; of two parts of `to` the lead stays."""
    own = part_of(session, to)
    if own is not None and own.role == StaffRole.LEAD:
        part.delete()
    else:
        if own is not None:
            own.delete()
        part.user = to
        part.save(update_fields=["user"])
    count_up(session)
    session.save(update_fields=["version"])


def _wanted(session: Session, to: User) -> Wanted:
    return Wanted(BookingKind.STAFF.value, to.pk, session.starts_at, session.ends_at)


def _record(change: Change, result: HandedOver) -> None:
    if not (result.groups or result.sessions):
        return
    content = {
        "to": change.to.pk,
        "from": str(change.from_day),
        "groups": [group.pk for group in result.groups],
        "sessions": [session.pk for session in result.sessions],
    }
    about = Episode.objects.filter(attendances__session__in=result.sessions)
    record(
        action="sessions.handed_over",
        by=change.by,
        about=change.leaver,
        patients=set(about.values_list("patient_id", flat=True)),
        content=content,
        at=change.at,
    )
