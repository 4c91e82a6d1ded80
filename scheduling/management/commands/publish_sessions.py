import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from scheduling import conflicts
from scheduling.actions import AHEAD, publish


class Command(BaseCommand):
    help = "Make the sessions of every group from its weekly slots. Twice is harmless; clashes are listed, not refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="first", type=dt.date.fromisoformat, metavar="DATE", help="today if left out"
        )
        parser.add_argument("--until", dest="last", type=dt.date.fromisoformat, metavar="DATE", help="twelve weeks on")

    def handle(self, *args: Any, **options: Any) -> None:
        first = options["first"] or timezone.localdate()
        last = options["last"] or first + AHEAD
        if last < first:
            raise CommandError("The last day is before the first. Change --from or --until.")
        report = publish(first=first, last=last, by=None, at=timezone.now())
        self.stdout.write(str(report))
        for sentence in conflicts.sentences(report.clashes, user=None, dated=True):
            self.stdout.write(f"  {sentence}")
