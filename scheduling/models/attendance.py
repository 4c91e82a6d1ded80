from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from audit import guards
from patients.models import Episode, RelatedPerson
from scheduling.choices import Mode
from scheduling.querysets import AttendanceQuerySet
from web.models import Versioned

from .sessions import Session

FIELD_NAMES = {"status": "attendance", "is_entered_in_error": "entered in error"}


class AttendanceStatus(models.Model):
    """What became of someone's session; the flags say what follows, so a provider may add its own."""

    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=60)
    is_scheduled = models.BooleanField("scheduled", default=False, help_text="It is in the denominator of the rates.")
    is_attended = models.BooleanField("attended", default=False)
    has_minutes = models.BooleanField("minutes", default=False)
    is_absence = models.BooleanField("absence", default=False)
    is_excused = models.BooleanField("excused", default=False)
    retired_on = models.DateField(
        null=True, blank=True, help_text="From this day on it can no longer be chosen; attendance with it stays."
    )

    class Meta:
        ordering = ["pk"]
        default_permissions = ("add", "change", "view")
        verbose_name_plural = "attendance statuses"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_attended=True) | Q(has_minutes=False),
                name="attendance_status_minutes",
                violation_error_message="Only a status that means attended has minutes.",
            ),
            models.CheckConstraint(
                condition=Q(is_attended=False) | Q(is_absence=False),
                name="attendance_status_here_or_away",
                violation_error_message="A status means attended or absent, not both.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_offered_on(self, day: date) -> bool:
        """Whether it can still be chosen for a session of `day`."""
        return self.retired_on is None or day < self.retired_on


class Attendance(Versioned):
    """One person in one session. The row is never deleted: a correction changes it and leaves AttendanceChange rows.

    Without a status it is not logged: the person is expected (a guest, or whoever a one-off session was booked for).
    `arrival` and `departure` are empty for who was there from start to end; `net_minutes` is what counts of it.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="attendances")
    day = models.DateField(help_text="The session's day, by the clock of its location.")
    status = models.ForeignKey(AttendanceStatus, models.PROTECT, null=True, blank=True, related_name="attendances")
    arrival = models.DateTimeField(null=True, blank=True)
    departure = models.DateTimeField(null=True, blank=True)
    net_minutes = models.PositiveSmallIntegerField(default=0)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.IN_PERSON)
    makes_up = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="made_up_by")
    is_entered_in_error = models.BooleanField("entered in error", default=False)
    reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["day", "session", "pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["episode", "day", "status", "net_minutes"], name="attendance_episode_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "episode"],
                name="attendance_once",
                violation_error_message="This person is on this session already.",
            ),
            models.CheckConstraint(
                condition=Q(arrival=None) | Q(departure=None) | Q(departure__gte=F("arrival")),
                name="attendance_times",
                violation_error_message="The departure cannot be before the arrival. Change one of the two times.",
            ),
            models.CheckConstraint(
                condition=Q(status__isnull=False) | Q(net_minutes=0),
                name="attendance_minutes_logged",
                violation_error_message="Minutes need a status.",
            ),
        ]

    guards: ClassVar = [guards.NeverDeleted()]

    def __str__(self) -> str:
        return f"Attendance {self.pk}"


class AttendanceChange(models.Model):
    """One value of an attendance row that was changed after it was first saved: what it was, what it is, who, why."""

    attendance = models.ForeignKey(Attendance, models.PROTECT, related_name="changes")
    field = models.CharField(max_length=20)
    old = models.CharField(max_length=200, blank=True)
    new = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()

    guards: ClassVar = [guards.AppendOnly()]

    def __str__(self) -> str:
        return f"Change of {self.field}"

    @property
    def field_name(self) -> str:
        """The field as people call it."""
        return FIELD_NAMES.get(self.field, self.field)


class FamilyParticipant(models.Model):
    """A relative or friend in a session: someone we know already, or a name typed at the door."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="family")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="family_visits")
    related_person = models.ForeignKey(RelatedPerson, models.PROTECT, null=True, blank=True, related_name="visits")
    name = models.CharField(max_length=120, blank=True)
    relation = models.CharField(max_length=40, blank=True)
    is_present = models.BooleanField("present", null=True, blank=True)

    class Meta:
        ordering = ["session", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["session", "related_person"],
                name="family_participant_once",
                violation_error_message="This person is on this session already.",
            ),
            models.CheckConstraint(
                condition=Q(related_person__isnull=False) | ~Q(name=""),
                name="family_participant_named",
                violation_error_message="Choose who came, or write the name.",
            ),
        ]

    def __str__(self) -> str:
        return f"Family participant {self.pk}"

    @property
    def who(self) -> str:
        """Name and relation, as typed or as we know them."""
        known = self.related_person
        name, relation = (known.name, known.get_relation_display()) if known else (self.name, self.relation)
        return f"{name}, {relation.lower()}" if relation else name
