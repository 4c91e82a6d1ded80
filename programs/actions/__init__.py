"""The verbs of this room."""

from .duplicating import Duplicate, duplicate_program, rehearse_duplicate
from .leaders import lead_from
from .moving import follow_opening
from .rehearsals import ProgramWeek, Rehearsal, rehearse_timetable
from .timetables import Imported, import_timetable, known_at, read_timetable

__all__ = [
    "Duplicate",
    "Imported",
    "ProgramWeek",
    "Rehearsal",
    "duplicate_program",
    "follow_opening",
    "import_timetable",
    "known_at",
    "lead_from",
    "read_timetable",
    "rehearse_duplicate",
    "rehearse_timetable",
]
