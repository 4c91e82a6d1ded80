"""Taking over a timetable file: the upload, and the preview with what only a person knows."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.text import get_text_list

from programs import cells, files, previews, timetable
from programs.actions import ProgramWeek, Rehearsal, read_timetable, rehearse_timetable
from programs.findings import days_in_words
from programs.importing import BadLine, GroupPlan, Numbered, ProgramPlan, TimetableError
from programs.models import Location
from scheduling.actions import Taken, take_timetable
from web.forms import ActionForm, KeyField, VersionField
from web.missing import AsksByLabel
from web.refusals import Refusal
from web.uploads import Limits, UploadError

LIMITS = Limits(bytes=256 * 1024, rows=600, cell=400)
ONE, SEASONS = "one", "seasons"
ANSWERS = [
    (ONE, "Each patient attends one of them"),
    (SEASONS, "They run at different times of the year: give their dates below"),
]
type Dates = tuple[date | None, date | None]


def day_field(label: str, **kw: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date", "class": "w-date"}), **kw)


class UploadForm(AsksByLabel, forms.Form):
    """The file, where it is for, and the day its programs open. `problems` are all bad lines of the file."""

    file = forms.FileField(
        label="Timetable file",
        help_text="CSV with one line for each group and its hours; commas, semicolons or tabs. At most 256 KB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    location = forms.ModelChoiceField(Location.objects.none(), help_text="A program is known there by its code.")
    program_start = day_field(
        "Program start",
        help_text="New programs open on this day, and new groups begin to meet.",
    )

    def __init__(self, *args: Any, user: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = at.date()
        self.problems: list[BadLine] = []
        self.header: list[str] = []
        self.rows: list[Numbered] = []
        places = Location.objects.directed_by(user, today).active_on(today)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]
        only = list(places[:2])
        self.fields["location"].initial = only[0] if len(only) == 1 else None
        self.today = today

    def clean_program_start(self) -> date | None:
        return sane(self.cleaned_data["program_start"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                self.header, self.rows = files.read(data["file"], LIMITS)
                read_timetable(header=self.header, rows=self.rows, location=data["location"], day=self.today)
            except UploadError as error:
                self.problems = [BadLine(one.line, one.column or "the file", one.reason) for one in error.problems]
            except TimetableError as error:
                self.problems = error.lines
            if self.problems:
                raise ValidationError("Nothing is saved. Put the lines below right in the file, and upload it again.")
        return data


@dataclass(frozen=True)
class GroupRow:
    """One group of the preview, with its two dates."""

    plan: GroupPlan
    first: BoundField
    last: BoundField

    @property
    def meets(self) -> list[str]:
        return [f"{days_in_words(line.weekdays)}, {clock(line.start)}–{clock(line.end)}" for line in self.plan.lines]

    @property
    def weeks(self) -> str:
        return weeks_of(self.plan)


@dataclass(frozen=True)
class Section:
    """One program of the preview. `sets` are groups at the same hours, with the field that asks about them."""

    plan: ProgramPlan
    groups: list[GroupRow]
    sets: list[tuple[str, BoundField]]
    doses: list[tuple[GroupPlan, str]]
    week: ProgramWeek | None


class TakeForm(ActionForm):
    """The preview: it carries the file's text, reads it anew each time, and asks about groups at the same hours."""

    key = KeyField()
    seen = VersionField()
    text = forms.CharField(widget=forms.HiddenInput, max_length=LIMITS.bytes * 2, strip=False)
    location = forms.ModelChoiceField(Location.objects.none(), widget=forms.HiddenInput)
    program_start = forms.DateField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, at: datetime, confirming: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.at, self.confirming = user, at, confirming
        self.rehearsal: Rehearsal | None = None
        self.trouble = ""
        places = Location.objects.directed_by(user, at.date()).active_on(at.date())
        self.fields["location"].queryset = places  # type: ignore[attr-defined]
        self.plans = list(self._plans())
        for program, plan in enumerate(self.plans):
            for group in range(len(plan.groups)):
                self.fields[f"from_{program}_{group}"] = day_field("From", required=False)
                self.fields[f"until_{program}_{group}"] = day_field("Until", required=False)
            for number in range(len(self._sets(plan))):
                self.fields[f"same_{program}_{number}"] = forms.ChoiceField(
                    choices=ANSWERS, widget=forms.RadioSelect, required=False, label="Groups at the same hours"
                )

    def _plans(self) -> Iterator[ProgramPlan]:
        """What the text says now, or nothing where it cannot be read any more; `clean` says so."""
        try:
            self.header, self.rows = files.read(io.StringIO(self["text"].value() or ""), LIMITS)
            field = self.fields["location"]
            self.place = field.clean(field.prepare_value(self["location"].value()))
            yield from read_timetable(header=self.header, rows=self.rows, location=self.place, day=self.at.date())
        except (UploadError, TimetableError, ValidationError):
            return

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.plans:
            raise ValidationError("The file can no longer be taken as it is. Upload it again; nothing is saved.")
        sane_days = [self._check_day(name) for name in self.fields if name.startswith(("from_", "until_"))]
        if all(sane_days):
            for program, plan in enumerate(self.plans):
                self._check_answers(program, plan)
        return data

    def _check_day(self, name: str) -> bool:
        try:
            sane(self.cleaned_data.get(name))
        except ValidationError as error:
            self.add_error(name, error)
        return name in self.cleaned_data

    def _check_answers(self, program: int, plan: ProgramPlan) -> None:
        for group, one in enumerate(plan.groups):
            first, last = self._dates(program, group)
            if first and last and last < first:
                self.add_error(f"until_{program}_{group}", f"{one.first.group} would end before it begins.")
        for number, places in enumerate(self._sets(plan)):
            name = f"same_{program}_{number}"
            answer = self.cleaned_data.get(name)
            names = get_text_list([plan.groups[place].first.group for place in places], "and")
            if not answer and self.confirming:
                self.add_error(name, f"{names} meet at the same hours. Say whether each patient attends one of them.")
            elif answer == SEASONS and self._still_at_once(program, plan, places):
                self.add_error(
                    name, f"{names} still meet at the same hours on some days. Give dates that do not overlap."
                )

    def _still_at_once(self, program: int, plan: ProgramPlan, places: list[int]) -> bool:
        parts = previews.parts_of_plan(plan)
        return bool(previews.alternatives([self._dated(parts[place], program, place) for place in places]))

    def _dated(self, part: previews.Part, program: int, group: int) -> previews.Part:
        first, last = self._dates(program, group)
        slots = [item for item in part.items if isinstance(item, timetable.Slot)]
        items = (replace(slot, from_=first or slot.from_, to=last or slot.to) for slot in slots)
        return replace(part, items=tuple(items))

    def _dates(self, program: int, group: int) -> Dates:
        data = getattr(self, "cleaned_data", {})
        return data.get(f"from_{program}_{group}"), data.get(f"until_{program}_{group}")

    @staticmethod
    def _sets(plan: ProgramPlan) -> list[list[int]]:
        """The groups at the same hours, by their places in the plan."""
        parts = previews.parts_of_plan(plan)[: len(plan.groups)]
        return [[parts.index(part) for part in one] for one in previews.alternatives(parts)]

    @property
    def sections(self) -> list[Section]:
        return [self._section(place, plan) for place, plan in enumerate(self.plans)]

    def _section(self, program: int, plan: ProgramPlan) -> Section:
        rows = [
            GroupRow(group, self[f"from_{program}_{place}"], self[f"until_{program}_{place}"])
            for place, group in enumerate(plan.groups)
        ]
        sets = [
            (
                get_text_list([plan.groups[place].first.group for place in places], "and"),
                self[f"same_{program}_{number}"],
            )
            for number, places in enumerate(self._sets(plan))
        ]
        weeks = self.rehearsal.programs if self.rehearsal else []
        week = next((one for one in weeks if one.code == plan.first.timetable), None)
        doses = [(dose, weeks_of(dose)) for dose in plan.doses]
        return Section(plan, rows, sets, doses, week)

    def dated_rows(self) -> tuple[list[str], list[Numbered]]:
        """The file's rows with the dates that were given here."""
        dates: dict[int, Dates] = {}
        for program, plan in enumerate(self.plans):
            for place, group in enumerate(plan.groups):
                first, last = self._dates(program, place)
                if first or last:
                    dates |= {line.number: (first or line.from_, last or line.until) for line in group.lines}
        return files.with_dates(self.header, self.rows, dates) if dates else (self.header, self.rows)

    def rehearse(self) -> None:
        """Find out what it would do, for the page; `trouble` is why it cannot be done."""
        if not self.plans or (self.is_bound and "program_start" not in self.cleaned_data):
            return
        start = self.cleaned_data["program_start"] if self.is_bound else self.initial["program_start"]
        header, rows = self.dated_rows()
        try:
            self.rehearsal = rehearse_timetable(
                header=header,
                rows=rows,
                program_start=start,
                location=self.place.name,
                day=self.at.date(),
                by=self.user,
            )
        except Refusal as refusal:
            self.trouble = refusal.sentence

    def save(self, *, by: Any) -> Taken:
        header, rows = self.dated_rows()
        data = self.cleaned_data
        return take_timetable(
            header=header, rows=rows, program_start=data["program_start"], location=data["location"],
            seen=data["seen"], key=data["key"], by=by, at=self.at,
        )  # fmt: skip


def sane(day: date | None) -> date | None:
    """Refuse a day of an impossible year, at its field."""
    if day and day.year not in cells.YEARS:
        raise ValidationError("Give a year from 2000 to 2100.")
    return day


def weeks_of(plan: GroupPlan) -> str:
    return timetable.weeks_in_words(*(plan.first.weeks or (None, None)))


def clock(wall: time) -> str:
    return f"{wall:%-I:%M %p}"
