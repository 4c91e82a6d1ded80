"""The verbs of this room."""

from .leaders import lead_from
from .rehearsals import Rehearsal, rehearse_timetable
from .timetables import Imported, import_timetable

__all__ = ["Imported", "Rehearsal", "import_timetable", "lead_from", "rehearse_timetable"]
