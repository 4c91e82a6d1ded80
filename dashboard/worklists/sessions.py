"""The lists about sessions: nobody may lead them, leaders away, clashes that stand, and no log yet."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from programs.deputies import holds_in, programs_where
from programs.models import Program
from scheduling import clashes, cover
from scheduling.actions import AHEAD
from scheduling.cover import Uncovered
from scheduling.labels import session_label
from scheduling.models import Session, SessionStaff
from scheduling.querysets import SessionQuerySet
from staff.models import User

from .frame import Row

LOOK_BACK = timedelta(days=14)
SOON = timedelta(days=14)
MOST_PAST = 500
type Series = tuple[int | None, int | None]
MANAGE, LOG, STAFF = "scheduling.manage_schedule", "scheduling.log_attendance", "programs.staff_program"


def own_or_all(user: User, at: datetime) -> SessionQuerySet:
    """The sessions of the programs whose schedule somebody manages, and those in scope that they lead or co-lead."""
    visible, managed = Session.objects.visible_to(user), programs_where(user, MANAGE, timezone.localdate(at))
    return visible.filter(Q(program__in=managed.values("pk")) | Exists(_parts(user)))


def own(user: User) -> SessionQuerySet:
    """The sessions somebody is to lead or co-lead."""
    return _led_by(Session.objects.all(), user)


def not_logged_for(user: User, *, at: datetime) -> SessionQuerySet:
    """Past sessions of the last two weeks whose attendance was never saved, the oldest first."""
    waiting = own_or_all(user, at).not_logged(at).filter(starts_at__gt=at - LOOK_BACK)
    return waiting.for_list().order_by("starts_at", "pk")


def not_logged(user: User, at: datetime) -> list[Row]:
    return [
        Row(
            what=f"{session_label(session, user)}, {_day(session.day)}",
            where=f"{session.program}, {session.span}",
            why=f"It is over and nobody has said who was there. {_led(session)}",
            chip=_day(session.day),
            url=reverse("attendance", args=[session.pk]) if may_log else session.get_absolute_url(),
            label="Log attendance" if may_log else "Open the session",
            program=session.program,
        )
        for session in not_logged_for(user, at=at)[:MOST_PAST]
        for may_log in [holds_in(user, LOG, session.program_id)]
    ]


def needs_cover(user: User, at: datetime) -> list[Row]:
    """R-30, R-31: sessions of twelve weeks that nobody leads who may; those of one group and reason are one row."""
    today = timezone.localdate(at)
    return _uncovered(cover.needs_cover(_ahead(own_or_all(user, at), at).for_long_list(), today=today), user, today)


def own_needs_cover(user: User, at: datetime) -> list[Row]:
    """The same for what somebody leads, whatever they manage besides."""
    today = timezone.localdate(at)
    return _uncovered(cover.needs_cover(_ahead(own(user), at).for_list(), today=today), user, today)


def time_away(user: User, at: datetime) -> list[Row]:
    """Sessions whose leader is away and for which nobody else is set; one row for each person, time and program."""
    today = timezone.localdate(at)
    together: dict[tuple[int, tuple[str, ...]], list[Session]] = defaultdict(list)
    sessions = _ahead(own_or_all(user, at).with_leader_away(), at).for_list()
    for item in cover.away_without_cover(sessions, today=today):
        together[item.session.program_id, item.reasons].append(item.session)
    directed = _directed(user, today)
    return [
        _row(
            missing,
            user,
            today,
            directed,
            what=" ".join(reasons).removesuffix("."),
            why=f"Nobody else is set for {_titles(missing, user)}.",
        )
        for (_, reasons), missing in together.items()
    ]


def standing_clashes(user: User, at: datetime) -> list[Row]:
    """R-29: sessions that wait for a room, leader or patient another session has; one row for a group and a reason."""
    together: dict[tuple[Series, str], list[clashes.Standing]] = defaultdict(list)
    for item in clashes.standing(_ahead(own_or_all(user, at).waiting(), at).for_list(), user=user):
        together[_series(item.session), item.sentence].append(item)
    today = timezone.localdate(at)
    directed = _directed(user, today)
    return [
        _row(
            [item.session for item in items],
            user,
            today,
            directed,
            why=items[0].sentence,
            rule="R-29",
            patients=tuple({patient for item in items for patient in item.patients}),
        )
        for items in together.values()
    ]


def _ahead(sessions: SessionQuerySet, at: datetime) -> SessionQuerySet:
    """What takes place in the next twelve weeks and is not over, in order."""
    return sessions.taking_place().filter(ends_at__gt=at, starts_at__lt=at + AHEAD).order_by("starts_at", "pk")


def _led_by(sessions: SessionQuerySet, user: User) -> SessionQuerySet:
    return sessions.filter(Exists(_parts(user)))


def _parts(user: User) -> QuerySet[SessionStaff]:
    return SessionStaff.objects.filter(session=OuterRef("pk"), user=user, role__in=cover.LEADING)


def _uncovered(found: Iterable[Uncovered], user: User, today: date) -> list[Row]:
    """One row for each group (or single session) and reason, in the order of its first session."""
    together: dict[tuple[Series, tuple[str, ...]], list[Session]] = defaultdict(list)
    for item in found:
        together[_series(item.session), item.reasons].append(item.session)
    directed = _directed(user, today)
    return [
        _row(sessions, user, today, directed, why=" ".join(reasons), rule="R-30")
        for (_, reasons), sessions in together.items()
    ]


def _series(session: Session) -> Series:
    """The same for all sessions of a group; a single session is its own."""
    return session.group_id, None if session.group_id else session.pk


def _row(
    sessions: Sequence[Session], user: User, today: date, directed: Collection[int], *, what: str = "", **fields: Any
) -> Row:
    """A row for sessions of one program; whoever sets its leaders is led there, everybody else to the first of them."""
    first = sessions[0]
    may_staff = first.program_id in directed and any(session.group_id for session in sessions)
    return Row(
        what=what or f"{session_label(first, user)}, {_how_many(sessions)}",
        where=f"{first.program}, {first.program.location}",
        chip=_day(first.day),
        kind=_kind(first.day, today),
        url=_staffing(first) if may_staff else first.get_absolute_url(),
        label="Set leaders and rooms" if may_staff else "Open the session",
        program=first.program,
        **fields,
    )


def _staffing(session: Session) -> str:
    """The page that sets the program's leaders and rooms, from the session's day on."""
    return f"{reverse('program_staffing', args=[session.program_id])}?day={session.day:%Y-%m-%d}"


def _titles(sessions: Sequence[Session], user: User) -> str:
    """“3 sessions: Family session, Skills (2)”; of one, its name and time."""
    if len(sessions) == 1:
        return f"{session_label(sessions[0], user)}, {_how_many(sessions)}"
    counted = Counter(session_label(session, user) for session in sessions)
    names = ", ".join(f"{name} ({number})" if number > 1 else name for name, number in counted.items())
    return f"{len(sessions)} sessions: {names}"


def _directed(user: User, today: date) -> set[int]:
    """The programs whose leaders the user may set."""
    if not user.has_perm(STAFF):
        return set()
    return set(Program.objects.directed_by(user, today).values_list("pk", flat=True))


def _how_many(sessions: Sequence[Session]) -> str:
    if len(sessions) == 1:
        return f"{_day(sessions[0].day)}, {sessions[0].span}"
    return f"{len(sessions)} sessions from {date_format(sessions[0].day, 'M j')}"


def _led(session: Session) -> str:
    names = ", ".join(str(part.user) for part in cover.leading(session))
    return f"Led by {names}." if names else "Nobody was set to lead it."


def _kind(day: date, today: date) -> str:
    return "due" if day <= today + SOON else "info"


def _day(day: date) -> str:
    return date_format(day, "D M j")
