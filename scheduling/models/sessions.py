from collections.abc import Sequence
from datetime import datetime, time
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from programs import timetable
from programs.breaks import read_breaks
from programs.choices import AttendedBy
from programs.models import Closure, Group, GroupSlot, Program, Room, ServiceType
from scheduling.choices import SessionStatus, StaffRole
from scheduling.querysets import SessionQuerySet
from scheduling.wallclock import span
from web.models import Versioned


class Session(Versioned):
    """One meeting. A published one is known by its slot and the slot's day, also when it is moved to another time.

    `breaks` are wall-clock times as in a slot; `planned_minutes` are net of them. Until `logged_at` is set (the first
    save of its attendance) a group's roster is derived from its memberships; from then it is the attendance rows.
    """

    program = models.ForeignKey(Program, models.PROTECT, related_name="sessions")
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="sessions")
    slot = models.ForeignKey(GroupSlot, models.PROTECT, null=True, blank=True, related_name="sessions")
    slot_day = models.DateField(null=True, blank=True)
    service = models.ForeignKey(ServiceType, models.PROTECT, related_name="sessions")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="sessions")
    day = models.DateField(help_text="The day it starts, by the clock of its location.")
    starts_at = models.DateTimeField("start")
    ends_at = models.DateTimeField("end")
    breaks = models.CharField(max_length=120, blank=True)
    attended_by = models.CharField(
        max_length=20, choices=AttendedBy, blank=True, help_text="Empty: as its group or its service says."
    )
    planned_minutes = models.PositiveSmallIntegerField()
    actual_start = models.DateTimeField(null=True, blank=True)
    actual_end = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=SessionStatus, default=SessionStatus.SCHEDULED)
    status_reason = models.CharField(max_length=200, blank=True)
    closed_by = models.ForeignKey(Closure, models.PROTECT, null=True, blank=True, related_name="sessions")
    logged_at = models.DateTimeField("attendance first saved", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_changed_by_hand = models.BooleanField(
        "changed by hand", default=False, help_text="Publishing leaves such a session as it is."
    )

    objects: ClassVar = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["program", "starts_at"], name="session_program"),
            models.Index(fields=["group", "day"], name="session_group"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "slot_day"],
                name="session_slot_once",
                violation_error_message="This session is published already.",
            ),
            models.CheckConstraint(
                condition=Q(slot=None, slot_day=None)
                | Q(slot__isnull=False, slot_day__isnull=False, group__isnull=False),
                name="session_slot_with_day",
                violation_error_message="A published session has its group, its slot and the slot's day.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="session_times",
                violation_error_message="A session ends after it starts. Change one of the two times.",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(status=SessionStatus.CANCELLED),
                name="session_closure_cancels",
                violation_error_message="A session on a closed day is cancelled.",
            ),
        ]
        permissions = [
            ("view_schedule", "Can see groups and sessions"),
            ("manage_schedule", "Can publish, move and cancel sessions of any leader"),
            ("book_session", "Can book a session for one patient or family"),
            ("lead_session", "Can lead sessions"),
            ("log_attendance", "Can log attendance"),
            ("take_over_session", "Can lead a session that a colleague was to lead"),
            ("see_group_themes", "Can see what groups are about, and in which way someone was away"),
            ("record_arrival", "Can record arrivals and calls at the front desk"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.day:%b} {self.day.day}"

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.pk])

    @property
    def title(self) -> str:
        """What it is called inside the portal; never a patient's name."""
        return str(self.group or self.service)

    @property
    def audience(self) -> str:
        """Who is in the room: its own answer, or its group's, or its service's."""
        return self.attended_by or (self.group.audience if self.group else self.service.attended_by)

    @property
    def books_patients(self) -> bool:
        """Whether members are taken by it; a family-only session leaves them free (R-29)."""
        return self.audience != AttendedBy.FAMILY_ONLY

    @property
    def is_cancelled(self) -> bool:
        return self.status == SessionStatus.CANCELLED

    @property
    def begins(self) -> datetime:
        """When it really began, or was to begin."""
        return self.actual_start or self.starts_at

    @property
    def ends(self) -> datetime:
        """When it really ended, or was to end."""
        return self.actual_end or self.ends_at

    def is_not_logged(self, at: datetime) -> bool:
        """Over by `at` and its attendance never saved; see `not_logged` of the queryset."""
        return not self.is_cancelled and self.ends_at <= at and self.logged_at is None

    @property
    def break_moments(self) -> list[tuple[datetime, datetime]]:
        zone = self.program.location.zone
        return [
            (timetable.moment(self.day, start, zone), timetable.moment(self.day, end, zone))
            for start, end in self.break_times
        ]

    @property
    def break_times(self) -> Sequence[tuple[time, time]]:
        return read_breaks(self.breaks)

    @property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(self.program.location.zone)

    @property
    def local_end(self) -> datetime:
        return self.ends_at.astimezone(self.program.location.zone)

    @property
    def span(self) -> str:
        """Start and end by the clock of its location: “6:00–6:50 PM”."""
        return span(self.local_start, self.local_end)


class SessionStaff(models.Model):
    """Who is in a session on our side; who was planned and did not lead stays on the record."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="session_parts")
    role = models.CharField(max_length=12, choices=StaffRole, default=StaffRole.LEAD)

    class Meta:
        ordering = ["session", "-role", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"],
                name="session_staff_once",
                violation_error_message="This person is already in this session. Change the role there.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display().lower()}"
