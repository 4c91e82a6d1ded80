"""What the policy in force asks of a program's week."""

from dataclasses import dataclass

from .choices import Population
from .policy import Book

OF_AGE = 18


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the policy in force says of a week. Minutes, except the counts of days and weeks, and the age.

    `minimum` is that of the program's population; in a program for adults `young` is what people under `young_under`
    need, where that is above 18 (R-06).
    """

    minimum: int
    maximum: int
    partial_hospitalization: int
    day: int
    days: int
    idle_days: int
    exclude_breaks: bool
    averaging_weeks: int = 1
    young: int = 0
    young_under: int = 0


def limits_of(population: str, book: Book, program: int | None = None) -> Limits:
    under = book.number(program, "adolescent_under_age")
    has_young_adults = population != Population.ADOLESCENT and under > OF_AGE
    return Limits(
        minimum=minimum_for(population, book, program),
        maximum=book.number(program, "max_week_minutes"),
        partial_hospitalization=book.number(program, "php_minutes"),
        day=book.number(program, "min_day_minutes"),
        days=book.number(program, "min_days_per_week"),
        idle_days=book.number(program, "max_idle_days_between"),
        exclude_breaks=book.switch(program, "exclude_breaks"),
        averaging_weeks=book.number(program, "averaging_weeks"),
        young=book.number(program, "min_week_minutes_adolescent") if has_young_adults else 0,
        young_under=under if has_young_adults else 0,
    )


def minimum_for(population: str, book: Book, program: int | None = None) -> int:
    """The weekly minimum in minutes of a program for this population (R-06 asks each patient's age besides)."""
    adolescent = population == Population.ADOLESCENT
    return book.number(program, "min_week_minutes_adolescent" if adolescent else "min_week_minutes_adult")
