"""The verbs of this room."""

from .leaders import lead_from
from .rehearsals import ProgramWeek, Rehearsal, rehearse_timetable
from .timetables import Imported, import_timetable, known_at, read_timetable

__all__ = [
    "Imported",
    "ProgramWeek",
    "Rehearsal",
    "import_timetable",
    "known_at",
    "lead_from",
    "read_timetable",
    "rehearse_timetable",
]
