"""What is asked and checked: planning sessions and memberships, and the attendance of a session."""

from .attendance import FIND, RollForm
from .booking import PatientForm, SessionForm
from .closures import HolidaysForm, YearForm
from .opening import BelowMinimumForm
from .planning import DayField, JoinForm, LeaveForm, MemberForm, plannable
from .staffing import DayForm, StaffingForm

__all__ = [
    "FIND",
    "BelowMinimumForm",
    "DayField",
    "DayForm",
    "HolidaysForm",
    "JoinForm",
    "LeaveForm",
    "MemberForm",
    "PatientForm",
    "RollForm",
    "SessionForm",
    "StaffingForm",
    "YearForm",
    "plannable",
]
