"""The policy of a program as people read it: every value in force on a day, where it comes from, what comes later."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.apps import apps

from .books import Book
from .keys import Key
from .profile import SECTIONS

if TYPE_CHECKING:
    from programs.models import PolicyValue, Program

OWN, PROVIDER, DEFAULT = "this program", "whole provider", "default"


@dataclass(frozen=True)
class Standing:
    """A value for people, the row it comes from (without one it is the default), and since when it is in force."""

    shown: str
    row: "PolicyValue | None"
    since: date | None = None

    @property
    def source(self) -> str:
        if self.row is None:
            return DEFAULT
        return OWN if self.row.program_id else PROVIDER

    @property
    def is_unconfirmed(self) -> bool:
        return self.row is not None and not self.row.is_confirmed


@dataclass(frozen=True)
class Line:
    """One key: the value in force, and the next day on which it will be another."""

    key: Key
    now: Standing
    changes_on: date | None = None
    later: Standing | None = None


@dataclass(frozen=True)
class Sheet:
    """The lines by heading, with their numbers by source."""

    day: date
    sections: dict[str, list[Line]]

    @property
    def lines(self) -> list[Line]:
        return [line for lines in self.sections.values() for line in lines]

    def count(self, source: str) -> int:
        return sum(line.now.source == source for line in self.lines)

    @property
    def counts(self) -> str:
        """Where the values come from, as a sentence."""
        own, provider, default = (self.count(source) for source in (OWN, PROVIDER, DEFAULT))
        return f"{own} set for this program, {provider} for the whole provider, {default} by default."

    @property
    def unconfirmed(self) -> int:
        return sum(line.now.is_unconfirmed for line in self.lines)

    def only(self, wanted: Callable[[str, Line], bool]) -> "Sheet":
        """The same with the lines that are wanted, by heading and line; headings without any are left out."""
        kept = {name: [line for line in lines if wanted(name, line)] for name, lines in self.sections.items()}
        return replace(self, sections={name: lines for name, lines in kept.items() if lines})


def sheet(program: "Program | int | None", day: date) -> Sheet:
    """The sheet of a program for a day, of the whole provider for None: one query."""
    number = program if program is None or isinstance(program, int) else program.pk
    scope = [] if number is None else [number]
    rows = list(apps.get_model("programs", "PolicyValue").objects.applying_to(scope).order_by("starts_on"))
    books = [_book(scope, one, rows) for one in [day, *sorted({row.starts_on for row in rows if row.starts_on > day})]]
    return Sheet(day, {name: [_line(key, number, books) for key in keys] for name, keys in SECTIONS.items()})


def standing(book: Book, program: int | None, key: Key) -> Standing:
    return Standing(key.shown(book.text(program, key.name)), book.row(program, key.name), book.since(program, key.name))


def _book(scope: list[int], day: date, rows: "Iterable[PolicyValue]") -> Book:
    return Book(scope, day, [row for row in rows if row.starts_on <= day])


def _line(key: Key, program: int | None, books: list[Book]) -> Line:
    now, *later = [(book.day, standing(book, program, key)) for book in books]
    for day, then in later:
        if then.shown != now[1].shown:
            return Line(key, now[1], day, then)
    return Line(key, now[1])
