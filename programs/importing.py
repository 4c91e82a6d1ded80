"""Reading a timetable file: lines in, programs with their groups and doses out, or every bad line at once.

A program is known by its timetable code, a group by program, name and weeks, a dose by program, service and weeks.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.utils.formats import time_format

from . import cells
from .breaks import Break, check_breaks, read_breaks
from .choices import Focus, LevelOfCare, Population
from .models import ServiceType
from .timetable import Dose, Slot, Weeks, at_once, minutes_by_week

PROGRAM_COLUMNS = ("program", "focus", "population", "level_of_care")
GROUP_COLUMNS = ("service", "attended_by", "min_size", "capacity", "leader", "co_leader", "room", "purpose")
REQUIRED = (
    "timetable", *PROGRAM_COLUMNS, "group", "service", "attended_by", "weekdays", "start", "end", "breaks",
    "week_from", "week_to", "min_size", "capacity",
)  # fmt: skip
OPTIONAL = ("source", "leader", "co_leader", "room", "purpose", "from", "until")
MOST_WEEKS, MOST_PEOPLE = 520, 500
type Row = Mapping[str, str]
type Numbered = tuple[int, Row]


@dataclass(frozen=True)
class BadLine:
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}, {self.column}: {self.reason}"


class TimetableError(Exception):
    """Nothing of the file was saved; `lines` says all that is wrong with it."""

    def __init__(self, lines: list[BadLine]) -> None:
        super().__init__("\n".join(map(str, lines)))
        self.lines = lines


@dataclass(frozen=True)
class Known:
    """What a file may name: services, sign-in names, and what is retired (room names in lower case)."""

    services: Collection[ServiceType]
    people: Collection[str] = ()
    retired_programs: Collection[str] = ()
    retired_rooms: Collection[str] = ()


@dataclass(frozen=True)
class Line:
    """One line, read. `service` is the row; `leader`, `co_leader` and `room` are names, empty where there is none."""

    number: int
    timetable: str
    program: str
    focus: str
    population: str
    level_of_care: str
    group: str
    service: ServiceType
    attended_by: str
    weekdays: tuple[int, ...]
    start: time
    end: time
    breaks: tuple[Break, ...]
    week_from: int | None
    week_to: int | None
    min_size: int | None
    capacity: int | None
    leader: str
    co_leader: str
    room: str
    purpose: str
    from_: date | None
    until: date | None

    @property
    def is_dose(self) -> bool:
        return not self.service.is_group

    @property
    def weeks(self) -> tuple[int, int | None] | None:
        """First and last week; None: the group is in no track."""
        return None if self.week_from is None and self.week_to is None else (self.week_from or 1, self.week_to)

    def slots(self) -> list[Slot]:
        first, last = self.weeks or (None, None)
        return [
            Slot(
                weekday=weekday, start=self.start, end=self.end, breaks=self.breaks, first_week=first, last_week=last,
                countable=self.service.counts(self.purpose), attended_by=self.attended_by, from_=self.from_,
                to=self.until,
            )
            for weekday in self.weekdays
        ]  # fmt: skip


@dataclass
class GroupPlan:
    """A group as the file has it; `lines` agree in everything but weekdays and hours."""

    lines: list[Line] = field(default_factory=list)

    @property
    def first(self) -> Line:
        return self.lines[0]

    def slots(self) -> list[Slot]:
        return [slot for line in self.lines for slot in line.slots()]

    def dose(self) -> Dose:
        """The weekly dose, where the lines are of a service set per patient."""
        slots = self.slots()
        return Dose(
            times=len(slots),
            minutes=sum(end - start for start, end in slots[0].spans()),
            first_week=slots[0].first_week,
            last_week=slots[0].last_week,
            countable=slots[0].countable,
            attended_by=slots[0].attended_by,
        )


@dataclass
class ProgramPlan:
    """A program as the file has it: what it will make, and its weekly hours."""

    first: Line
    groups: list[GroupPlan] = field(default_factory=list)
    doses: list[GroupPlan] = field(default_factory=list)

    def pattern(self) -> list[Slot | Dose]:
        slots = [slot for group in self.groups for slot in group.slots()]
        return [*slots, *(plan.dose() for plan in self.doses)]

    def weeks(self, day: date) -> list[Weeks]:
        return minutes_by_week(self.pattern(), day=day)


def read(header: list[str], rows: Iterable[Numbered], known: Known) -> list[ProgramPlan]:
    """The programs of a file. `rows` are line numbers with their cells by column. Raises TimetableError."""
    _check_header(header)
    bad: list[BadLine] = []
    lines = [line for number, row in rows if (line := _read_line(number, row, known, bad))]
    if not lines and not bad:
        bad.append(BadLine(2, "timetable", "The file has no line. Add one for each group."))
    plans = _gather(lines, bad)
    if bad:
        raise TimetableError(sorted(bad, key=lambda one: one.line))
    return plans


def _check_header(header: list[str]) -> None:
    missing = [
        BadLine(1, name, "This column is missing. Add it; its cells may be empty.")
        for name in REQUIRED
        if name not in header
    ]
    known = {*REQUIRED, *OPTIONAL}
    unknown = [
        BadLine(1, name, "This column is not known. Take it out or correct its name.")
        for name in header
        if name not in known
    ]
    twice = [
        BadLine(1, name, "This column is there twice. Take one out.")
        for name in sorted(set(header))
        if header.count(name) > 1
    ]
    if bad := [*missing, *unknown, *twice]:
        raise TimetableError(bad)


def _read_line(number: int, row: Row, known: Known, bad: list[BadLine]) -> Line | None:
    """The line, or None with its faults added to `bad`, one for each column."""
    faults = len(bad)
    if "" in row:
        bad.append(BadLine(number, "the end", "There are more cells than columns. Put text with a comma in quotes."))

    def cell(column: str, read_as: Callable[[str], Any], default: Any = None) -> Any:
        try:
            return read_as((row.get(column) or "").strip())
        except ValueError as error:
            bad.append(BadLine(number, column, str(error)))
            return default

    service = cell("service", lambda text: cells.service(text, known.services))
    values: dict[str, Any] = {
        "timetable": cell("timetable", lambda text: cells.program_code(text, known.retired_programs)),
        "program": cell("program", cells.name),
        "focus": cell("focus", lambda text: cells.choice(text, Focus.values)),
        "population": cell("population", lambda text: cells.choice(text, Population.values)),
        "level_of_care": cell("level_of_care", lambda text: cells.choice(text, LevelOfCare.values)),
        "group": cell("group", cells.name),
        "attended_by": cell("attended_by", lambda text: cells.audience(text, service)),
        "weekdays": cell("weekdays", cells.weekdays),
        "start": cell("start", cells.clock),
        "end": cell("end", cells.clock),
        "breaks": cell("breaks", lambda text: tuple(read_breaks(text)), ()),
        "week_from": cell("week_from", lambda text: cells.number(text, MOST_WEEKS)),
        "week_to": cell("week_to", lambda text: cells.number(text, MOST_WEEKS)),
        "min_size": cell("min_size", lambda text: cells.number(text, MOST_PEOPLE)),
        "capacity": cell("capacity", lambda text: cells.number(text, MOST_PEOPLE)),
        "leader": cell("leader", lambda text: cells.person(text, known.people)),
        "co_leader": cell("co_leader", lambda text: cells.person(text, known.people)),
        "room": cell("room", lambda text: cells.room(text, known.retired_rooms)),
        "purpose": cell("purpose", lambda text: cells.fits(text, cells.PURPOSE_LENGTH)),
        "from_": cell("from", cells.day),
        "until": cell("until", cells.day),
    }
    if len(bad) > faults:
        return None
    line = Line(number=number, service=service, **values)
    bad += [BadLine(number, column, reason) for column, reason in _contradictions(line)]
    return line if len(bad) == faults else None


def _contradictions(line: Line) -> Iterable[tuple[str, str]]:
    """What is wrong with cells that are each right alone: column and reason."""
    start, end = (time_format(wall, "g:i A") for wall in (line.start, line.end))
    if line.end <= line.start:
        yield "end", f"{end} is not after the start, {start}. Change one of the two."
    else:
        try:
            check_breaks(line.start, line.end, line.breaks)
        except ValueError as error:
            yield "breaks", str(error)
    if line.week_from and line.week_to and line.week_to < line.week_from:
        yield "week_to", f"Week {line.week_to} is before week {line.week_from}. Change one of the two."
    yield from _wrong_dates(line)
    if line.min_size and line.capacity and line.capacity < line.min_size:
        yield "capacity", f"{line.capacity} is less than the smallest size, {line.min_size}. Change one of the two."
    if line.is_dose and line.capacity not in {None, 1}:
        yield "capacity", f"{line.service} is for one patient. Write 1, or choose a service that is given in groups."
    if not line.is_dose and line.capacity == 1:
        yield "capacity", f"{line.service} is given in groups. Write its seats, or choose a service for one patient."
    if line.co_leader and line.co_leader == line.leader:
        yield "co_leader", "This is the leader already. Leave it empty or name someone else."


def _wrong_dates(line: Line) -> Iterable[tuple[str, str]]:
    if line.from_ and line.until and line.until < line.from_:
        yield "until", f"{line.until} is before the first day, {line.from_}. Change one of the two."
    if line.is_dose and (line.from_ or line.until):
        yield "from" if line.from_ else "until", f"{line.service} is set per patient and has no dates. Leave it empty."


def _gather(lines: list[Line], bad: list[BadLine]) -> list[ProgramPlan]:
    """Lines of one program, group or dose together; lines that should agree and do not are added to `bad`."""
    programs: dict[str, ProgramPlan] = {}
    members: dict[tuple[Any, ...], GroupPlan] = {}
    for line in lines:
        program = programs.setdefault(line.timetable, ProgramPlan(line))
        bad += _differences(line, program.first, PROGRAM_COLUMNS, "program")
        name = line.service.code if line.is_dose else line.group
        weeks = line.week_from if line.is_dose else line.weeks
        key = (line.timetable, line.is_dose, name.casefold(), weeks)
        if key not in members:
            members[key] = GroupPlan()
            (program.doses if line.is_dose else program.groups).append(members[key])
        plan = members[key]
        plan.lines.append(line)
        bad += _differences(line, plan.first, ("week_to",) if line.is_dose else GROUP_COLUMNS, "group")
        bad += _same_hours(line, plan) if not line.is_dose else _other_length(line, plan)
    return list(programs.values())


def _differences(line: Line, first: Line, columns: tuple[str, ...], noun: str) -> list[BadLine]:
    return [
        BadLine(line.number, column, f"It differs from line {first.number}, which is the same {noun}. Make them agree.")
        for column in columns
        if getattr(line, column) != getattr(first, column)
    ]


def _same_hours(line: Line, plan: GroupPlan) -> list[BadLine]:
    return [
        BadLine(line.number, "weekdays", f"The group meets then in line {other.number} already. Take one out.")
        for other in plan.lines[:-1]
        if any(at_once(one, another) for one in line.slots() for another in other.slots())
    ]


def _other_length(line: Line, plan: GroupPlan) -> list[BadLine]:
    same = GroupPlan([line]).dose().minutes == GroupPlan([plan.first]).dose().minutes
    reason = f"{line.service} of the same weeks has another length in line {plan.first.number}. Make them agree."
    return [] if same else [BadLine(line.number, "end", reason)]
