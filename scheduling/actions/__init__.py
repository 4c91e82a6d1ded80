"""The verbs. Each that touches the calendar enters `the_calendar()` first and rebooks before it records itself."""

from .attendance import log_attendance, take_over
from .booking import book_session
from .calendar import rebook, the_calendar
from .closures import close_days, close_holidays, undo_closure
from .memberships import join, join_track, leave
from .publishing import AHEAD, publish, republish
from .sync import Report

__all__ = [
    "AHEAD",
    "Report",
    "book_session",
    "close_days",
    "close_holidays",
    "join",
    "join_track",
    "leave",
    "log_attendance",
    "publish",
    "rebook",
    "republish",
    "take_over",
    "the_calendar",
    "undo_closure",
]
