"""What the portal ships as data. Every function here is idempotent and never overwrites what staff have edited."""

from .roles import seed_roles


def seed_everything(*, using: str = "default") -> None:
    """Make the shipped rows that are missing, lowest room first."""
    seed_roles(using=using)
