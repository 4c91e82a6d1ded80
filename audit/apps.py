from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers the check

        post_migrate.connect(install_guards, sender=self)


def install_guards(**kwargs: Any) -> None:
    """SQLite drops triggers silently when a migration rebuilds a table: put every guard back after each migrate."""
    from . import guards

    guards.install(kwargs["using"])
