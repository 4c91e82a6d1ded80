"""A program as the lines of a timetable file: the inverse of the import, which these lines leave as it is."""

from collections.abc import Iterator
from datetime import date, time

from . import timetable
from .choices import LeaderRole
from .findings import WEEKDAYS
from .importing import OPTIONAL, REQUIRED, Numbered
from .models import Group, GroupSlot, Program, ProgramDose

HEADER = [*REQUIRED, *(name for name in OPTIONAL if name != "source")]
FIRST_LINE = 2
MORNING = 9 * 60
type Cells = dict[str, str]


def lines_of(program: Program, *, day: date) -> tuple[list[str], list[Numbered]]:
    """Header and numbered rows of what the program has from `day` on; fetch it `with_lines()`.

    A dose has no hours of its own: it is written from 9:00 on as many days as it is given.
    """
    facts = {
        "timetable": program.code,
        "program": program.name,
        "focus": program.focus,
        "population": program.population,
        "level_of_care": program.level_of_care,
    }
    groups = [one for one in program.groups.all() if one.is_active_on(day)]
    rows = [row for group in groups for row in _of_group(group, day)]
    rows += [row for dose in program.doses.all() for row in _of_dose(dose)]
    return HEADER, [(number, dict.fromkeys(HEADER, "") | facts | row) for number, row in enumerate(rows, FIRST_LINE)]


def _of_group(group: Group, day: date) -> Iterator[Cells]:
    facts = {
        "group": group.name,
        "service": group.service.name,
        "attended_by": group.audience,
        "min_size": _number(group.min_size),
        "capacity": _number(group.capacity),
        "purpose": group.purpose,
        "room": group.room.name if group.room and group.room.is_active_on(day) else "",
        "leader": _leader(group, LeaderRole.LEAD, day),
        "co_leader": _leader(group, LeaderRole.CO_LEAD, day),
    }
    weeks: list[tuple[int | None, int | None]] = [(one.first_week, one.last_week) for one in group.phases.all()]
    for first, last in dict.fromkeys(weeks or [(None, None)]):
        for days, slot in _meetings(group, day):
            hours = {"weekdays": " ".join(days), "start": f"{slot.start:%H:%M}", "end": f"{slot.end:%H:%M}"}
            yield facts | hours | _dates(slot, day) | {
                "breaks": slot.breaks, "week_from": _number(first), "week_to": _number(last),
            }  # fmt: skip


def _meetings(group: Group, day: date) -> list[tuple[list[str], GroupSlot]]:
    """Slots from `day` on; those of the same hours and dates together, with their weekdays."""
    found: dict[tuple[object, ...], tuple[list[str], GroupSlot]] = {}
    rows = [slot for slot in group.slots.all() if slot.ends_on is None or slot.ends_on >= day]
    for slot in sorted(rows, key=lambda slot: (slot.weekday, slot.start, slot.pk)):
        key = (slot.start, slot.end, slot.breaks, *_dates(slot, day).values())
        found.setdefault(key, ([], slot))[0].append(WEEKDAYS[slot.weekday])
    return list(found.values())


def _dates(slot: GroupSlot, day: date) -> Cells:
    """Its own dates, where they are still to come."""
    first = slot.starts_on.isoformat() if slot.starts_on and slot.starts_on > day else ""
    return {"from": first, "until": slot.ends_on.isoformat() if slot.ends_on else ""}


def _leader(group: Group, role: str, day: date) -> str:
    """The sign-in name of who leads on `day`, or of the next one; empty for nobody who can sign in."""
    rows = [row for row in group.leaders.all() if row.role == role and (row.ends_on is None or row.ends_on >= day)]
    found = [row.user for row in sorted(rows, key=lambda row: row.starts_on) if row.user.is_active]
    return found[0].get_username() if found else ""


def _of_dose(dose: ProgramDose) -> Iterator[Cells]:
    start = MORNING if MORNING + dose.minutes < timetable.DAY else 0
    end = start + dose.minutes
    if end >= timetable.DAY:
        return
    hours = {"start": f"{_clock(start):%H:%M}", "end": f"{_clock(end):%H:%M}"}
    for first in range(0, dose.times_a_week, len(WEEKDAYS)):
        days = WEEKDAYS[: dose.times_a_week - first]
        yield hours | {
            "group": dose.service.name,
            "service": dose.service.name,
            "attended_by": dose.service.attended_by,
            "weekdays": " ".join(days),
            "week_from": _number(dose.first_week),
            "week_to": _number(dose.last_week),
            "capacity": "1",
        }


def _clock(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
