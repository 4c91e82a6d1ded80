"""What the portal ships as data. Every function here is idempotent and never overwrites what staff have edited."""

from programs.seeds import seed_service_types
from scheduling.seeds import seed_attendance_statuses

from .roles import seed_roles


def seed_everything(*, using: str = "default") -> None:
    """Make the shipped rows that are missing, lowest room first."""
    seed_roles(using=using)
    seed_service_types(using=using)
    seed_attendance_statuses(using=using)
