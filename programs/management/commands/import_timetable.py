from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from programs import files, policy
from programs.actions import Imported, import_timetable
from programs.findings import hours_in_words
from programs.importing import Numbered, TimetableError
from programs.models import Program
from programs.previews import minimum_for
from programs.timetable import minutes_by_week
from web.refusals import Refusal
from web.uploads import UploadError


class Command(BaseCommand):
    help = (
        "Makes or updates the programs, groups and weekly doses of a timetable file. A second import changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--program-start", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--location", default="", metavar="NAME", help="left out: the only one there, or Main")

    def handle(self, **options: Any) -> None:
        header, rows = read_file(options["file"])
        try:
            result = import_timetable(
                header=header,
                rows=rows,
                program_start=options["program_start"],
                location=options["location"],
                day=timezone.localdate(),
                by=None,
            )
        except TimetableError as error:
            raise CommandError(f"Nothing was saved.\n{error}") from error
        except Refusal as refusal:
            raise CommandError(f"Nothing was saved. {refusal.sentence}") from refusal
        self.report(result, max(options["program_start"], timezone.localdate()))

    def report(self, result: Imported, day: date) -> None:
        book = policy.book([program.pk for program in result.programs], day)
        for heading, sentences in [("Made", result.made), ("Changed", result.changed), ("Kept", result.kept)]:
            for sentence in sentences:
                self.stdout.write(f"{heading}: {sentence}")
        if not result.made and not result.changed:
            self.stdout.write("Nothing changed.")
        for program in result.programs:
            self.stdout.write(f"{program}, {result.location}")
            for sentence in hours_of(program, book, day):
                self.stdout.write(f"  {sentence}")


def hours_of(program: Program, book: policy.Book, day: date) -> list[str]:
    """The program's weekly hours as they stand, by the policy in force for it."""
    exclude_breaks = book.switch(program, "exclude_breaks")
    return hours_in_words(
        minutes_by_week(program.weekly_pattern(), day=day, exclude_breaks=exclude_breaks),
        minimum=minimum_for(program.population, book, program.pk),
        partial_hospitalization=book.number(program, "php_minutes"),
    )


def read_file(path: Path) -> tuple[list[str], list[Numbered]]:
    """Header and numbered rows of a CSV file."""
    try:
        with path.open("rb") as file:
            return files.read(file)
    except OSError as error:
        raise CommandError(f"{path} cannot be read. Check the name and who may read it.") from error
    except UploadError as error:
        raise CommandError(f"{path.name} cannot be taken. Nothing was saved.\n{error}") from error
