"""What a timetable file will make, before anything is saved: for the command and the upload page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from . import timetable
from .choices import Population
from .findings import hours_in_words
from .importing import ProgramPlan
from .policy import Book


@dataclass(frozen=True)
class ProgramPreview:
    """One program of the file. `hours` are sentences by patient week, judged by the values in force provider-wide."""

    code: str
    name: str
    groups: tuple[str, ...]
    doses: tuple[str, ...]
    weeks: tuple[timetable.Weeks, ...]
    hours: tuple[str, ...]


def preview(plans: Iterable[ProgramPlan], *, day: date, book: Book) -> list[ProgramPreview]:
    """What the programs of a file come to on `day`; a provider's book is enough, as a new program has no values."""
    return [_program(plan, day, book) for plan in plans]


def minimum_for(population: str, book: Book, program: int | None = None) -> int:
    """The weekly minimum in minutes of a program for this population (R-06 asks each patient's age besides)."""
    adolescent = population == Population.ADOLESCENT
    return book.number(program, "min_week_minutes_adolescent" if adolescent else "min_week_minutes_adult")


def _program(plan: ProgramPlan, day: date, book: Book) -> ProgramPreview:
    exclude_breaks = book.switch(None, "exclude_breaks")
    weeks = timetable.minutes_by_week(plan.pattern(), day=day, exclude_breaks=exclude_breaks)
    hours = hours_in_words(
        weeks,
        minimum=minimum_for(plan.first.population, book),
        partial_hospitalization=book.number(None, "php_minutes"),
    )
    doses = (f"{one.first.service}: {one.dose().times} × {one.dose().minutes} minutes a week" for one in plan.doses)
    return ProgramPreview(
        code=plan.first.timetable,
        name=plan.first.program,
        groups=tuple(one.first.group for one in plan.groups),
        doses=tuple(doses),
        weeks=tuple(weeks),
        hours=tuple(hours),
    )
