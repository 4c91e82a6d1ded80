"""When we meet: memberships, sessions, bookings, attendance."""

from .attendance import Attendance, AttendanceChange, AttendanceStatus, FamilyParticipant
from .bookings import Booking
from .memberships import Membership
from .sessions import Session, SessionStaff

__all__ = [
    "Attendance",
    "AttendanceChange",
    "AttendanceStatus",
    "Booking",
    "FamilyParticipant",
    "Membership",
    "Session",
    "SessionStaff",
]
