from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from audit import guards
from scheduling.choices import BookingKind
from scheduling.querysets import LONGEST_SESSION, BookingQuerySet

from .sessions import Session


class Booking(models.Model):
    """What a session takes, and when: a room, a leader or a patient. An index derived by `rebook()`, never edited.

    `starts_at` to `ends_at` is half-open, so back-to-back sessions do not clash. Two blocking bookings of one resource
    never overlap; an observer, an overridden clash and a clash found by publishing do not block.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="bookings")
    kind = models.CharField(max_length=8, choices=BookingKind)
    resource_id = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocks = models.BooleanField(default=True)

    objects: ClassVar = BookingQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "resource_id", "starts_at"], name="booking_resource")]
        constraints = [
            models.UniqueConstraint(fields=["session", "kind", "resource_id"], name="booking_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_times"),
        ]

    guards: ClassVar = [
        guards.NoOverlap("booking_overlap", ("kind", "resource_id"), condition="blocks", longest=LONGEST_SESSION)
    ]

    def __str__(self) -> str:
        return f"{self.kind} {self.resource_id}, {self.starts_at:%Y-%m-%d %H:%M}"
