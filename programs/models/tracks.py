from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from programs import timetable
from programs.querysets import ScopedQuerySet

from .groups import AT_LEAST_ONE, Group
from .programs import Program
from .services import ServiceType


def weeks_ordered(name: str) -> models.CheckConstraint:
    """Weeks count from 1, and the last is not before the first; an empty one is open."""
    return models.CheckConstraint(
        condition=(Q(first_week=None) | Q(first_week__gte=1))
        & (Q(last_week=None) | Q(last_week__gte=1))
        & (Q(first_week=None) | Q(last_week=None) | Q(last_week__gte=F("first_week"))),
        name=name,
        violation_error_message="Weeks count from 1, and the last cannot be before the first.",
    )


class Track(models.Model):
    """An order of phases a patient goes through, week by week from their own start."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="tracks")
    name = models.CharField(max_length=80)

    objects: ClassVar = ScopedQuerySet["Track"].as_manager()

    class Meta:
        ordering = ["program", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "name"],
                name="track_name_once",
                violation_error_message="This program already has a track of this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def weekly_pattern(self) -> "list[timetable.Slot | timetable.Dose]":
        """What a patient in this track can attend: its groups in their weeks, those of no track, the weekly doses.

        Its program is fetched `with_timetable()`.
        """
        found: list[timetable.Slot | timetable.Dose] = [dose.as_dose() for dose in self.program.doses.all()]
        for group in self.program.groups.all():
            phases = list(group.phases.all())
            own = [(phase.first_week, phase.last_week) for phase in phases if phase.track_id == self.pk]
            weeks = own if phases else [(None, None)]
            found += [slot.as_slot(group, first, last) for slot in group.slots.all() for first, last in weeks]
        return found


class TrackPhase(models.Model):
    """A group's weeks in a track: week n is the seven days from the patient's start + 7(n − 1)."""

    track = models.ForeignKey(Track, models.PROTECT, related_name="phases")
    group = models.ForeignKey(Group, models.PROTECT, related_name="phases")
    first_week = models.PositiveSmallIntegerField(default=1, validators=AT_LEAST_ONE)
    last_week = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Leave empty when it goes on to the end."
    )

    class Meta:
        ordering = ["track", "first_week"]
        constraints = [
            weeks_ordered("track_phase_weeks"),
            models.UniqueConstraint(
                fields=["track", "group", "first_week"],
                name="track_phase_once",
                violation_error_message="This group already begins in this week of the track.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {timetable.weeks_in_words(self.first_week, self.last_week)}"


class ProgramDose(models.Model):
    """A service set per patient so many times a week, such as individual therapy; it publishes no sessions."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="doses")
    service = models.ForeignKey(ServiceType, models.PROTECT, related_name="doses")
    times_a_week = models.PositiveSmallIntegerField(validators=AT_LEAST_ONE)
    minutes = models.PositiveSmallIntegerField(validators=AT_LEAST_ONE, help_text="Minutes of one session.")
    first_week = models.PositiveSmallIntegerField(null=True, blank=True, validators=AT_LEAST_ONE)
    last_week = models.PositiveSmallIntegerField(null=True, blank=True, validators=AT_LEAST_ONE)

    objects: ClassVar = ScopedQuerySet["ProgramDose"].as_manager()

    class Meta:
        ordering = ["program", "service", "first_week"]
        constraints = [
            weeks_ordered("program_dose_weeks"),
            models.CheckConstraint(
                condition=Q(times_a_week__gte=1, minutes__gte=1),
                name="program_dose_positive",
                violation_error_message="Give at least once a week and at least one minute.",
            ),
            models.UniqueConstraint(
                fields=["program", "service", "first_week"],
                condition=Q(first_week__isnull=False),
                name="program_dose_once",
                violation_error_message="This program already has this service from this week on.",
            ),
            models.UniqueConstraint(
                fields=["program", "service"],
                condition=Q(first_week__isnull=True),
                name="program_dose_open_once",
                violation_error_message="This program already has this service from the first week on.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}, {self.times_a_week} × {self.minutes} min"

    def as_dose(self) -> timetable.Dose:
        return timetable.Dose(
            times=self.times_a_week,
            minutes=self.minutes,
            first_week=self.first_week,
            last_week=self.last_week,
            countable=self.service.counts(),
            attended_by=self.service.attended_by,
        )
