"""Whether those who are to lead a session may, and are there (R-30, R-31). Derived when read, for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format

from programs import policy
from programs.choices import LeaderRole
from programs.deputies import holds_in
from programs.leading import Verdict, lead_book
from programs.models import Posting
from programs.querysets import Person
from staff.licenses import in_words
from staff.models import TimeAway, User

from .choices import LEADING, SessionStatus, StaffRole
from .models import Session, SessionStaff

STAFF_PROGRAM = "programs.staff_program"
NOBODY = "Nobody is set to lead it."
LEFT = Verdict(False, code="left", reason="no longer works here")


@dataclass(frozen=True)
class Uncovered:
    """A session that somebody else must lead, and why: sentences with the names of those who were to."""

    session: Session
    reasons: tuple[str, ...]


class Cover:
    """The licenses of all who lead some sessions, fetched `for_list()`: four queries for any number of them.

    With `today`, from which on nobody leads who has left the provider or whose posting there has ended, five.
    """

    def __init__(self, sessions: Collection[Session], *, book: policy.Book, today: date | None = None) -> None:
        """`book` is the policy of their programs."""
        people = {part.user_id for session in sessions for part in leading(session)}
        self._book, self._today = lead_book(people, book), today
        self._postings: dict[int, list[Posting]] = defaultdict(list)
        for posting in Posting.objects.filter(user__in=people) if today else ():
            self._postings[posting.user_id].append(posting)

    def verdict(self, session: Session, part: SessionStaff) -> Verdict:
        """Whether this person may lead the session; for a co-lead too, it is judged whether they could alone."""
        if self._today and session.day >= self._today:
            if not part.user.is_active:
                return LEFT
            if ended := self._posting_ended(session, part):
                return Verdict(False, code="posting_ended", reason=f"works there until {in_words(ended)}")
        return self._book.verdict(
            part.user_id, service=session.service, program=session.program, role=LeaderRole.LEAD, day=session.day
        )

    def _posting_ended(self, session: Session, part: SessionStaff) -> date | None:
        """The last day of the last posting there, where it is over by the session's day; None for who had none."""
        there = [posting for posting in self._postings[part.user_id] if posting.reaches(session.program)]
        last_days = [posting.ends_on or date.max for posting in there if posting.starts_on <= session.day]
        last = max(last_days, default=date.max)
        return last if last < session.day else None

    def reasons(self, session: Session) -> tuple[str, ...]:
        """Why nobody who leads it may, person by person; empty where somebody may, or where it needs no leader."""
        if not session.service.needs_leader:
            return ()
        judged = [(part, self.verdict(session, part)) for part in leading(session)]
        if any(verdict.may for _, verdict in judged):
            return ()
        said = () if any(part.role == StaffRole.LEAD for part, _ in judged) else (NOBODY,)
        return said + tuple(f"{part.user} {verdict.reason}." for part, verdict in judged)

    def cosigned(self, session: Session) -> list[tuple[SessionStaff, int]]:
        """Where nobody leads it but under supervision: who does, each with the id of the supervisor who co-signs."""
        judged = [(part, self.verdict(session, part)) for part in leading(session)]
        if any(verdict.may and not verdict.needs_cosignature for _, verdict in judged):
            return []
        return [
            (part, supervisor)
            for part, verdict in judged
            if verdict.needs_cosignature and (supervisor := self._supervisor(session, part))
        ]

    def _supervisor(self, session: Session, part: SessionStaff) -> int | None:
        return self._book.supervisor(part.user_id, service=session.service, program=session.program, day=session.day)


@dataclass(frozen=True)
class Leadership:
    """What is to be said of who leads one session: why nobody of them may, and who co-signs for whom.

    `url` is the page where it is settled, for whom it is open.
    """

    reasons: tuple[str, ...]
    cosigned: tuple[str, ...]
    is_ahead: bool
    url: str = ""


def leadership(session: Session, *, book: policy.Book, user: Person, today: date) -> Leadership:
    """Of a session fetched `for_list()`; six queries. A canceled one needs nobody."""
    cover = Cover([session], book=book, today=today if is_ahead(session, today) else None)
    if session.is_cancelled:
        return Leadership((), (), is_ahead=False)
    pairs = cover.cosigned(session)
    people = User.objects.in_bulk({supervisor for _, supervisor in pairs})
    cosigned = tuple(f"{part.user} needs {people[supervisor]}’s co-signature." for part, supervisor in pairs)
    ahead = is_ahead(session, today)
    url = staffing_url(session, from_its_day=ahead) if holds_in(user, STAFF_PROGRAM, session.program, today) else ""
    return Leadership(cover.reasons(session), cosigned, ahead, url)


def staffing_url(session: Session, *, from_its_day: bool) -> str:
    """Where leaders and rooms of its program are set."""
    address = reverse("program_staffing", args=[session.program_id])
    return f"{address}?day={session.day.isoformat()}" if from_its_day else address


def leading(session: Session) -> list[SessionStaff]:
    """Who leads or co-leads a session fetched `for_list()`; no query."""
    return [part for part in session.staff.all() if part.role in LEADING]


def needs_cover(sessions: Iterable[Session], *, today: date) -> list[Uncovered]:
    """Those of `sessions`, from `today` on and not held yet, that nobody leads who may (R-30, R-31).

    Somebody who may lead under supervision covers it. Six queries for any number of sessions fetched `for_list()`.
    """
    ahead = _ahead(sessions, today)
    if not ahead:
        return []
    cover = _cover(ahead, today)
    return [Uncovered(session, reasons) for session in ahead if (reasons := cover.reasons(session))]


def away_without_cover(sessions: Iterable[Session], *, today: date) -> list[Uncovered]:
    """Those of `sessions`, from `today` on and not held yet, whose leader is away and nobody else set for it may lead.

    Seven queries for any number of sessions fetched `for_list()`.
    """
    ahead = _ahead(sessions, today)
    if not ahead:
        return []
    cover = _cover(ahead, today)
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


def _cover(sessions: Collection[Session], today: date) -> Cover:
    book = policy.book({session.program_id for session in sessions}, today)
    return Cover(sessions, book=book, today=today)


def is_ahead(session: Session, today: date) -> bool:
    """Still to come: what is past is a fact, and what is canceled needs nobody."""
    return session.day >= today and session.status == SessionStatus.SCHEDULED


def _ahead(sessions: Iterable[Session], today: date) -> list[Session]:
    return [session for session in sessions if is_ahead(session, today) and session.service.needs_leader]
