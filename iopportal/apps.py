from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "iopportal"

    def ready(self) -> None:
        post_migrate.connect(seed, sender=self)


def seed(**kwargs: Any) -> None:
    """After every `migrate`, when all rooms have their tables: make what we ship (docs/decisions/after-migrate.md)."""
    from .seeds import seed_everything

    call_command("createcachetable", database=kwargs["using"], verbosity=0)
    seed_everything(using=kwargs["using"])
