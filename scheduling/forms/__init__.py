"""What is asked and checked: planning sessions and memberships, and the attendance of a session."""

from .attendance import FIND, RollForm
from .closures import HolidaysForm, YearForm
from .opening import BelowMinimumForm
from .planning import DayField, JoinForm, LeaveForm, MemberForm, PatientForm, SessionForm, plannable

__all__ = [
    "FIND",
    "BelowMinimumForm",
    "DayField",
    "HolidaysForm",
    "JoinForm",
    "LeaveForm",
    "MemberForm",
    "PatientForm",
    "RollForm",
    "SessionForm",
    "YearForm",
    "plannable",
]
