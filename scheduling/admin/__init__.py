"""Set-up of groups, tracks and closures: saving one rewrites sessions that have not begun, and says what changed."""

from .closures import ClosureAdmin
from .groups import GroupAdmin
from .places import ClockedLocationAdmin
from .programs import ScheduledProgramAdmin
from .statuses import AttendanceStatusAdmin
from .tracks import TrackAdmin

__all__ = [
    "AttendanceStatusAdmin",
    "ClockedLocationAdmin",
    "ClosureAdmin",
    "GroupAdmin",
    "ScheduledProgramAdmin",
    "TrackAdmin",
]
