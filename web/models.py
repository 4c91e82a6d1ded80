from django.db import models

from .fields import EncryptedJSONField
from .querysets import OneTimeKeyQuerySet, ServerDraftQuerySet

LONGEST_ADDRESS = 200


class Versioned(models.Model):
    """A row that two people may edit: each save counts `version` up, and a save from an older one is stale (409)."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class OneTimeKey(models.Model):
    """The key of one creating form: used once, and remembered with what it made."""

    key = models.UUIDField(unique=True)
    user_id = models.PositiveBigIntegerField()
    url = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    used_at = models.DateTimeField()

    objects = OneTimeKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.key)


class ServerDraft(models.Model):
    """What somebody had typed when their session was locked: one for each person and address, encrypted."""

    user_id = models.PositiveBigIntegerField()
    address = models.CharField(max_length=LONGEST_ADDRESS)
    fields = EncryptedJSONField()
    kept_at = models.DateTimeField()

    objects = ServerDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-kept_at"]
        constraints = [models.UniqueConstraint(fields=["user_id", "address"], name="web_one_draft_per_address")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
