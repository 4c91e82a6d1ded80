"""The weekly ledger of people's minutes, read from sessions, memberships and attendance."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, prefetch_related_objects

from patients.models import Episode
from programs import intervals, policy, timetable
from programs.policy import Book

from . import hours, weeks
from .models import Attendance, Membership, Session
from .weeks import Visit, Week


def week_of(episode: Episode, day: date, *, at: datetime, book: Book | None = None) -> Week:
    """The week of `day` for one episode; `at` decides which sessions are over. A constant number of queries."""
    return weeks_of([episode], day, at=at, book=book)[episode.pk]


def weeks_of(episodes: Collection[Episode], day: date, *, at: datetime, book: Book | None = None) -> dict[int, Week]:
    """The week of `day` by episode id: the same few queries for any number of episodes.

    `book` holds the policy of their programs on `day`. Each program has its own start of the week, and each person the
    minimum of their age on its first day (R-06).
    """
    prefetch_related_objects(list(episodes), "patient", "program__location")
    book = book or policy.book({episode.program_id for episode in episodes}, day)
    days = {pk: weeks.week_days(day, str(book.value(pk, "week_start"))) for pk in {e.program_id for e in episodes}}
    read = Records(episodes, {moment for week in days.values() for moment in week}, book, at)
    return {
        episode.pk: weeks.week(
            days[episode.program_id],
            read.visits(episode),
            minimum=_minimum(episode, book, days[episode.program_id][0]),
        )
        for episode in episodes
    }


def _minimum(episode: Episode, book: Book, day: date) -> int:
    program = episode.program_id
    return timetable.week_minimum(
        episode.patient.age_on(day),
        adult=book.number(program, "min_week_minutes_adult"),
        adolescent=book.number(program, "min_week_minutes_adolescent"),
        adolescent_under=book.number(program, "adolescent_under_age"),
    )


@dataclass(frozen=True)
class Expected:
    """A session somebody is on: as a member, booked, or as a guest."""

    session: Session
    row: Attendance | None
    is_planned: bool


class Records:
    """What was planned for some episodes on some days, and what became of it; three queries."""

    def __init__(self, episodes: Collection[Episode], days: Collection[date], book: Book, at: datetime) -> None:
        self._book, self._at = book, at
        ids = [episode.pk for episode in episodes]
        first, last = min(days, default=date.max), max(days, default=date.max)
        rows = Attendance.objects.filter(episode__in=ids, day__range=(first, last), is_entered_in_error=False)
        self._rows: dict[int, dict[int, Attendance]] = defaultdict(dict)
        for row in rows.select_related("status"):
            self._rows[row.episode_id][row.session_id] = row
        self._memberships: dict[int, list[Membership]] = defaultdict(list)
        for membership in Membership.objects.filter(episode__in=ids).touching(first, last):
            self._memberships[membership.episode_id].append(membership)
        groups = {m.group_id for memberships in self._memberships.values() for m in memberships}
        logged = {session_id for by_session in self._rows.values() for session_id in by_session}
        sessions = Session.objects.on_days(first, last).filter(Q(group__in=groups) | Q(pk__in=logged)).taking_place()
        self._sessions = list(sessions.select_related("service", "group__service", "program__location"))

    def visits(self, episode: Episode) -> list[Visit]:
        return [self._visit(expected) for expected in self._expected(episode)]

    def _expected(self, episode: Episode) -> Iterable[Expected]:
        rows, memberships = self._rows[episode.pk], self._memberships[episode.pk]
        for session in self._sessions:
            is_member = any(m.group_id == session.group_id and m.covers(session.day) for m in memberships)
            row = rows.get(session.pk)
            if row is None and (not is_member or session.logged_at is not None):
                continue
            if session.books_patients or (row and row.status and row.status.is_attended):
                yield Expected(session, row, is_member or session.group_id is None)

    def _visit(self, expected: Expected) -> Visit:
        session, row = expected.session, expected.row
        status = row.status if row else None
        return Visit(
            session.day,
            held=self._net(session, (session.starts_at, session.ends_at)),
            there=self._there(session, row) if row and status and status.has_minutes else (),
            is_countable=session.service.counts(session.group.purpose if session.group else ""),
            is_planned=expected.is_planned,
            is_not_logged=session.ends_at <= self._at and status is None,
            is_ahead=session.ends_at > self._at and status is None,
        )

    def _there(self, session: Session, row: Attendance) -> weeks.Spans:
        span = hours.within(session.begins, session.ends, row.arrival, row.departure)
        return intervals.subtract(span, self._breaks(session))

    def _net(self, session: Session, span: tuple[datetime, datetime]) -> weeks.Spans:
        return intervals.subtract(intervals.moments([span]), self._breaks(session))

    def _breaks(self, session: Session) -> list[tuple[datetime, datetime]]:
        return session.break_moments if self._book.switch(session.program_id, "exclude_breaks") else []
