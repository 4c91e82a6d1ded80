"""The values in force on a day: read with one query, asked in memory, passed down."""

from collections import defaultdict
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
        self._rows: dict[tuple[int | None, str], list[PolicyValue]] = defaultdict(list)
        for row in rows:  # oldest first: the last one is in force
            self._rows[row.program_id, row.key].append(row)

    def on(self, day: date) -> "Book":
        """The same book on a day up to its own; no query."""
        earlier = Book(self._programs, min(day, self.day), ())
        earlier._rows = self._rows
        return earlier

    def row(self, program: "Program | int | None", key: str) -> "PolicyValue | None":
        """The row in force, with its date and citation: the program's, or else the provider's; None: the default.

        An empty value falls back. A program of None asks for the provider-wide value.

        Raises LookupError for an unknown key or a program this book was not opened for.
        """
        number = program if program is None or isinstance(program, int) else program.pk
        if key not in KEYS or (number is not None and number not in self._programs):
            raise LookupError(f"no {key} of program {number} in this book")
        return self._row_on(self.day, number, key)

    def since(self, program: "Program | int | None", key: str) -> date | None:
        """The day from which on the row of `row` has been in force without a break; None: a default that always was."""
        number = program if program is None or isinstance(program, int) else program.pk
        row, since = self.row(number, key), None
        starts = {one.starts_on for scope in (number, None) for one in self._rows.get((scope, key), [])}
        for start in sorted(starts, reverse=True):
            if self._row_on(start, number, key) != row:
                return since
            since = start
        return since if row else None

    def _row_on(self, day: date, program: int | None, key: str) -> "PolicyValue | None":
        """The row in force on a day up to the book's."""
        for scope in (program, None):
            begun = [row for row in self._rows.get((scope, key), []) if row.starts_on <= day]
            if begun and begun[-1].value:
                return begun[-1]
        return None

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
