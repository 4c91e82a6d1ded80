"""Whether those who are to lead a session may, and are there (R-30, R-31). Derived when read, for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from programs import policy
from programs.choices import LeaderRole
from programs.leading import Verdict, lead_book
from staff.models import TimeAway, User

from .choices import LEADING, SessionStatus, StaffRole
from .models import Session, SessionStaff

NOBODY = "Nobody is set to lead it."


@dataclass(frozen=True)
class Uncovered:
    """A session that somebody else must lead, and why: sentences with the names of those who were to."""

    session: Session
    reasons: tuple[str, ...]


class Cover:
    """The licenses of all who lead some sessions, fetched `for_list()`: four queries for any number of them."""

    def __init__(self, sessions: Collection[Session], *, day: date) -> None:
        """`day` is the day of the policy that says how long a filed renewal carries a license."""
        people = {part.user_id for session in sessions for part in leading(session)}
        book = policy.book({session.program_id for session in sessions}, day)
        self._book = lead_book(people, book)
        self._supervisors: dict[int, User] = {}

    def verdict(self, session: Session, part: SessionStaff) -> Verdict:
        """Whether this person may lead the session; for a co-lead too, it is judged whether they could alone."""
        if not part.user.is_active:
            return Verdict(False, code="deactivated", reason="does not work here any more")
        return self._book.verdict(
            part.user_id, service=session.service, program=session.program, role=LeaderRole.LEAD, day=session.day
        )

    def reasons(self, session: Session) -> tuple[str, ...]:
        """Why nobody who leads it may, person by person; empty where somebody may, or where it needs no leader."""
        if not session.service.needs_leader:
            return ()
        judged = [(part, self.verdict(session, part)) for part in leading(session)]
        if any(verdict.may for _, verdict in judged):
            return ()
        said = () if any(part.role == StaffRole.LEAD for part, _ in judged) else (NOBODY,)
        return said + tuple(f"{part.user} {verdict.reason}." for part, verdict in judged)

    def cosigners(self, session: Session) -> list[tuple[User, int]]:
        """Who leads it under supervision and nobody else may, each with the id of who co-signs."""
        judged = [(part, self.verdict(session, part)) for part in leading(session)]
        if any(verdict.may and not verdict.needs_cosignature for _, verdict in judged):
            return []
        found = [
            (
                part.user,
                self._book.supervisor(part.user_id, service=session.service, program=session.program, day=session.day),
            )
            for part, verdict in judged
            if verdict.needs_cosignature
        ]
        return [(user, supervisor) for user, supervisor in found if supervisor]


def leading(session: Session) -> list[SessionStaff]:
    """Who leads or co-leads a session fetched `for_list()`; no query."""
    return [part for part in session.staff.all() if part.role in LEADING]


def needs_cover(sessions: Iterable[Session], *, today: date) -> list[Uncovered]:
    """Those of `sessions`, from `today` on and not held yet, that nobody leads who may (R-30, R-31).

    Somebody who may lead under supervision covers it. Four queries for any number of sessions fetched `for_list()`.
    """
    ahead = _ahead(sessions, today)
    if not ahead:
        return []
    cover = Cover(ahead, day=today)
    return [Uncovered(session, reasons) for session in ahead if (reasons := cover.reasons(session))]


def away_without_cover(sessions: Iterable[Session], *, today: date) -> list[Uncovered]:
    """Those of `sessions`, from `today` on and not held yet, whose leader is away and nobody else set for it may lead.

    Five queries for any number of sessions fetched `for_list()`.
    """
    ahead = _ahead(sessions, today)
    if not ahead:
        return []
    cover = Cover(ahead, day=today)
    away = time_away({part.user_id for s in ahead for part in leading(s)}, today, max(s.day for s in ahead))
    found = []
    for session in ahead:
        parts = leading(session)
        gone = {part.pk: row for part in parts for row in away[part.user_id] if row.covers(session.day)}
        here = [part for part in parts if part.pk not in gone]
        if gone and not any(cover.verdict(session, part).may for part in here):
            reasons = tuple(f"{p.user} is away {away_in_words(gone[p.pk])}." for p in parts if p.pk in gone)
            found.append(Uncovered(session, reasons))
    return found


def time_away(people: Iterable[int], first: date, last: date) -> dict[int, list[TimeAway]]:
    """By person, the time away that touches `first` to `last`; one query."""
    found: dict[int, list[TimeAway]] = defaultdict(list)
    touching = TimeAway.objects.filter(user__in=list(people), starts_on__lte=last, ends_on__gte=first)
    for row in touching.order_by("starts_on"):
        found[row.user_id].append(row)
    return found


def away_in_words(row: TimeAway) -> str:
    """“Dec 21”, “Dec 21–28” or “Dec 28–Jan 3”."""
    first, last = row.starts_on, row.ends_on
    if first == last:
        return date_format(first, "M j")
    return f"{date_format(first, 'M j')}–{date_format(last, 'j' if _same_month(first, last) else 'M j')}"


def _same_month(first: date, last: date) -> bool:
    return (first.year, first.month) == (last.year, last.month)


def _ahead(sessions: Iterable[Session], today: date) -> list[Session]:
    """Sessions to come that need a leader; what is past is a fact, and what is canceled needs nobody."""
    return [
        session
        for session in sessions
        if session.day >= today and session.status == SessionStatus.SCHEDULED and session.service.needs_leader
    ]
