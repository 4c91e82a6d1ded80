from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "iopportal"

    def ready(self) -> None:
        post_migrate.connect(seed, sender=self)


def seed(**kwargs: Any) -> None:
    """After every `migrate`, once all rooms have their tables: make what the portal ships (docs/decisions/seeds.md)."""
    from .seeds import seed_everything

    seed_everything(using=kwargs["using"])
