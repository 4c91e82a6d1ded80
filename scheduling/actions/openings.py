"""A program's opening or retirement moved: its weekly times and leaders follow, and then its sessions."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from audit.actions import record
from programs.actions import follow_opening
from programs.models import Program
from scheduling.models import Session
from staff.models import User

from .calendar import the_calendar
from .publishing import reach, republish
from .sync import Foreseen, Report, foresee


@dataclass(frozen=True)
class Moved:
    """What moving an opening does. `slots` and `leaders` began on the old day; `begun` sessions are before the new one
    and stay, as they have begun.
    """

    slots: int
    leaders: int
    begun: int
    found: Foreseen

    @property
    def facts(self) -> dict[str, int]:
        """All that it does, in numbers."""
        counts = {"canceled": len(self.found.canceled), "restored": len(self.found.restored), "begun": self.begun}
        return counts | self.found.report.counts() | {"slots": self.slots, "leaders": self.leaders}

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Kind and text of what becomes of sessions, where there are any."""
        facts = self.facts
        counts = [
            ("ok", facts["made"] + facts["restored"], "added"),
            ("due", facts["canceled"], "removed"),
            ("stop", facts["logged"], "with attendance, which stay"),
            ("stop", facts["by_hand"], "changed by hand, which stay"),
            ("stop", facts["begun"], "begun before the opening, which stay"),
        ]
        return [
            (kind, f"{count} {'session' if count == 1 else 'sessions'} {what}") for kind, count, what in counts if count
        ]

    @property
    def says(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.chips or self.slots or self.leaders)


def move_opening(*, program: Program, was: date, by: User, at: datetime, today: date) -> Report:
    """Bring the rows and sessions of a program to its opening and retirement, saved just now; it opened on `was`."""
    with the_calendar():
        slots, leaders = _follow(program, was, today)
        report = republish(program.groups.all(), by=by, at=at, today=today)
        content = {"was": str(was), "opens_on": str(program.opens_on), "slots": slots, "leaders": leaders}
        record(action="program.opening_moved", by=by, about=program, content=content, at=at)
    return report


def foresee_opening(*, program: Program, was: date, at: datetime, today: date) -> Moved:
    """What `move_opening` would do, for a program with other days in memory: its rows are moved and taken back."""
    with transaction.atomic():
        program.save(update_fields=["opens_on", "retired_on"])
        slots, leaders = _follow(program, was, today)
        groups = program.groups.all()
        found = foresee(groups, first=today, last=reach(groups, today), at=at)
        transaction.set_rollback(True)
    before = Session.objects.filter(program=program, slot__isnull=False, starts_at__lte=at, day__lt=program.opens_on)
    return Moved(slots, leaders, before.taking_place().count(), found)


def _follow(program: Program, was: date, today: date) -> tuple[int, int]:
    """What has begun before today is history, and is not moved."""
    return follow_opening(program, was=was) if today <= was != program.opens_on else (0, 0)
