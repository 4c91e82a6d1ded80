"""Plain makers of this room's rows. A session comes with its bookings; March 2, 2026 is a Monday."""

from datetime import UTC, date, datetime, time
from typing import Any

from patients.models import Episode
from patients.tests.factories import make_episode
from programs import timetable
from programs.models import Group, GroupSlot, Program
from programs.seeds import seed_lead_rules
from programs.tests.factories import (
    make_group,
    make_leader,
    make_program,
    make_slot,
)
from scheduling.actions import rebook, the_calendar
from scheduling.models import Attendance, AttendanceStatus, Membership, Session, SessionStaff
from scheduling.seeds import seed_attendance_statuses
from staff.choices import Role
from staff.models import Credential, User
from staff.tests.factories import make_credential, make_user

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # 12:00 in New York


def make_weekly_group(
    program: Program | None = None,
    *,
    leader: Any = None,
    weekday: int = 0,
    start: str = "18:00",
    end: str = "19:30",
    **kw: Any,
) -> Group:
    """A group with one weekly slot, a leader and a room of its own unless given."""
    program = program or make_program()
    kw.setdefault("room", None)
    group = make_group(program, **kw)
    make_slot(group, weekday, start, end)
    if leader:
        make_leader(group, leader)
    return group


def make_membership(group: Group, episode: Episode | None = None, starts_on: date = MONDAY, **kw: Any) -> Membership:
    """The row alone; `scheduling.actions.join` also checks and books."""
    episode = episode or make_episode(program=group.program)
    return Membership.objects.create(group=group, episode=episode, starts_on=starts_on, **kw)


def make_session(
    group: Group | None = None,
    *,
    program: Program | None = None,
    day: date = MONDAY,
    start: str = "18:00",
    end: str = "19:30",
    leader: Any = None,
    slot: GroupSlot | None = None,
    **kw: Any,
) -> Session:
    """A session of the group, or of the program for an individual service; times by the clock of the place."""
    if group is None and program is None:
        group = make_group()
    program = program or group.program
    service = kw.pop("service", None) or group.service
    zone = program.location.zone
    starts_at = timetable.moment(day, time.fromisoformat(start), zone)
    ends_at = timetable.moment(day, time.fromisoformat(end), zone)
    with the_calendar():
        session = Session.objects.create(
            program=program,
            group=group,
            slot=slot,
            slot_day=day if slot else None,
            service=service,
            day=day,
            starts_at=starts_at,
            ends_at=ends_at,
            planned_minutes=(ends_at - starts_at).seconds // 60,
            **kw,
        )
        if leader:
            SessionStaff.objects.create(session=session, user=leader)
        rebook([session.pk], tolerate=True)
    return session


def make_attendance(session: Session, episode: Episode, status: str | None = "P", **kw: Any) -> Attendance:
    """A row with a shipped status, or none: expected and not logged."""
    seed_attendance_statuses()
    return Attendance.objects.create(
        session=session,
        episode=episode,
        day=session.day,
        status=AttendanceStatus.objects.get(code=status) if status else None,
        **kw,
    )


def make_license(user: Any, kind: str = "LCSW", **kw: Any) -> Credential:
    """A credential of a shipped type, as the shipped lead matrix reads it (R-30)."""
    seed_lead_rules()
    return make_credential(user, kind, **kw)


def make_clinician(username: str = "rae", role: Role = Role.CLINICIAN, license: str = "LCSW", **kw: Any) -> User:  # noqa: A002
    """Someone who may lead what the license carries."""
    user = make_user(username, role, **kw)
    make_license(user, license)
    return user
