from typing import ClassVar

from django.db import models

from . import guards
from .querysets import EventQuerySet


class Event(models.Model):
    """One thing that somebody saw or changed. Plain numbers and names: no foreign key leads out of this room.

    `sequence` is given under the lock of the chain, from 1 and without gaps; `previous` is the seal of the event before
    (64 zeros before the first) and `seal` the HMAC-SHA256 over everything else. The database refuses any change.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor_id = models.PositiveBigIntegerField(null=True)
    actor_name = models.CharField(max_length=301)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.PositiveBigIntegerField(null=True)
    patient_id = models.PositiveBigIntegerField(null=True)
    record_class = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    content = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, unique=True)
    seal = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()
    guards: ClassVar = [guards.AppendOnly()]

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["actor_id", "sequence"], name="audit_event_actor"),
            models.Index(fields=["object_type", "object_id", "sequence"], name="audit_event_object"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class EventPatient(models.Model):
    """Whom an event showed: the index for "who looked at this chart"."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="patients")
    patient_id = models.PositiveBigIntegerField()

    guards: ClassVar = [guards.AppendOnly()]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient_id", "event"], name="audit_patient_once_per_event")]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.patient_id}"


class Anchor(models.Model):
    """The end of the chain at a moment, so that cutting off later rows is found."""

    at = models.DateTimeField()
    sequence = models.PositiveBigIntegerField()
    seal = models.CharField(max_length=64)

    guards: ClassVar = [guards.AppendOnly()]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"up to {self.sequence}"
