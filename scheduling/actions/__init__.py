"""The verbs. Each that touches the calendar enters `the_calendar()` first and rebooks before it records itself."""

from .attendance import log_attendance, take_over
from .booking import book_session
from .calendar import rebook, the_calendar
from .closures import close_days, close_holidays, undo_closure
from .handing_over import hand_over
from .memberships import join, join_track, leave
from .openings import Moved, foresee_opening, move_opening
from .publishing import AHEAD, publish, republish
from .staffing import SeenChoices, set_staffing
from .sync import Report
from .timetables import Taken, copy_program, lines_version, set_week, take_timetable

__all__ = [
    "AHEAD",
    "Moved",
    "Report",
    "SeenChoices",
    "Taken",
    "book_session",
    "close_days",
    "close_holidays",
    "copy_program",
    "foresee_opening",
    "hand_over",
    "join",
    "join_track",
    "leave",
    "lines_version",
    "log_attendance",
    "move_opening",
    "publish",
    "rebook",
    "republish",
    "set_staffing",
    "set_week",
    "take_over",
    "take_timetable",
    "the_calendar",
    "undo_closure",
]
