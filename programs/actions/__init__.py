"""The verbs of this room."""

from .timetables import Imported, import_timetable

__all__ = ["Imported", "import_timetable"]
