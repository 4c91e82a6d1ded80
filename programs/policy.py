"""The policy profile: its keys with type, unit, bounds and default, and the book of values in force on a day.

A value belongs to a program or to the whole provider and is dated. A program's value wins over the provider's, and that
over the default here. Clocks (`plan_due` and the like) stay text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list

from .choices import CapClass

if TYPE_CHECKING:
    from .models import PolicyValue, Program

type Value = int | bool | str | Decimal | tuple[int, ...] | None
NONE = "none"
LONGEST = 3650  # days


@dataclass(frozen=True)
class Key:
    """One key of the profile. `rules` are the R-numbers that ask for it; none: it is shown where people decide."""

    name: str
    default: str
    read: Callable[[str], Value]
    kind: str
    unit: str = ""
    bounds: str = ""
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def expects(self) -> str:
        """What to write, for help texts and refusals."""
        return " ".join(part for part in (self.kind, self.unit, self.bounds) if part)

    def value(self, text: str) -> Value:
        """The text as its type. Raises ValueError with a sentence for anything else."""
        try:
            return self.read(text.strip())
        except (ValueError, InvalidOperation) as error:
            raise ValueError(f"“{text}” cannot be the value of {self.name}. It takes {self.expects}.") from error


def _number(  # noqa: PLR0917 - the table below reads as RULES.md's
    name: str, default: int | None, unit: str, rules: str, low: int, high: int, *, or_none: bool = False
) -> Key:
    """A whole number from `low` to `high`; `or_none` allows the word none for no limit."""

    def read(text: str) -> int | None:
        if or_none and text.lower() == NONE:
            return None
        if not (text.isascii() and text.isdigit()) or not low <= int(text[:9]) <= high:
            raise ValueError(text)
        return int(text)

    bounds = f"from {low} to {high}" + (f", or {NONE}" if or_none else "")
    text = NONE if default is None else str(default)
    return Key(name, text, read, "a whole number", f"of {unit}", bounds, tuple(rules.split()))


def _switch(name: str, default: str, rules: str) -> Key:
    def read(text: str) -> bool:
        return {"true": True, "false": False}[_one_of(text.lower(), ("true", "false"))]

    return Key(name, default, read, "true or false", rules=tuple(rules.split()))


def _choice(name: str, default: str, choices: tuple[str, ...], rules: str) -> Key:
    def read(text: str) -> str:
        return _one_of(text.capitalize(), choices)

    return Key(name, default, read, get_text_list(list(choices), "or"), rules=tuple(rules.split()))


def _ratio(name: str, default: str, rules: str) -> Key:
    def read(text: str) -> Decimal:
        number = Decimal(text)
        if not Decimal(0) < number <= 1:
            raise ValueError(text)
        return number

    return Key(name, default, read, "a share", bounds="above 0, at most 1, such as 0.90", rules=tuple(rules.split()))


def _days_list(name: str, default: str, rules: str) -> Key:
    def read(text: str) -> tuple[int, ...]:
        days = tuple(int(part) for part in text.split(",") if part.strip().isdigit())
        if len(days) != len(text.split(",")) or sorted(set(days), reverse=True) != list(days) or max(days) > LONGEST:
            raise ValueError(text)
        return days

    bounds = "falling, separated by commas, such as 90,60,30,7"
    return Key(name, default, read, "whole numbers", "of days", bounds, tuple(rules.split()))


def _clock(name: str, default: str, rules: str) -> Key:
    def read(text: str) -> str:
        if not text:
            raise ValueError(text)
        return text

    return Key(name, default, read, "a span", bounds="such as 14 days or 24 hours", rules=tuple(rules.split()))


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError(text)
    return text


WEEK = 7 * 24 * 60
KEYS: dict[str, Key] = {
    key.name: key
    for key in [
        _choice("week_start", "Sunday", ("Sunday", "Monday"), "R-42"),
        _number("min_week_minutes_adult", 540, "minutes", "R-24 R-25 R-42", 0, WEEK),
        _number("min_week_minutes_adolescent", 360, "minutes", "R-06 R-25 R-42", 0, WEEK),
        _number("adolescent_under_age", 18, "years", "R-06", 1, 26),
        _number("max_week_minutes", 1140, "minutes", "", 1, WEEK),
        _number("php_minutes", 1200, "minutes", "R-24 R-25", 1, WEEK),
        _number("averaging_weeks", 1, "weeks", "R-42", 1, 12),
        _number("min_day_minutes", 180, "minutes", "R-43", 0, 24 * 60),
        _number("min_days_per_week", 3, "days", "", 0, 7),
        _number("max_idle_days_between", 3, "days", "R-34", 0, 30),
        _switch("exclude_breaks", "true", "R-25"),
        _number("grace_late_minutes", 10, "minutes", "R-38", 0, 120),
        _number("grace_early_minutes", 10, "minutes", "R-38", 0, 120),
        _number("group_cap_therapy", 12, "people", "R-26 R-27", 1, 200, or_none=True),
        _number("group_cap_education", 20, "people", "R-26 R-27", 1, 200, or_none=True),
        _number("group_cap_multifamily", None, "people", "R-26 R-27", 1, 200, or_none=True),
        _number("group_min", 2, "people", "R-28", 1, 50),
        _number("caseload_max", 24, "patients of a full-time clinician", "R-32", 1, 500),
        _clock("plan_due", "14 days", "R-16"),
        _number("plan_review_days", 30, "days", "R-18", 1, 366),
        _number("recert_days", 60, "days", "R-17", 1, 366),
        _clock("note_target", "24 hours", "R-52"),
        _clock("note_overdue", "72 hours", "R-52"),
        _number("countersign_days", 10, "days", "R-22", 1, 366),
        _number("family_interval_days", 30, "days", "R-36", 1, 366),
        _number("individual_interval_days", 7, "days", "R-36", 1, 366),
        _number("absence_consecutive_days", 3, "days", "R-46", 1, 60),
        _number("absence_window_count", 3, "days", "R-46", 1, 60),
        _number("absence_window_days", 14, "days", "R-46", 1, 366),
        _number("absence_idle_days", 7, "days", "R-46", 1, 366),
        _number("inactive_discharge_review_days", 30, "days", "R-46", 1, 366),
        _number("consent_default_days", 365, "days", "", 1, 3660),
        _number("auth_warn_units", 3, "units", "R-77", 0, 1000),
        _number("auth_warn_days", 7, "days", "R-77", 0, 366),
        _days_list("license_warn_days", "90,60,30,7", "R-31"),
        _number("discharge_summary_days", 15, "days", "R-79", 1, 366),
        _number("hard_cap", None, "people", "R-26", 1, 200, or_none=True),
        _number("loc_max_age_days", 30, "days", "R-02", 1, 366),
        _number("cancel_notice_hours", 24, "hours", "R-39", 0, 240),
        _number("makeup_window_before_days", 7, "days", "R-41", 0, 366),
        _number("makeup_window_after_days", 14, "days", "R-41", 0, 366),
        _number("attendance_close_hours", 24, "hours", "R-47", 1, 2400),
        _number("btg_hours", 4, "hours", "R-66", 1, 240),
        _number("minor_consent_age", 18, "years", "R-06", 10, 21),
        _number("risk_no_show_due_minutes", 60, "minutes", "R-46", 1, 24 * 60),
        _number("court_report_emergent_days", 3, "working days", "R-81", 1, 60),
        _number("court_report_routine_days", 10, "working days", "R-81", 1, 60),
        _number("renewal_grace_days", 30, "days", "R-30", 0, 366),
        _ratio("clone_threshold", "0.90", "R-14"),
        _ratio("similarity_threshold", "0.80", "R-51"),
        _switch("note_before_next_session", "false", "R-52"),
        _number("instrument_cadence_days", 14, "days", "R-75", 1, 366),
    ]
}


def validate(key: str, value: str) -> None:
    """Raise a ValidationError at the field when the key is unknown or the value not in its grammar."""
    if key not in KEYS:
        raise ValidationError({"key": f"“{key}” is not a policy key. Choose one of the list."})
    try:
        KEYS[key].value(value)
    except ValueError as error:
        raise ValidationError({"value": str(error)}) from error


class Book:
    """The values in force on one day for some programs, read with one query and passed down."""

    def __init__(self, programs: Iterable[int], day: date, rows: "Iterable[PolicyValue]") -> None:
        self.day = day
        self._programs = frozenset(programs)
        self._rows = {(row.program_id, row.key): row for row in rows}  # oldest first: the last one is in force

    def row(self, program: "Program | int | None", key: str) -> "PolicyValue | None":
        """The row in force, with its date and citation: the program's, or else the provider's.

        A program of None asks for the provider-wide value.

        Raises LookupError for an unknown key or a program this book was not opened for.
        """
        number = program if program is None or isinstance(program, int) else program.pk
        if key not in KEYS or (number is not None and number not in self._programs):
            raise LookupError(f"no {key} of program {number} in this book")
        return self._rows.get((number, key)) or self._rows.get((None, key))

    def value(self, program: "Program | int | None", key: str) -> Value:
        """The value in force as its type; None where the key allows the word none and has it."""
        row = self.row(program, key)
        return KEYS[key].value(row.value if row else KEYS[key].default)

    def number(self, program: "Program | int | None", key: str) -> int:
        """The value of a key that is always a whole number."""
        return cast("int", self.value(program, key))

    def limit(self, program: "Program | int | None", key: str) -> int | None:
        """The value of a key that is a whole number or none."""
        return cast("int | None", self.value(program, key))

    def switch(self, program: "Program | int | None", key: str) -> bool:
        """The value of a key that is true or false."""
        return cast("bool", self.value(program, key))

    def group_cap(self, program: "Program | int | None", cap_class: str) -> int | None:
        """The cap of a service's class (R-26, R-27); None: no cap."""
        return None if cap_class == CapClass.NONE else self.limit(program, f"group_cap_{cap_class}")


def book(programs: "Iterable[int] | Program", day: date) -> Book:
    """Open the book of a program or of several, by id, for a day: one query."""
    ids = list(programs) if isinstance(programs, Iterable) else [programs.pk]
    return Book(ids, day, apps.get_model("programs", "PolicyValue").objects.applying_to(ids).set_by(day))
