import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from iopportal.demo.cast import CAST, PASSWORD
from iopportal.demo.fill import PATIENTS, WEEKS, DatabaseNotEmpty, fill


class Command(BaseCommand):
    help = "Fill an empty database with the demo provider. Only with DEMO on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patients", type=int, default=PATIENTS)
        parser.add_argument("--weeks", type=int, default=WEEKS, help="weeks of the past")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--today", type=dt.date.fromisoformat, default=None, metavar="YYYY-MM-DD")
        parser.add_argument("--mfa", action="store_true", help="give each of the cast a fixed TOTP secret and print it")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is off. The demo has known passwords and never belongs beside real records.")
        try:
            chosen = {name: options[name] for name in ("patients", "weeks", "seed", "mfa")}
            secrets = fill(today=options["today"] or timezone.localdate(), **chosen)
        except DatabaseNotEmpty as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Demo sign-ins, password {PASSWORD} for all:")
        for member in CAST:
            self.stdout.write(
                f"  {member.username:<6} {member.what}" + (f"  TOTP {secrets[member.username]}" if secrets else "")
            )
