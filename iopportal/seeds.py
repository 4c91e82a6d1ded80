"""What the portal ships as data. Every function here is idempotent and never overwrites what staff have edited."""

from programs.seeds import seed_lead_rules, seed_service_types
from scheduling.seeds import seed_attendance_statuses
from staff.seeds import seed_credential_types

from .roles import seed_roles


def seed_everything(*, using: str = "default") -> None:
    """Make the shipped rows that are missing, lowest room first."""
    seed_roles(using=using)
    seed_credential_types(using=using)
    seed_service_types(using=using)
    seed_lead_rules(using=using)
    seed_attendance_statuses(using=using)
