"""What a new membership would do, session by session, before anything is saved. Reads, and writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Max

from patients.models import Episode
from programs.models import Group, TrackPhase
from programs.querysets import Person

from . import conflicts
from .choices import BookingKind
from .conflicts import Wanted, day_in_words
from .labels import group_label
from .models import Attendance, Membership, Session
from .seats import Caps

DAY = timedelta(days=1)


class Outcome(StrEnum):
    """What becomes of one session, as people read it."""

    ADDED = "Added"
    FULL = "Full"
    CLASH = "Clash"
    CLOSED = "Closed"
    LOGGED = "Attendance saved"


RULES = {Outcome.FULL: "R-26", Outcome.CLASH: "R-29"}
CHIPS = {
    Outcome.ADDED: "ok",
    Outcome.FULL: "stop",
    Outcome.CLASH: "due",
    Outcome.CLOSED: "draft",
    Outcome.LOGGED: "info",
}


@dataclass(frozen=True)
class Line:
    """One session of the group: how many seats are taken with the new member, and what becomes of it."""

    session: Session
    outcome: Outcome
    taken: int
    cap: int | None
    reason: str = ""

    @property
    def is_refused(self) -> bool:
        return self.outcome in RULES

    @property
    def rule(self) -> str:
        return RULES.get(self.outcome, "")

    @property
    def chip(self) -> str:
        """The kind of its chip."""
        return CHIPS[self.outcome]


@dataclass(frozen=True)
class Preview:
    """A membership of `episode` in `group` from `starts_on` to `ends_on` (open where empty), not saved.

    `label` is what its reader calls the group. Sessions are known up to `published_until`; `full_from` is the first day
    after it on which no seat is left.
    """

    group: Group
    label: str
    episode: Episode
    starts_on: date
    ends_on: date | None
    lines: Sequence[Line]
    published_until: date
    full_from: date | None

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def added(self) -> int:
        return self.count(Outcome.ADDED)

    @property
    def refused_days(self) -> list[date]:
        """The days to leave out so that the rest can be saved."""
        return sorted({line.session.day for line in self.lines if line.is_refused})

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Kind and text of the counts that are not zero."""
        counts = [(outcome, self.count(outcome)) for outcome in Outcome]
        return [(CHIPS[outcome], f"{count} {outcome.lower()}") for outcome, count in counts if count]

    @property
    def full_sentence(self) -> str:
        """What to do about a group that is full after the last published session; empty where it is not."""
        if self.full_from is None:
            return ""
        name = self.episode.patient.preferred_name
        return (
            f"{self.label} is full from {day_in_words(self.full_from)} on. "
            f"Let {name} leave before that day, or choose another group."
        )

    def __str__(self) -> str:
        """“adds 8 sessions, 1 is full, 1 clashes”"""
        added, full, clash = self.added, self.count(Outcome.FULL), self.count(Outcome.CLASH)
        parts = [f"adds {added} {'session' if added == 1 else 'sessions'}"]
        if full:
            parts.append(f"{full} {'is' if full == 1 else 'are'} full")
        if clash:
            parts.append(f"{clash} {'clashes' if clash == 1 else 'clash'}")
        return ", ".join(parts)


def membership_preview(
    *,
    group: Group,
    episode: Episode,
    starts_on: date,
    ends_on: date | None = None,
    at: datetime,
    by: Person | None = None,
) -> Preview:
    """What joining would do, in a constant number of queries. Capacity as R-26 and R-27, clashes as R-29.

    A session that began by `at` is a fact: it is not refused for a clash, and one with attendance saved stays as it is.
    """
    sessions = list(Session.objects.filter(group=group).on_days(starts_on, ends_on).for_list())
    members = list(Membership.objects.filter(group=group).touching(starts_on, ends_on))
    caps = Caps(group)
    guests = _guests(sessions)
    clashing = _clash_sentences(episode, [s for s in sessions if s.starts_at > at], by)
    lines = [
        _line(session, _on_it(session, members, guests), episode, caps.on(session.day), clashing.get(session.pk, ""))
        for session in sessions
    ]
    until = Session.objects.filter(group=group).aggregate(last=Max("day"))["last"] or starts_on - DAY
    full_from = _full_from(members, max(starts_on, until + DAY), ends_on, caps)
    return Preview(group, group_label(group, by), episode, starts_on, ends_on, lines, until, full_from)


@dataclass(frozen=True)
class Leaving:
    """What ending `membership` on `ends_on` would do, not saved: it leaves that many of the published sessions."""

    membership: Membership
    ends_on: date
    sessions: int

    @property
    def is_taken_back(self) -> bool:
        """It has not begun by then, so nothing of it stays."""
        return self.ends_on < self.membership.starts_on

    def __str__(self) -> str:
        """“leaves 9 sessions”"""
        return f"leaves {self.sessions} {'session' if self.sessions == 1 else 'sessions'}"


def leaving(membership: Membership, ends_on: date) -> Leaving:
    """What ending a membership would do; a session whose attendance is saved stays as it is. One query."""
    first = max(membership.starts_on, ends_on + DAY)
    sessions = Session.objects.filter(group=membership.group_id, logged_at=None).on_days(first, membership.ends_on)
    return Leaving(membership, ends_on, sessions.taking_place().count())


def phase_dates(phase: TrackPhase, track_start: date) -> tuple[date, date | None]:
    """First and last day of a phase for a patient whose track begins on `track_start`: week n is start + 7(n − 1)."""
    last = track_start + timedelta(weeks=phase.last_week, days=-1) if phase.last_week else None
    return track_start + timedelta(weeks=phase.first_week - 1), last


def _line(session: Session, on_it: Collection[int], episode: Episode, cap: int | None, clash: str) -> Line:
    taken = len({*on_it, episode.pk})
    if session.is_cancelled:
        return Line(session, Outcome.CLOSED, 0, cap, session.status_reason)
    if session.logged_at:
        return Line(session, Outcome.LOGGED, len(on_it), cap, "Settle it on the session's own page.")
    if cap is not None and taken > cap:
        return Line(session, Outcome.FULL, len(on_it), cap, f"{len(on_it)} of {cap} seats are taken.")
    if clash:
        return Line(session, Outcome.CLASH, taken, cap, clash)
    return Line(session, Outcome.ADDED, taken, cap)


def _on_it(session: Session, members: Collection[Membership], guests: dict[int, set[int]]) -> set[int]:
    return {m.episode_id for m in members if m.covers(session.day)} | guests.get(session.pk, set())


def _guests(sessions: Collection[Session]) -> dict[int, set[int]]:
    """Episodes with a row on a session whose attendance is not saved yet: they hold a seat as well."""
    found: dict[int, set[int]] = {}
    waiting = [session.pk for session in sessions if session.logged_at is None]
    rows = Attendance.objects.filter(session__in=waiting, is_entered_in_error=False, status=None)
    for session_id, episode_id in rows.values_list("session_id", "episode_id"):
        found.setdefault(session_id, set()).add(episode_id)
    return found


def _clash_sentences(episode: Episode, sessions: Collection[Session], by: Person | None) -> dict[int, str]:
    """By session, what the patient is in already at that time."""
    wanted = {
        Wanted(BookingKind.PATIENT.value, episode.patient_id, session.starts_at, session.ends_at): session.pk
        for session in sessions
        if session.books_patients and not session.is_cancelled
    }
    found = conflicts.clashes(list(wanted), ignoring=wanted.values())
    return dict(zip((wanted[clash.wanted] for clash in found), conflicts.sentences(found, user=by), strict=True))


def _full_from(members: Collection[Membership], after: date, ends_on: date | None, caps: Caps) -> date | None:
    """The first day from `after` on without a free seat; members grow in number only on the first day of one."""
    if ends_on and ends_on < after:
        return None
    days = sorted({after, *(m.starts_on for m in members if m.starts_on > after)})
    taken = ((day, sum(m.covers(day) for m in members), caps.on(day)) for day in days)
    return next((day for day, count, cap in taken if cap is not None and count >= cap), None)
