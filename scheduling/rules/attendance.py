"""May attendance be logged and changed?"""

from datetime import datetime, timedelta

from programs.deputies import holds_in
from programs.policy import Book
from programs.querysets import Person
from scheduling.choices import LEADING
from scheduling.conflicts import day_in_words
from scheduling.models import Session
from web.refusals import Refusal


def day_has_come(session: Session, at: datetime) -> Refusal | None:
    """Nobody was in a session of a day that has not come (R-40)."""
    if session.day <= at.astimezone(session.program.location.zone).date():
        return None
    return Refusal(
        f"This session is on {day_in_words(session.day)}. Its attendance opens on that day.",
        code="day_to_come",
        rule="R-40",
        about=session,
    )


def takes_place(session: Session) -> Refusal | None:
    if not session.is_cancelled:
        return None
    return Refusal("This session was canceled, so it has no attendance.", code="session_canceled", about=session)


def may_log(by: Person, session: Session) -> Refusal | None:
    """Whoever leads it logs it, and so does who may take it over; that it is in scope, the page has seen to."""
    leads = any(part.user_id == by.pk and part.role in LEADING for part in session.staff.all())
    if leads or holds_in(by, "scheduling.take_over_session", session.program_id):
        return None
    return Refusal(
        "Only those who lead this session log its attendance. Ask one of them, or the director.",
        code="not_leading",
        about=session,
    )


def is_closed(session: Session, book: Book, at: datetime) -> bool:
    """Whether its attendance is closed: set so, or some hours after its end (R-47)."""
    open_for = timedelta(hours=book.number(session.program_id, "attendance_close_hours"))
    return session.closed_at is not None or at >= session.ends + open_for


def left_after_arriving(arrival: datetime | None, departure: datetime | None) -> Refusal | None:
    if arrival is None or departure is None or departure >= arrival:
        return None
    return Refusal(
        "The departure is before the arrival. Change one of the two times.",
        code="times_order",
        rule="R-40",
        field="left",
    )


def somebody_is_marked(session: Session, *, marks: bool) -> Refusal | None:
    """The first save of a session says something of at least one person."""
    if marks or session.logged_at is not None:
        return None
    return Refusal(
        "Nobody is marked yet. Press “Everyone here”, or mark at least one person.", code="nobody_marked", about=session
    )


def correction_has_reason(session: Session, book: Book, reason: str, at: datetime) -> Refusal | None:
    """Closed and logged: a change is a correction and says why; the first log of a session never is one (R-47)."""
    if reason or session.logged_at is None or not is_closed(session, book, at):
        return None
    return Refusal(
        "The attendance of this session is closed. Say why you change it; what it was stays on record.",
        code="reason_needed",
        rule="R-47",
        field="reason",
        about=session,
    )
