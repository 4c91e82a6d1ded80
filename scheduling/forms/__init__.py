"""What is asked and checked: planning sessions and memberships, and the attendance of a session."""

from .attendance import FIND, RollForm
from .planning import JoinForm, LeaveForm, MemberForm, PatientForm, SessionForm, plannable

__all__ = ["FIND", "JoinForm", "LeaveForm", "MemberForm", "PatientForm", "RollForm", "SessionForm", "plannable"]
