"""What the pages of this room ask."""

from .leaving import DayForm, leaving_form, leaving_forms
from .worklists import ProgramForm

__all__ = ["DayForm", "ProgramForm", "leaving_form", "leaving_forms"]
