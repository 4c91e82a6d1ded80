"""Whether a program is fit to open: a checklist with reasons and links. It advises and blocks nothing."""

from .checklist import Checklist, checklist
from .lines import Line, State
from .setup import programs_to_open

__all__ = ["Checklist", "Line", "State", "checklist", "programs_to_open"]
