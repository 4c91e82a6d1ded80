from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from iopportal.permissions_table import as_markdown


class Command(BaseCommand):
    help = "Write docs/permissions.md from the marks of the views and the permissions of the roles."

    def handle(self, *args: Any, **options: Any) -> None:
        target = settings.BASE_DIR / "docs" / "permissions.md"
        target.write_text(as_markdown())
        self.stdout.write(f"Wrote {target.name}.")
