"""The weekly template of a program: its timetable lines as they stand, as a table that can be changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from programs import exporting, previews
from programs.actions import known_at
from programs.choices import AttendedBy
from programs.fields import breaks_as_kept, breaks_in_words
from programs.findings import WEEKDAYS
from programs.importing import REQUIRED, Known, Numbered, ProgramPlan, TimetableError, read
from programs.models import Program
from programs.policy import Book
from programs.previews import Hours
from programs.strips import Strip, strip
from scheduling.actions import Taken, lines_version, set_week
from web.forms import ActionForm, VersionField

from .timetables import day_field, sane

MOST, MOST_DAYS = 80, 14
COLUMNS = (
    "group", "service", "attended_by", "weekdays", "start", "end", "breaks", "week_from", "week_to", "capacity",
    "min_size", "from", "until", "purpose",
)  # fmt: skip
HEADER = [*REQUIRED, "from", "until", "purpose"]
MORE = ("week_from", "week_to", "capacity", "min_size", "from", "until", "purpose")
TOO_MANY = f"More than {MOST} lines cannot be changed here. Import a timetable file instead."
NO_LINE = "Leave at least one line. To end the whole program, retire it on its own page."


@dataclass
class TypedLine:
    """One line as it is typed; `errors` are sentences by column. A known line belongs to a group that exists."""

    place: int
    cells: dict[str, str]
    is_known: bool = False
    is_removed: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"row-{self.place}"

    @property
    def is_empty(self) -> bool:
        """A new line in which nothing is said yet; the two lists always say something."""
        said = (value for column, value in self.cells.items() if column not in {"service", "attended_by"})
        return not self.is_known and not any(said)

    @property
    def days(self) -> list[tuple[str, bool]]:
        return [(day, day in self.cells["weekdays"].split()) for day in WEEKDAYS]

    @property
    def is_open(self) -> bool:
        """Whether something of what is seldom needed is wrong."""
        return any(column in self.errors for column in MORE)

    @property
    def more(self) -> str:
        """What is seldom needed, in words; empty where nothing is said."""
        cells = self.cells
        weeks = f"weeks {cells['week_from'] or 1}–{cells['week_to']}" if cells["week_from"] or cells["week_to"] else ""
        seats = f"{cells['capacity']} seats" if cells["capacity"] else ""
        least = f"at least {cells['min_size']}" if cells["min_size"] else ""
        first = f"from {cells['from']}" if cells["from"] else ""
        last = f"until {cells['until']}" if cells["until"] else ""
        said = [part for part in (weeks, seats, least, first, last, cells["purpose"]) if part]
        return ", ".join(said).capitalize()


class WeekForm(ActionForm):
    """The lines and the day from which they hold. `version` is that of the lines that were `shown`."""

    from_day = day_field(
        "Changes hold from", help_text="What changes ends the day before, and the new hours begin. The past stays."
    )
    shown = forms.DateField(widget=forms.HiddenInput)
    version = VersionField()
    count = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=MOST, error_messages={"max_value": TOO_MANY}
    )

    def __init__(self, *args: Any, program: Program, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program, self.at = program, at
        self.today = at.astimezone(program.location.zone).date()
        self.earliest = max(self.today, program.opens_on)
        self.known: Known = known_at(program.location, self.today)
        self.services = sorted(service.name for service in self.known.services)
        self.audiences = AttendedBy.choices
        self.rows = list(self._typed()) if self.is_bound else list(self._saved())

    def _saved(self) -> Iterator[TypedLine]:
        _, rows = exporting.lines_of(self.program, day=self.earliest)
        self.initial = {"from_day": self.earliest, "shown": self.earliest, "version": lines_version(rows)}
        for place, (_, row) in enumerate(rows):
            cells = {column: row[column] for column in COLUMNS}
            yield TypedLine(place, cells | {"breaks": breaks_in_words(row["breaks"])}, is_known=True)

    def _typed(self) -> Iterator[TypedLine]:
        count = str(self.data.get("count", ""))[:4]
        for place in range(min(int(count) if count.isascii() and count.isdigit() else 0, MOST)):
            name = f"row-{place}"
            cells = {column: self.data.get(f"{name}-{column}", "").strip() for column in COLUMNS}
            cells["weekdays"] = " ".join(cast("QueryDict", self.data).getlist(f"{name}-weekdays")[:MOST_DAYS])
            yield TypedLine(place, cells, f"{name}-known" in self.data, f"{name}-remove" in self.data)

    def add_line(self) -> None:
        """One more empty line at the end."""
        if len(self.rows) < MOST:
            cells = dict.fromkeys(COLUMNS, "") | {"attended_by": AttendedBy.PATIENT.value}
            self.rows.append(TypedLine(len(self.rows), cells))

    def lines(self) -> list[Numbered]:
        """The rows of the import: what is neither empty nor to be removed, numbered from 1 by place."""
        program = self.program
        facts = {
            "timetable": program.code, "program": program.name, "focus": program.focus,
            "population": program.population, "level_of_care": program.level_of_care,
        }  # fmt: skip
        kept = [row for row in self.rows if not row.is_empty and not row.is_removed]
        return [(row.place + 1, facts | row.cells | {"breaks": breaks_as_kept(row.cells["breaks"])}) for row in kept]

    def clean_from_day(self) -> date | None:
        day = sane(self.cleaned_data["from_day"])
        if day and day < self.earliest:
            first = f"{self.earliest:%b %-d, %Y}"
            raise ValidationError(f"The past stays as it was. Choose {first} or a later day.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sane(data.get("shown"))
        lines = self.lines()
        if not lines:
            raise ValidationError(NO_LINE)
        try:
            read(HEADER, lines, known_at(self.program.location, data.get("from_day") or self.today))
        except TimetableError as error:
            for bad in error.lines:
                self.rows[bad.line - 1].errors.setdefault(bad.column, bad.reason)
            raise ValidationError("Some cells cannot be taken. Each says why below; nothing is saved.") from error
        return data

    def save(self, *, by: Any) -> Taken:
        data = self.cleaned_data
        return set_week(
            program=self.program, header=HEADER, rows=self.lines(), from_day=data["from_day"], shown=data["shown"],
            version=data["version"], by=by, at=self.at,
        )  # fmt: skip

    @property
    def bad_cells(self) -> list[tuple[str, str, str]]:
        """Of each cell that cannot be taken: where it is, what it is, and why."""
        return [
            (f"{row.name}-{column}", f"Line {row.place + 1}, {column.replace('_', ' ')}", reason)
            for row in self.rows
            for column, reason in row.errors.items()
        ]


@dataclass(frozen=True)
class WeekPreview:
    """What the typed lines come to; `left_out` counts those that cannot be read yet."""

    hours: Hours
    strip: Strip
    left_out: int


def preview_of(form: WeekForm, *, book: Book) -> WeekPreview:
    """The hours of the lines that can be read, as of the day from which they hold."""
    try:
        day = sane(form.fields["from_day"].clean(form["from_day"].value())) or form.earliest
    except ValidationError:
        day = form.earliest
    lines = form.lines()
    plans = _readable(lines, form.known)
    parts = [part for plan in plans for part in previews.parts_of_plan(plan)]
    limits = previews.limits_of(form.program.population, book, form.program.pk)
    hours = previews.judge(parts, limits=limits, day=max(day, form.program.opens_on))
    read_lines = sum(len(one.lines) for plan in plans for one in [*plan.groups, *plan.doses])
    return WeekPreview(hours, strip(parts, hours), len(lines) - read_lines)


def _readable(lines: list[Numbered], known: Known) -> list[ProgramPlan]:
    """The plan of the lines without faults."""
    while lines:
        try:
            return read(HEADER, lines, known)
        except TimetableError as error:
            bad = {one.line for one in error.lines}
            left = [line for line in lines if line[0] not in bad]
            lines = left if len(left) < len(lines) else []
    return []
