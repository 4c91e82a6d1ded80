import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from audit.models import Anchor, Event


class Command(BaseCommand):
    help = "Write the end of the audit trail to ANCHOR_PATH, outside the database, so that cutting it off is found."

    def handle(self, *args: Any, **options: Any) -> None:
        last = Event.objects.order_by("-sequence").first()
        if last is None:
            raise CommandError("The audit trail is empty; there is nothing to anchor.")
        at = timezone.now()
        with transaction.atomic():
            Anchor.objects.create(at=at, sequence=last.sequence, seal=last.seal)
            if settings.ANCHOR_PATH:
                line = json.dumps({"at": at.isoformat(), "sequence": last.sequence, "seal": last.seal})
                with Path(settings.ANCHOR_PATH).open("a") as file:
                    file.write(line + "\n")
        self.stdout.write(f"Anchored event {last.sequence}, {last.seal}.")
        if not settings.ANCHOR_PATH:
            self.stdout.write("ANCHOR_PATH is not set: keep this line where the database's administrator cannot write.")
