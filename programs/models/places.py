from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from programs.querysets import LocationQuerySet, RoomQuerySet
from programs.validators import validate_zone

RETIRED_HELP = "The first day without it. It stays readable and can no longer be chosen; nothing is deleted."


class Retiring(models.Model):
    """Something that is retired and never deleted."""

    retired_on = models.DateField(null=True, blank=True, help_text=RETIRED_HELP)

    class Meta:
        abstract = True

    def is_active_on(self, day: date) -> bool:
        return self.retired_on is None or day < self.retired_on


class Location(Retiring):
    """A place where programs meet; its zone is the wall clock of everything there."""

    name = models.CharField(max_length=80)
    zone_name = models.CharField(
        "time zone",
        max_length=64,
        validators=[validate_zone],
        help_text="Such as America/New_York. Groups meet by this clock, also when daylight saving time changes.",
    )

    objects: ClassVar = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="location_name_once",
                violation_error_message="There is already a location of this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)


class Room(Retiring):
    """A room of a location; one group at a time."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80)
    capacity = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Seats. Leave empty when it does not limit a group.",
    )

    objects: ClassVar = RoomQuerySet.as_manager()

    class Meta:
        ordering = ["location", "name"]
        constraints = [
            models.UniqueConstraint(
                "location",
                Lower("name"),
                name="room_name_once",
                violation_error_message="This location already has a room of this name.",
            ),
            models.CheckConstraint(
                condition=models.Q(capacity=None) | models.Q(capacity__gte=1),
                name="room_capacity_positive",
                violation_error_message="A room has at least one seat. Leave the number empty when it does not matter.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
