"""What somebody opens first: the own sessions of today, who is expected, and what is not logged yet."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from patients.models import Patient
from programs.deputies import holds_in
from programs.models import Location
from scheduling.choices import StaffRole
from scheduling.models import Session
from scheduling.rosters import Roster, roster
from staff.models import User

from .worklists import Row
from .worklists.licenses import own as own_licenses
from .worklists.sessions import not_logged_for, own_needs_cover

MOST, MOST_DUE = 50, 3
MANAGE = "scheduling.manage_schedule"


@dataclass(frozen=True)
class Entry:
    """One session of the day with who is expected; `is_over` and `is_next` place it against the clock."""

    session: Session
    roster: Roster
    is_mine: bool
    is_over: bool
    is_next: bool


@dataclass(frozen=True)
class Today:
    """The day of one person. `mine` is empty for who leads nothing today; `others` are the rest of the scope.

    `due` are the first few warnings about the own license and the own sessions that need cover (R-30, R-31).
    `charts` are the patients named whose chart is in scope: a leader sees the roster of another program's session only.
    """

    day: date
    mine: list[Entry]
    others: list[Entry]
    not_logged: list[Session]
    due: list[Row]
    charts: set[int]

    @property
    def patients(self) -> set[int]:
        """Everybody it names, for the audit trail."""
        return {patient for entry in [*self.mine, *self.others] for patient in entry.roster.patients}

    @property
    def next_entry(self) -> Entry | None:
        return next((entry for entry in self.mine if entry.is_next), None)

    @property
    def expected(self) -> int:
        return len({row.episode.patient_id for entry in self.mine for row in entry.roster.rows})


def today_of(user: User, *, at: datetime) -> Today:
    """The day of `user` as of `at`, by the clock of each session's location; the same queries for any number."""
    visible = Session.objects.visible_to(user)
    rows = list(visible.filter(_today_everywhere(at)).taking_place().with_roster().order_by("starts_at", "pk")[:MOST])
    mine = [session for session in rows if _leads(session, user)]
    others = [session for session in rows if session not in mine and holds_in(user, MANAGE, session.program_id)]
    mine_now, others_now = _entries(mine, at, is_mine=True), _entries(others, at, is_mine=False)
    named = {patient for entry in mine_now for patient in entry.roster.patients}
    return Today(
        day=at.astimezone(rows[0].program.location.zone).date() if rows else _local_day(user, at),
        mine=mine_now,
        others=others_now,
        not_logged=list(not_logged_for(user, at=at)[:MOST]),
        due=[*own_licenses(user, at), *own_needs_cover(user, at)][:MOST_DUE],
        charts=set(Patient.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True)),
    )


def _entries(sessions: list[Session], at: datetime, *, is_mine: bool) -> list[Entry]:
    ahead = next((session for session in sessions if session.ends_at > at), None)
    return [
        Entry(session, roster(session), is_mine, is_over=session.ends_at <= at, is_next=session is ahead)
        for session in sessions
    ]


def _leads(session: Session, user: User) -> bool:
    return any(part.user_id == user.pk and part.role != StaffRole.DID_NOT_LEAD for part in session.staff.all())


def _today_everywhere(at: datetime) -> Q:
    """Sessions of today, where today is the day on the wall of their location."""
    zones = {location.zone_name: location for location in Location.objects.all()}
    days = Q(pk=None)
    for zone_name, location in zones.items():
        days |= Q(program__location__zone_name=zone_name, day=at.astimezone(location.zone).date())
    return days


def _local_day(user: User, at: datetime) -> date:
    place = Location.objects.visible_to(user).first()
    return at.astimezone(place.zone if place else None).date()
