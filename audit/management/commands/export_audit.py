import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from audit.actions import record_read
from audit.chain import SEALED
from audit.verification import in_order

NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


class Command(BaseCommand):
    help = "Print the audit trail, one JSON object a line, the Part 2 notice first. The export is an event itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["jsonl"], default="jsonl")
        parser.add_argument("--since", type=int, default=1, metavar="SEQUENCE")

    def handle(self, *args: Any, **options: Any) -> None:
        record_read(action="audit.exported", by=None, content={"since": options["since"]})
        self.stdout.write(json.dumps({"notice": NOTICE}))
        for event, patients in in_order(since=options["since"]):
            row = {name: getattr(event, name) for name in SEALED}
            row |= {"at": event.at.isoformat(), "patients": sorted(patients), "seal": event.seal}
            self.stdout.write(json.dumps(row, ensure_ascii=False))
