from django.db import models


class PlanKind(models.TextChoices):
    """An initial plan holds from the first day until the full plan is due (R-12)."""

    INITIAL = "initial", "Initial plan"
    FULL = "full", "Full plan"


class PlanStatus(models.TextChoices):
    DRAFT = "draft", "Draft, not signed"
    PENDING = "pending", "Waiting for signatures"
    ACTIVE = "active", "In force"
    SUPERSEDED = "superseded", "Superseded"
