"""May this be handed over to somebody else?"""

from datetime import date, datetime

from programs.models import Program
from scheduling.choices import StaffRole
from scheduling.conflicts import Clash, sentences
from scheduling.models import Session, SessionStaff
from scheduling.querysets import possible_leaders
from staff.models import User
from web.refusals import Refusal


def somebody_else(leaver: User, to: User) -> Refusal | None:
    if leaver.pk != to.pk:
        return None
    return Refusal("Nobody hands over to themselves. Choose another person.", code="same_person", field="to")


def may_lead_there(to: User, program: Program, day: date) -> Refusal | None:
    """Who takes over works in the program that day, and leads sessions."""
    if possible_leaders(program, day).filter(pk=to.pk).exists():
        return None
    return Refusal(
        f"{to} does not lead sessions in {program} on {day:%b %-d, %Y}. Choose someone who does.",
        code="not_posted",
        field="to",
    )


def handed_over() -> Refusal:
    """Somebody else was first."""
    return Refusal("Somebody has handed this over already.", code="handed_over")


def is_ahead(session: Session, at: datetime) -> Refusal | None:
    """What has begun, is logged or canceled keeps who led it."""
    if session.starts_at > at and session.logged_at is None and not session.is_cancelled:
        return None
    return Refusal("This session has begun or was canceled, so it keeps who led it.", code="not_ahead", about=session)


def leader_is_free(clash: Clash | None, by: User) -> Refusal | None:
    """R-29, in words `by` may read."""
    if clash is None:
        return None
    sentence = sentences([clash], user=by)[0]
    return Refusal(f"{sentence} Choose another person.", code="booking_overlap", rule="R-29", field="to")


def part_of(session: Session, user: User) -> SessionStaff | None:
    """The part somebody has in a session fetched `for_list()`; no query. Who did not lead has none."""
    parts = (part for part in session.staff.all() if part.user_id == user.pk and part.role != StaffRole.DID_NOT_LEAD)
    return next(parts, None)
