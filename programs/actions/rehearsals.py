"""What an import would do: it is done and taken back, so that what is said is what will be."""

import zlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from programs import policy, previews
from programs.importing import Numbered
from programs.models import Program
from programs.previews import Hours
from staff.models import User

from .timetables import Imported, import_timetable


@dataclass(frozen=True)
class ProgramWeek:
    """One program as the import leaves it. `stretches` are its hours with their last day (None: they go on)."""

    code: str
    name: str
    is_new: bool
    stretches: list[tuple[date | None, Hours]]


@dataclass(frozen=True)
class Rehearsal:
    """What an import would make, change and keep, in sentences, and the hours it leads to."""

    programs: list[ProgramWeek]
    made: list[str]
    changed: list[str]
    kept: list[str]

    @property
    def version(self) -> int:
        """A number that differs once an import of the same file would do something else."""
        return zlib.crc32(repr((self.made, self.changed, self.kept)).encode()) & 0x7FFFFFFF


def rehearse_timetable(
    *, header: list[str], rows: list[Numbered], program_start: date, location: str, day: date, by: User | None
) -> Rehearsal:
    """Import and take it back. Raises what the import raises."""
    with transaction.atomic():
        result = import_timetable(
            header=header, rows=rows, program_start=program_start, location=location, day=day, by=by
        )
        rehearsal = _rehearsal(result, max(day, program_start))
        transaction.set_rollback(True)
    return rehearsal


def _rehearsal(result: Imported, day: date) -> Rehearsal:
    book = policy.book([program.pk for program in result.programs], day)
    made = set(result.made)
    programs = [
        ProgramWeek(program.code, program.name, f"Program {program}." in made, _stretches(program, book, day))
        for program in result.programs
    ]
    return Rehearsal(programs, result.made, result.changed, result.kept)


def _stretches(program: Program, book: policy.Book, day: date) -> list[tuple[date | None, Hours]]:
    limits = previews.limits_of(program.population, book, program.pk)
    return previews.stretches(previews.parts_of(program), limits=limits, day=max(day, program.opens_on))
