"""The values in force on a day: read with one query, asked in memory, passed down."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, cast

from django.apps import apps

from programs.choices import CapClass
from programs.clocks import Clock

from .keys import Value
from .profile import KEYS

if TYPE_CHECKING:
    from programs.models import PolicyValue, Program


class Book:
    """The values in force on one day for some programs, read with one query and passed down."""

    def __init__(self, programs: Iterable[int], day: date, rows: "Iterable[PolicyValue]") -> None:
        self.day = day
        self._programs = frozenset(programs)
        self._rows = {(row.program_id, row.key): row for row in rows}  # oldest first: the last one is in force

    def row(self, program: "Program | int | None", key: str) -> "PolicyValue | None":
        """The row in force, with its date and citation: the program's, or else the provider's; None: the default.

        An empty value falls back. A program of None asks for the provider-wide value.

        Raises LookupError for an unknown key or a program this book was not opened for.
        """
        number = program if program is None or isinstance(program, int) else program.pk
        if key not in KEYS or (number is not None and number not in self._programs):
            raise LookupError(f"no {key} of program {number} in this book")
        found = (self._rows.get((scope, key)) for scope in (number, None))
        return next((row for row in found if row and row.value), None)

    def text(self, program: "Program | int | None", key: str) -> str:
        """The value in force as it is written."""
        row = self.row(program, key)
        return row.value if row else KEYS[key].default

    def value(self, program: "Program | int | None", key: str) -> Value:
        """The value in force as its type; None where the key allows the word none and has it."""
        return KEYS[key].value(self.text(program, key))

    def number(self, program: "Program | int | None", key: str) -> int:
        """The value of a key that is always a whole number."""
        return cast("int", self.value(program, key))

    def limit(self, program: "Program | int | None", key: str) -> int | None:
        """The value of a key that is a whole number or none."""
        return cast("int | None", self.value(program, key))

    def switch(self, program: "Program | int | None", key: str) -> bool:
        """The value of a key that is true or false."""
        return cast("bool", self.value(program, key))

    def clock(self, program: "Program | int | None", key: str) -> Clock:
        """The value of a key that is a clock."""
        return cast("Clock", self.value(program, key))

    def group_cap(self, program: "Program | int | None", cap_class: str) -> int | None:
        """The cap of a service's class (R-26, R-27); None: no cap."""
        return None if cap_class == CapClass.NONE else self.limit(program, f"group_cap_{cap_class}")


def book(programs: "Iterable[int] | Program", day: date) -> Book:
    """Open the book of a program or of several, by id, for a day: one query."""
    ids = list(programs) if isinstance(programs, Iterable) else [programs.pk]
    return Book(ids, day, apps.get_model("programs", "PolicyValue").objects.applying_to(ids).set_by(day))
